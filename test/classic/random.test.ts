/** Random classic flows end on every engine as the reference says, with histories in which the judge finds nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDiagnostic } from '../../src/base/diagnostic.ts';
import { parseCase } from '../conformance/case.ts';
import type { Case } from '../conformance/case.ts';
import { ENGINES } from '../conformance/engines.ts';
import { historyFaults } from '../conformance/histories.ts';
import { historyText } from '../conformance/history-text.ts';
import { drawFrom } from '../support/random-flow.ts';
import { randomClassicFlow } from './random-flow.ts';
import type { RandomFlow } from './random-flow.ts';
import { Reference, StepError, TooLarge } from './reference.ts';
import type { Values } from './reference.ts';

const RUNS = 150;
const CALLS = 1_000;

interface Expected {
  readonly status: string;
  readonly output?: Values;
  /** Absent when several might have been the first. */
  readonly error?: string;
}

test('random flows end as the reference says', { timeout: 240_000 }, async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(1_000), { maxLength: 300, size: 'max' }), async (tape) => {
      const random = randomClassicFlow(drawFrom(tape));
      const expected = expectedOf(random);
      ends.set(expected?.status ?? 'too large', (ends.get(expected?.status ?? 'too large') ?? 0) + 1);
      if (expected !== null) await compare(random, expected);
    }),
    { numRuns: RUNS },
  );
  assert.ok((ends.get('Succeeded') ?? 0) > 10 && (ends.get('Failed') ?? 0) > 10, JSON.stringify([...ends]));
});

/** Null when a value grows too large. */
function expectedOf({ flow, input, answers }: RandomFlow): Expected | null {
  try {
    return { status: 'Succeeded', output: new Reference(answers).run(flow, input) };
  } catch (error) {
    if (error instanceof TooLarge) return null;
    if (!(error instanceof StepError)) throw error;
    return error.raced ? { status: 'Failed' } : { status: 'Failed', error: error.error };
  }
}

async function compare(random: RandomFlow, expected: Expected): Promise<void> {
  const wanted = caseOf(random);
  for (const [name, engine] of Object.entries(ENGINES)) {
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
  }
}

function caseOf({ flow, input, answers }: RandomFlow): Case {
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
  const text = JSON.stringify({ title: 't', rule: 'r', definition, input, tasks, expect: { status: 'Succeeded' } });
  return parseCase('random/flow', text);
}
