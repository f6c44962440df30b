/** Requests by mail whose execution moves to another node while this one carries them out: the next owner answers them, and no one else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import type { Requests } from '../../src/store/executions.ts';
import { taskSucceeded } from '../../src/testing/stand-ins.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { CALLBACK, oneState } from '../runtime/durable/definitions.ts';
import { mapFlow, runName, updateRun } from '../runtime/durable/map-run-flows.ts';
import { TestCluster } from './engines.ts';

const NOTHING: Requests = { stops: [], mail: [] };

interface Asked {
  readonly owner: TestEngine;
  readonly third: TestEngine;
  /** Asks by mail for the effect of {@link Asked.effect}. */
  ask(caller: TestEngine): Promise<unknown>;
  /** True once the request has taken effect. */
  effect(at: TestEngine): Promise<boolean>;
}

/** Requests that travel by mail, with an execution `e` of the flow `work` that they are about. */
const KINDS: Readonly<
  Record<string, { definition: string; asked: (token: () => string) => Pick<Asked, 'ask' | 'effect'> }>
> = {
  'a report': {
    definition: oneState('work', CALLBACK),
    asked: (token) => ({
      ask: (caller) => caller.executions.report(token(), { ok: true, output: { by: 'mail' } }),
      effect: async (at) => (await at.executions.describe('work', 'e', 0)).output === '{"by":"mail"}',
    }),
  },
  UpdateMapRun: {
    definition: mapFlow('Standard', {
      processor: ['StartAt: Ask', 'States:', `  - {Name: Ask, ${CALLBACK}, End: true}`],
    }),
    asked: () => ({
      ask: (caller) => updateRun(caller, { Concurrency: 7 }),
      async effect(at) {
        const MapRunName = await runName(at);
        const run = await at.call('DescribeMapRun', { FlowName: 'work', ExecutionName: 'e', MapRunName });
        return run['Concurrency'] === 7;
      },
    }),
  },
};

for (const [what, { definition, asked }] of Object.entries(KINDS)) {
  let token = '';
  const newCluster = (t: CleanUp): TestCluster =>
    new TestCluster(t, {
      task(call) {
        token = call.taskToken ?? '';
        return taskSucceeded();
      },
    });
  const { ask, effect } = asked(() => token);

  async function started(owner: TestEngine): Promise<void> {
    await owner.createFlow('work', definition);
    await owner.start('work', { name: 'e', input: { list: [1, 2] } });
    await owner.time.pass(1_000);
  }

  test(`${what}: a node that has the mail and not the execution leaves it to the owner`, async (t) => {
    const cluster = newCluster(t);
    const { requests } = cluster.stores.executions;
    let isOwnerBusy = true;
    const owner = await cluster.join('owner', {
      executions: { requests: async (node) => (isOwnerBusy ? NOTHING : requests(node)) },
    });
    await started(owner);
    // As a look that began while the execution was here.
    const late = await cluster.join('late', { executions: { requests: () => requests(owner.cluster.node) } });
    const caller = await cluster.join('caller');
    const answer = ask(caller);
    await cluster.time.pass(3_000);
    assert.ok(!(await effect(late)));
    isOwnerBusy = false;
    await answer;
    assert.ok(await effect(caller));
  });

  test(`${what}: the error of a node that goes is no answer, and the next owner answers`, async (t) => {
    const cluster = newCluster(t);
    const { requests } = cluster.stores.executions;
    const held = Promise.withResolvers<void>();
    const owner = await cluster.join('owner', {
      executions: {
        async requests(node) {
          const found = await requests(node);
          if (found.mail.length > 0) await held.promise;
          return found;
        },
      },
    });
    await started(owner);
    const caller = await cluster.join('caller');
    const answer = ask(caller);
    await cluster.time.pass(2_000);
    owner.durable.close();
    held.resolve();
    await cluster.time.pass(1_000);
    await owner.close();
    await answer;
    assert.ok(await effect(caller));
  });
}
