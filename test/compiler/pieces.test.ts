/** A plan that is linked from pieces is the plan that is compiled at once, for every definition of the conformance cases. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonOf } from '../../src/base/text.ts';
import { compileDefinition, draftDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import { PieceLinker, piecesOf } from '../../src/language/pieces.ts';
import type { Plan, StateScope } from '../../src/language/plan.ts';
import { readCases } from '../conformance/case.ts';
import { classicFlow, flow, scopeOf } from '../language/support.ts';

const LIMITS = { ...DEFAULT_DEFINITION_LIMITS, parallelBranches: 1_000, mapConcurrency: 10_000 };

function fromPieces(text: string): { plan: Plan | null; pieces: number } {
  const { draft } = draftDefinition(text, { mode: 'Standard', flowName: null, limits: LIMITS });
  if (draft === null) return { plan: null, pieces: 0 };
  const pieces = piecesOf(draft);
  const linker = new PieceLinker(pieces);
  for (let i = 1; i < pieces.length; i++) assert.equal(linker.next(), null);
  return { plan: linker.next(), pieces: pieces.length };
}

function atOnce(text: string): Plan | null {
  return compileDefinition(text, { mode: 'Standard', flowName: null, limits: LIMITS }).plan;
}

/** A plan as data: each function as what it does with some values, each state inside another as its number. */
function shown(plan: Plan | null): unknown {
  if (plan === null) return null;
  const { states, ...own } = plan;
  return { own: shownValue(own), states: states.map((state) => ({ ...(shownMembers(state) as object) })) };
}

function shownValue(value: unknown): unknown {
  if (typeof value === 'function') {
    const { source } = value as { source?: string };
    return { source, results: SCOPES.map((scope) => result(value as (scope: StateScope) => unknown, scope)) };
  }
  if (Array.isArray(value)) return value.map(shownValue);
  if (typeof value !== 'object' || value === null) return value;
  if ('index' in value && 'inputConstructor' in value) return `state ${String(value.index)}`;
  return shownMembers(value);
}

function shownMembers(value: object): unknown {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shownValue(member)]));
}

const SCOPES: readonly Partial<StateScope>[] = [
  {},
  { input: { a: 1, b: 'x', n: 3, name: '{"k": 1}', items: [1, { a: 2 }] }, output: { a: [1] }, global: { g: true } },
  { input: [1, 2], output: 'text', item: { a: 1 }, itemIndex: 4 },
];

function result(run: (scope: StateScope) => unknown, values: Partial<StateScope>): unknown {
  const warnings: string[] = [];
  const scope = scopeOf({ ...values, warn: (message) => warnings.push(message()) });
  try {
    const value = run(scope);
    return { value, frozen: Object.isFrozen(value), fuel: scope.fuel, warnings };
  } catch (error) {
    return { error: reasonOf(error), source: (error as { source?: string }).source };
  }
}

test('every definition of the conformance cases', () => {
  let plans = 0;
  for (const { id, definition } of readCases()) {
    const plan = shown(atOnce(definition));
    if (plan !== null) plans++;
    assert.deepEqual(shown(fromPieces(definition).plan), plan, id);
  }
  assert.ok(plans > 300, `${plans} plans`);
});

test('values that JSON text would change', () => {
  const values = '[1e20, -0.0, 0.1, 12345678901234567890, 1e999, null, true, "\\ud83d\\ude00 \\u2028"]';
  const text = flow(
    `  - {Type: Pass, Name: A, End: true, OutputConstructor: {x: ${values}, __proto__: {y: 1}, z.$: $Input}}`,
  );
  const { plan } = fromPieces(text);
  assert.notEqual(plan, null);
  assert.deepEqual(shown(plan), shown(atOnce(text)));
});

test('long lists, mappings and constants take several pieces', () => {
  const list = Array.from({ length: 5_000 }, (_, i) => `{k${i}: [${i}, x]}`).join(', ');
  const keys = Array.from({ length: 2_000 }, (_, i) => `k${i}: ${i}, e${i}.$: $Input.a`).join(', ');
  for (const constructor of [`{x: [${list}]}`, `{${keys}}`, `{x.$: [${'$Input.a, '.repeat(3_000)}]}`]) {
    const text = flow(`  - {Type: Pass, Name: A, End: true, OutputConstructor: ${constructor}}`);
    const { plan, pieces } = fromPieces(text);
    assert.ok(pieces > 3, `${pieces} pieces`);
    assert.deepEqual(shown(plan), shown(atOnce(text)));
  }
  const steps = Array.from({ length: 1_000 }, (_, i) => `  - {type: pass, name: s${i}}`).join('\n');
  assert.deepEqual(shown(fromPieces(classicFlow(steps)).plan), shown(atOnce(classicFlow(steps))));
});
