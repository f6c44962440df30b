/** Random classic flows and their converted state machines end with the same outputs and errors. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import { isJsonObject } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import { drawFrom } from '../support/random-flow.ts';
import { RandomClassic } from './random-classic.ts';
import type { Ended } from './support.ts';
import { planOf } from '../support/flows.ts';
import { convert, run } from './support.ts';

/** Notes about intended differences between the two languages. */
const DIFFERS = /the classic language leaves it out|an empty list in the classic language/;

/** An answer depends on the name and the input of the task, and at the top level also on the number of calls. */
function answers(seed: number, random: RandomClassic, calls: string[]): (call: TaskCall) => TaskResult {
  const asked = new Map<string, number>();
  return (call) => {
    const name = String(call.parameters['resourceArn']).split('/').at(-1) ?? '';
    const question = `${name} ${canonical(call.parameters['body'] ?? null)}`;
    let times = 0;
    if (random.topTasks.has(name)) {
      times = asked.get(name) ?? 0;
      asked.set(name, times + 1);
      calls.push(question);
    }
    const [kind = 0, value = 0, shape = 0] = createHash('sha256').update(`${seed} ${times} ${question}`).digest();
    // Tasks that run in parallel have the same error, because either can fail first.
    const error = kind < 25 || !random.topTasks.has(name) ? 'Busy' : 'Broken';
    if (kind < 50) return { ok: false, error, cause: 'as drawn' };
    const result: JsonValue = {
      ...{ again: times < 2, [['a', 'b', 'c'][value % 3] as string]: value % 4 },
      ...(shape % 2 === 0 ? { l: [value % 3, shape % 3] } : {}),
    };
    // This error has another name and text in the state-machine language, so the flow must not read it.
    const body = shape < 8 && !random.looksAtErrors ? 'no object' : result;
    return { ok: true, output: call.mode === 'RequestComplete' ? { StatusCode: 200, Body: body } : body };
  };
}

function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item as JsonValue)).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${key}:${canonical(value[key] as JsonValue)}`)
    .join()}}`;
}

/**
 * The error of a result that is not an object has another name in the classic language. If tasks run in parallel, another one
 * can fail first, because the languages need different numbers of events. So these errors count as equal.
 */
function comparable({ status, output, error, cause }: Ended, calls: readonly string[], isOnePath: boolean): object {
  const ours = ['FnF.InvalidLocal', 'FnF.RuntimeError', ...(isOnePath ? [] : ['Busy'])];
  const isOurs = error !== null && ours.includes(error);
  return {
    status,
    output: canonical(output),
    error: isOurs ? 'FnF.RuntimeError' : error,
    cause: isOurs ? '' : cause,
    calls,
  };
}

test('a converted classic flow does the same as the original', async () => {
  const ends: Record<string, number> = {};
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(99_999), { minLength: 30, maxLength: 500, size: 'max' }),
      fc.nat(),
      async (tape, seed) => {
        const random = new RandomClassic(drawFrom(tape));
        const text = JSON.stringify(random.flow(), null, 1);
        const { text: converted, notes } = convert(text);
        if (converted === null) refused++;
        if (converted === null || notes.some(({ message }) => DIFFERS.test(message))) return;
        const calls: [string[], string[]] = [[], []];
        const before = await run(planOf(text, 'Standard'), random.input, answers(seed, random, calls[0]));
        const after = await run(planOf(converted, 'Standard'), random.input, answers(seed, random, calls[1]));
        // An endless loop ends at the limit of events, and the two have different numbers of events.
        if ([before.error, after.error].includes('FnF.EventLimitExceeded')) return;
        ends[before.status] = (ends[before.status] ?? 0) + 1;
        const isOnePath = !/"type": "(?:parallel|foreach)"/.test(text);
        const [wanted, got] = [comparable(before, calls[0], isOnePath), comparable(after, calls[1], isOnePath)];
        assert.deepEqual(got, wanted, `${text}\n${converted}`);
      },
    ),
    { numRuns: 400 },
  );
  assert.ok(
    (ends['Succeeded'] ?? 0) > 80 && (ends['Failed'] ?? 0) > 15 && refused < 150,
    JSON.stringify({ ends, refused }),
  );
});
