/**
 * The result of a flow does not depend on the order in which parallel tasks answer: branches have names, and items have an
 * order. Flows and delays are generated. A flow that is rebuilt from its events after each of them gives the same result.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ActionCatalog } from '../../src/actions/action.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { stringifyJson } from '../../src/base/json.ts';
import { LIMITS, planOf, startOf, stateOf } from '../support/flows.ts';
import { runExpress } from '../support/run-express.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { RebuiltRun } from '../support/rebuilt-run.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

type Block =
  | { readonly kind: 'pass' }
  | { readonly kind: 'task' }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'parallel'; readonly branches: readonly Block[][] }
  | { readonly kind: 'map'; readonly items: number; readonly atOnce: number; readonly body: readonly Block[] };

const { blocks } = fc.letrec<{ blocks: Block[]; block: Block }>((tie) => ({
  blocks: fc.array(tie('block'), { minLength: 1, maxLength: 3 }),
  block: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant<Block>({ kind: 'task' }),
    fc.constant<Block>({ kind: 'pass' }),
    fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 3 }) }),
    fc.record({
      kind: fc.constant('parallel' as const),
      branches: fc.array(tie('blocks'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('map' as const),
      items: fc.integer({ min: 0, max: 4 }),
      atOnce: fc.integer({ min: 1, max: 3 }),
      body: tie('blocks'),
    }),
  ),
}));

/** The states of a sequence of blocks. Every state has a name of its own. */
function statesOf(sequence: readonly Block[], name: string): { StartAt: string; States: JsonObject[] } {
  const names = sequence.map((_, i) => `${name}.${i}`);
  const States = sequence.map((block, i) => {
    const own = names[i] as string;
    const end = names[i + 1] === undefined ? { End: true } : { Next: names[i + 1] as string };
    const base = { Name: own, ...end };
    switch (block.kind) {
      case 'pass':
        return { ...base, Type: 'Pass', OutputConstructor: { [own]: 'passed', 'before.$': '$Input' } };
      case 'wait':
        return { ...base, Type: 'Wait', Seconds: block.seconds };
      case 'task':
        return {
          ...base,
          Type: 'Task',
          Action: 'HTTP:Request',
          Parameters: { url: 'http://x.invalid/', method: 'GET', 'body.$': '$Input' },
        };
      case 'parallel':
        return {
          ...base,
          Type: 'Parallel',
          Branches: block.branches.map((branch, b) => statesOf(branch, `${own}b${b}`)),
        };
      case 'map':
        return {
          ...base,
          Type: 'Map',
          InputConstructor: { items: Array.from({ length: block.items }, (_, n) => ({ n })) },
          ItemsPath: '$Input.items',
          MaxConcurrency: block.atOnce,
          Processor: statesOf(block.body, `${own}m`),
        };
    }
  });
  return { StartAt: names[0] as string, States };
}

/** Answers after a delay from the seed, with the name of the state and the item that the call was made for. */
function delayedActions(time: VirtualTime, seed: number, failing: string | null): ActionCatalog {
  const ids = seededIds(seed);
  return standInActions((call, signal) => {
    const state = stateOf(call);
    const delayMs = Math.floor(ids.random() * 5) * 1_000;
    return new Promise((resolve) => {
      const cancel = time.after(delayMs, () =>
        resolve(
          state === failing
            ? { ok: false, error: 'Chosen', cause: state }
            : { ok: true, output: { state, of: call.parameters['body'] ?? null } },
        ),
      );
      signal.addEventListener('abort', cancel);
    });
  });
}

async function express(definition: JsonObject, seed: number, failing: string | null): Promise<string> {
  const time = new VirtualTime();
  const actions = delayedActions(time, seed, failing);
  const { status, output, errorCode } = (await runExpress(startOf(planOf(definition)), { time, actions })).result;
  return `${status} ${output} ${errorCode}`;
}

test('the order of answers does not change the result', async () => {
  await fc.assert(
    fc.asyncProperty(blocks, fc.array(fc.integer(), { minLength: 2, maxLength: 3 }), async (sequence, seeds) => {
      const definition = statesOf(sequence, 's');
      const results = await Promise.all(seeds.map((seed) => express(definition as unknown as JsonObject, seed, null)));
      for (const result of results) assert.equal(result, results[0]);
    }),
    { numRuns: 60 },
  );
});

test('an execution that is rebuilt from its events after each of them has the same end', async () => {
  await fc.assert(
    fc.asyncProperty(
      blocks,
      fc.integer(),
      fc.option(fc.constantFrom('s.0', 's.1', 's.0b0.0', 's.0b1.0', 's.0m.0')),
      async (sequence, seed, failing) => {
        const definition = statesOf(sequence, 's') as unknown as JsonObject;
        const time = new VirtualTime();
        const run = new RebuiltRun({
          plan: planOf(definition),
          start: { name: 'execution', flowName: 'test', input: {}, roleArn: '', environment: {}, longestSeconds: 300 },
          limits: { ...LIMITS, waitSeconds: 20 },
          actions: delayedActions(time, seed, failing),
          time,
          random: seededIds(1).random,
        });
        const { status, output, failure } = await run.run();
        const rebuilt = `${status} ${status === 'Succeeded' ? stringifyJson(output) : ''} ${failure?.error ?? ''}`;
        assert.equal(rebuilt, await express(definition, seed, failing));
      },
    ),
    { numRuns: 60 },
  );
});
