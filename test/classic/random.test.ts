/** Random classic flows have the same end on every engine as in the reference, and histories without a fault. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDiagnostic } from '../../src/base/diagnostic.ts';
import { parseCase } from '../conformance/case.ts';
import type { Case } from '../conformance/case.ts';
import { ENGINES } from '../conformance/engines.ts';
import { historyFaults } from '../conformance/histories.ts';
import { historyText } from '../conformance/history-text.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';
import { drawFrom } from '../support/random-flow.ts';
import { randomClassicFlow } from './random-flow.ts';
import type { RandomFlow } from './random-flow.ts';
import { Reference, StepError, TooLarge } from './reference.ts';
import type { Flow, Values } from './reference.ts';

const RUNS = 150;
const CALLS = 1_000;
const TAPE = fc.array(fc.nat(1_000), { maxLength: 300, size: 'max' });

interface Expected {
  readonly status: string;
  readonly output?: Values;
  /** Absent when several failures may have been the first. */
  readonly error?: string;
}

test('random flows end as in the reference', { timeout: 240_000 }, async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(TAPE, async (tape) => {
      const random = randomClassicFlow(drawFrom(tape));
      const expected = expectedOf(random);
      ends.set(expected?.status ?? 'too large', (ends.get(expected?.status ?? 'too large') ?? 0) + 1);
      if (expected !== null) await compare(random, expected);
    }),
    { numRuns: RUNS },
  );
  assert.ok((ends.get('Succeeded') ?? 0) > 10 && (ends.get('Failed') ?? 0) > 10, JSON.stringify([...ends]));
});

test('random flows that are stopped and redriven have the same end', { timeout: 240_000 }, async () => {
  let redriven = 0;
  await fc.assert(
    fc.asyncProperty(TAPE, fc.nat(3), async (tape, seconds) => {
      const random = withRests(randomClassicFlow(drawFrom(tape)));
      const expected = expectedOf(random);
      if (expected?.status !== 'Succeeded') return;
      // Tasks are answered at once and rests last whole seconds, so the stop interrupts no call.
      const stopped = { mode: 'Standard', stop: { afterSeconds: seconds + 0.5 }, redrive: { afterSeconds: 60 } };
      const histories = await compare(random, expected, stopped);
      if (histories.some((history) => history.some(({ type }) => type === 'ExecutionStopped'))) redriven++;
    }),
    { numRuns: RUNS },
  );
  assert.ok(redriven > 10, `${redriven} were redriven`);
});

/** The flow with waits of a second in place of passes, which have the same output. */
function withRests(random: RandomFlow): RandomFlow {
  const text = JSON.stringify(random.flow).replaceAll('"type":"pass"', '"type":"wait","duration":1');
  return { ...random, flow: JSON.parse(text) as Flow };
}

/** The end by the reference; null when a value is too large. */
function expectedOf({ flow, input, answers }: RandomFlow): Expected | null {
  try {
    return { status: 'Succeeded', output: new Reference(answers).run(flow, input) };
  } catch (error) {
    if (error instanceof TooLarge) return null;
    if (!(error instanceof StepError)) throw error;
    return error.raced ? { status: 'Failed' } : { status: 'Failed', error: error.error };
  }
}

/** Runs the flow on all engines that accept it, and returns the histories. */
async function compare(
  random: RandomFlow,
  expected: Expected,
  more: object = {},
): Promise<(readonly HistoryEvent[])[]> {
  const wanted = caseOf(random, more);
  const histories: (readonly HistoryEvent[])[] = [];
  for (const [name, engine] of Object.entries(ENGINES)) {
    if (!engine.takes(wanted)) continue;
    const { run, plan, diagnostics } = await engine.run(wanted);
    assert.ok(run !== null && plan !== null, diagnostics.map(formatDiagnostic).join('\n'));
    const got = {
      status: run.status,
      ...(expected.output !== undefined && { output: run.output === '' ? null : JSON.parse(run.output) }),
      ...(expected.error !== undefined && { error: run.errorCode }),
    };
    assert.deepEqual(got, expected, `${name}: ${run.errorMessage}\n${wanted.definition}`);
    assert.deepEqual(
      historyFaults(plan, run.history),
      [],
      `${name}\n${wanted.definition}\n${historyText(run.history)}`,
    );
    histories.push(run.history);
  }
  return histories;
}

function caseOf({ flow, input, answers }: RandomFlow, more: object): Case {
  const definition = JSON.stringify({ version: 'v1', type: 'flow', ...flow });
  const tasks = Object.entries(answers).flatMap(([state, list]) =>
    list.map((answer, at) => ({
      state,
      ...('error' in answer
        ? { error: { code: answer.error, cause: `cause of ${answer.error}` } }
        : { output: { StatusCode: 200, Body: answer.result } }),
      times: at === list.length - 1 ? CALLS : 1,
    })),
  );
  const expect = { status: 'Succeeded' };
  return parseCase('random/flow', JSON.stringify({ title: 't', rule: 'r', definition, input, tasks, expect, ...more }));
}
