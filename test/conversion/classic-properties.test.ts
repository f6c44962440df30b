/** Random classic flows end alike as they are and as the state machines that they are converted to: the same outputs and errors. */
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
import { convert, planOfText, run } from './support.ts';

/** Where the two languages differ on purpose, a note says so. */
const DIFFERS = /left out there|empty list there/;

/** As in the tests of the other language: by name and input, on the top level also by how often. */
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
    // Of what runs side by side the first failure counts, whichever it is.
    const error = kind < 25 || !random.topTasks.has(name) ? 'Busy' : 'Broken';
    if (kind < 50) return { ok: false, error, cause: 'as drawn' };
    const result: JsonValue = {
      ...{ again: times < 2, [['a', 'b', 'c'][value % 3] as string]: value % 4 },
      ...(shape % 2 === 0 ? { l: [value % 3, shape % 3] } : {}),
    };
    // The error that this gives has another name and other words here, which a flow can look at.
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
 * A result that is no object has an error of its own in the classic language. Of what runs side by side the first failure
 * counts, and the two languages take a different number of events to it: any of these errors stands for the others.
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

test('a converted classic flow does what the original does', async () => {
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
        const before = await run(planOfText(text), random.input, answers(seed, random, calls[0]));
        const after = await run(planOfText(converted), random.input, answers(seed, random, calls[1]));
        // A loop that goes on for ever ends by its events, of which the two have different ones.
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
