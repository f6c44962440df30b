/**
 * Random definitions in Amazon States Language run on another interpreter of that language, and on ours after conversion. The
 * outputs, the errors and the calls of tasks are the same.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { StateMachine } from 'aws-local-stepfunctions';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import { startOf, stateOf } from '../support/flows.ts';
import { runExpress } from '../support/run-express.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { drawFrom } from '../support/random-flow.ts';
import { RandomMachine } from './random-machine.ts';
import { convert } from './support.ts';

class TaskError extends Error {
  constructor(name: string) {
    super('as drawn');
    this.name = name;
  }
}

/**
 * An answer depends on the name and the input of the task, and at the top level also on the number of such calls. Tasks that
 * run in parallel are called in any order, and stop at different times when another one fails.
 */
class Answers {
  readonly calls: string[] = [];
  readonly #asked = new Map<string, number>();
  readonly #seed: number;
  readonly #top: ReadonlySet<string>;

  constructor(seed: number, top: ReadonlySet<string>) {
    this.#seed = seed;
    this.#top = top;
  }

  answer(name: string, input: JsonValue): JsonValue {
    const question = `${name} ${bareCauses(canonical(input))}`;
    let times = 0;
    if (this.#top.has(name)) {
      times = this.#asked.get(question) ?? 0;
      this.#asked.set(question, times + 1);
      this.calls.push(question);
    }
    const [kind = 0, value = 0] = createHash('sha256').update(`${this.#seed} ${times} ${question}`).digest();
    // Tasks that run in parallel have the same error, because either can fail first.
    if (kind < 60) throw new TaskError(kind < 30 || !this.#top.has(name) ? 'Busy' : 'Broken');
    return { n: value % 7, s: value % 2 === 0 ? 'x' : 'yes', l: [value % 3, value % 5] };
  }
}

function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** The other interpreter wraps errors. */
function nameOf(error: unknown): string {
  const { name, cause } = error as { name: string; cause?: { name: string } };
  return cause?.name ?? name;
}

/** One millisecond, because 0 would not override the time. */
function atOnce(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, 1]));
}

/** The other interpreter does not give the Cause of a function as JSON, so this test compares messages only. */
function bareCauses(output: string): string {
  return output.replace(/"\{\\"errorMessage\\":\\"(.*?)\\",\\"errorType\\":.*?\}"/g, '"$1"');
}

interface End {
  readonly output?: string;
  readonly error?: string;
  readonly calls: readonly string[];
}

async function original(machine: JsonObject, random: RandomMachine, seed: number): Promise<End> {
  const { input, tasks } = random;
  const answers = new Answers(seed, random.topTasks);
  const running = new StateMachine(machine as never, { validationOptions: { noValidate: true } }).run(input as never, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(
        tasks.map((name) => [name, (given: unknown) => answers.answer(name, given as JsonValue) as never]),
      ),
      waitTimeOverrides: atOnce(random.waits),
      retryIntervalOverrides: atOnce(random.retried),
    },
  });
  try {
    const output = (await running.result) as JsonValue;
    return { output: bareCauses(canonical(output)), calls: answers.calls };
  } catch (error) {
    return { error: nameOf(error), calls: answers.calls };
  }
}

async function moved(text: string, random: RandomMachine, seed: number): Promise<End> {
  const { plan, diagnostics } = compileDefinition(text, {
    mode: 'Express',
    flowName: null,
    limits: DEFAULT_DEFINITION_LIMITS,
  });
  assert.ok(plan !== null, JSON.stringify(diagnostics));
  const answers = new Answers(seed, random.topTasks);
  const actions = standInActions(async (call) => {
    try {
      const event = call.parameters['body'] ?? null;
      const input = typeof event === 'string' ? (JSON.parse(event) as JsonValue) : event;
      const body = answers.answer(stateOf(call), input);
      return { ok: true, output: { StatusCode: 200, Body: body } };
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      return { ok: false, error: error.name, cause: error.message };
    }
  });
  const { result } = await runExpress(startOf(plan, random.input), { actions });
  const { calls } = answers;
  if (result.status !== 'Succeeded') return { error: result.errorCode, calls };
  return { output: bareCauses(canonical(JSON.parse(result.output) as JsonValue)), calls };
}

test('a converted definition does the same as the original', async () => {
  let succeeded = 0;
  let failed = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(99_999), { minLength: 30, maxLength: 400, size: 'max' }),
      fc.nat(),
      async (tape, seed) => {
        const random = new RandomMachine(drawFrom(tape));
        const machine = random.machine();
        const { text, refusals } = convert(JSON.stringify(machine));
        assert.ok(text !== null, JSON.stringify(refusals));
        const before = await original(machine, random, seed);
        const after = await moved(text, random, seed);
        if (before.error === undefined) succeeded++;
        else failed++;
        assert.deepEqual(after, before, text);
      },
    ),
    { numRuns: 150 },
  );
  assert.ok(succeeded > 50 && failed > 10, `${succeeded} succeeded, ${failed} failed`);
});
