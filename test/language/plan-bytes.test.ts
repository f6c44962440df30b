/**
 * The estimate of a plan's memory (`Plan.bytes`) beside what the heap takes for it. The cache of plans counts with the estimate,
 * so it may be too high, but not much too low.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { draftDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import { PieceLinker, piecesOf } from '../../src/language/pieces.ts';
import type { Plan } from '../../src/language/plan.ts';
import { classicFlow, flow } from './support.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function repeated(count: number, text: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join('');
}

const pass = (constructor: string): string =>
  flow(`  - {Type: Pass, Name: A, End: true, OutputConstructor: ${constructor}}`);

const SHAPES: Readonly<Record<string, string>> = {
  'small states': flow(
    `${repeated(5_000, (i) => `  - {Type: Pass, Name: ${i === 0 ? 'A' : `s${i}`}, Next: s${i + 1}}\n`)}  - {Type: Succeed, Name: s5000}`,
  ),
  tasks: flow(
    `${repeated(1_000, (i) => `  - {Type: Task, Name: ${i === 0 ? 'A' : `s${i}`}, Action: "HTTP:Request", TaskMode: RequestComplete, Parameters: {method: GET, url: "http://a/b", body.$: $Input.a}, Retry: [{Errors: [FnF.ALL], MaxAttempts: 3, IntervalSeconds: 1}], OutputConstructor: {x.$: $Output.Body}, Next: s${i + 1}}\n`)}  - {Type: Succeed, Name: s1000}`,
  ),
  'classic mappings': classicFlow(
    `  - {type: pass, name: a, outputMappings: [${repeated(5_000, (i) => `{target: k${i}, source: $input.a}, `)}]}`,
  ),
  expressions: pass(`{x.$: [${'$Input.a, '.repeat(10_000)}]}`),
  'long expressions': pass(`{${repeated(100, (i) => `k${i}.$: "$Input.a${' || $Input.b'.repeat(300)}", `)}}`),
  'calls in expressions': pass(
    `{${repeated(3_000, (i) => `k${i}.$: 'format("{} {}", $Input.a, length($Input.b))', `)}}`,
  ),
  numbers: pass(`{x: [${'12345, '.repeat(20_000)}]}`),
  'numbers beside an expression': pass(`{x: [${'12345, '.repeat(20_000)}{a.$: $Input.a}]}`),
  'keys beside an expression': pass(`{a.$: $Input.a, ${repeated(10_000, (i) => `key${i}: 1, `)}}`),
  'long paths': pass(`{${repeated(50, (i) => `k${i}.$: "$Input${'.ab'.repeat(2_000)}", `)}}`),
  'paths of three names': pass(`{${repeated(3_000, (i) => `k${i}.$: $Input.a.b.c, `)}}`),
  comparisons: pass(`{${repeated(1_000, (i) => `k${i}.$: '$Input.a < 3 && !($Input.b == "x")', `)}}`),
  'objects in expressions': pass(`{${repeated(1_000, (i) => `k${i}.$: '{"a": $Input.a, "b": [1, $Input.b]}', `)}}`),
  'empty mappings': pass(`{x: [${'{}, '.repeat(20_000)}]}`),
  'small mappings': pass(`{x: [${repeated(10_000, (i) => `{a: ${i}, b: x}, `)}]}`),
  'many keys': pass(`{${repeated(10_000, (i) => `key${i}: 1, `)}}`),
  'long texts': pass(`{x: [${repeated(200, (i) => `${'text'.repeat(500)}${i}, `)}]}`),
};

for (const [name, text] of Object.entries(SHAPES)) {
  test(`${name}: the estimate fits the heap`, () => {
    const pieces = piecesFor(text);
    // The first plan also fills caches of the engine that all plans share.
    const { bytes } = link(pieces);
    const measured: number[] = [];
    // The rest of the heap changes too, so one of several measurements has to fit.
    for (let i = 0; i < MEASUREMENTS; i++) {
      measured.push(heapOfPlan(pieces, Math.ceil(MEASURED_BYTES / bytes)));
      if (fits(bytes, measured.at(-1) as number)) return;
    }
    assert.fail(`estimate ${bytes}, measured ${measured.join(', ')}`);
  });
}

const MEASUREMENTS = 6;

/** Plans are measured many at a time, because the rest of the heap changes by some hundred kilobytes. */
const MEASURED_BYTES = 8 * 1024 * 1024;

function fits(bytes: number, measured: number): boolean {
  return measured > 0 && bytes > measured * 0.75 && bytes < measured * 5;
}

function piecesFor(text: string): readonly string[] {
  const { draft } = draftDefinition(text, { mode: 'Express', flowName: null, limits: DEFAULT_DEFINITION_LIMITS });
  assert.ok(draft !== null);
  return piecesOf(draft);
}

/** Bytes of the heap for each of so many plans. */
function heapOfPlan(pieces: readonly string[], count: number): number {
  const before = usedHeap();
  const plans = Array.from({ length: count }, () => link(pieces));
  const after = usedHeap();
  return (after - before) / plans.length;
}

function usedHeap(): number {
  // The first collection only finds what the second one frees.
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

function link(pieces: readonly string[]): Plan {
  const linker = new PieceLinker(pieces);
  for (;;) {
    const plan = linker.next();
    if (plan !== null) return plan;
  }
}
