/** Data in classic flows at the difficult places: the mappings of the flow itself, and values at their limits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskResult } from '../../src/actions/action.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Execution } from '../../src/interpreter/execution.ts';
import { LIMITS, planOf, stateOf } from '../support/flows.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { RebuiltRun } from '../support/rebuilt-run.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';
import { ByHand } from './by-hand.ts';

function classic(definition: string): string {
  return `version: v1\ntype: flow\n${definition}`;
}

/** Runs a Standard flow to its end; `answer` gives the results of the functions, by the name of the step. */
async function run(
  definition: string,
  input: JsonObject = {},
  answer: (step: string) => TaskResult = () => ({ ok: true, output: { Body: {} } }),
): Promise<{ execution: Execution; failedSteps: string[] }> {
  const plan = planOf(classic(definition), 'Standard');
  const rebuilt = new RebuiltRun({
    ...{ plan, time: new VirtualTime(), random: () => 0.5 },
    actions: standInActions((call) => Promise.resolve(answer(stateOf(call)))),
    start: { name: 'e', flowName: 'flow', roleArn: '', environment: {}, input, longestSeconds: 31_536_000 },
    limits: { ...LIMITS, events: 5_000, waitSeconds: 300 },
  });
  const execution = await rebuilt.run();
  const failed = rebuilt.events.filter(({ type, facts }) => type === 'StateFailed' && facts?.caught === undefined);
  return { execution, failedSteps: failed.map(({ state }) => plan.states[state]?.name ?? '') };
}

test('the mappings of the flow belong to no step', async () => {
  const { execution } = await run(`
inputMappings: [{target: before, source: $context.step}]
steps: [{type: pass, name: only, outputMappings: [{target: inside, source: $context.step}]}]
outputMappings: [{target: before, source: $input.before}, {target: inside, source: $local.inside}, {target: after, source: $context.step}]
`);
  const flow = { name: '', eventId: 0 };
  assert.deepEqual(execution.output, { before: flow, inside: { name: 'only', eventId: 2 }, after: flow });
});

test('a caught error whose mappings outgrow the local fails its own step, not the next', async () => {
  const failing = (name: string, next: string): string =>
    `
  - type: task
    name: ${name}
    resourceArn: acs:fc:::services/s/functions/f
    inputMappings: [{target: text, source: $input.text}]
    catch: [{errors: [FnF.ALL], goto: ${next}}]
    errorMappings: [{target: ${name}, source: $input.text}]`;
  const { execution, failedSteps } = await run(
    `steps:${failing('first', 'second')}${failing('second', 'third')}
  - {type: pass, name: third, inputMappings: []}`,
    { text: 'x'.repeat(40_000) },
    () => ({ ok: false, error: 'Busy', cause: '' }),
  );
  assert.equal(execution.failure?.error, 'FnF.DataLimitExceeded');
  assert.deepEqual(failedSteps, ['second']);
});

test('a loop over large objects is divided into short decisions', () => {
  const definition = classic(`steps:
  - {type: pass, name: around}
  - {type: choice, name: again, choices: [{condition: true, goto: around}]}
`);
  const input = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i]));
  const run = new ByHand(definition, input, {}, { mode: 'Standard' });
  // Two steps, each of which copies all members, which takes about a millisecond.
  assert.ok(run.longestDecision(20) <= 8);
});
