/** Two engines on one PostgreSQL, each with stores of its own: the same answers about Express executions, at the pace of real hints. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createObserver } from '../../src/base/observer.ts';
import { systemPorts } from '../../src/base/ports.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import { FROM_API } from '../../src/runtime/start-origin.ts';
import { createEngine } from '../../src/server/engine.ts';
import type { Engine } from '../../src/server/engine.ts';
import type { PostgresOptions } from '../../src/store/postgres/options.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { testSettings } from '../../src/testing/test-settings.ts';
import { freshOptions, open, WHERE_IT_RUNS } from '../store/postgres-stores.ts';

const PASS = `Type: StateMachine
SpecVersion: v1
Name: f
StartAt: P
States: [{ Type: Pass, Name: P, End: true }]
`;

async function join(t: CleanUp, name: string, options: PostgresOptions): Promise<Engine> {
  const stores = await open(t, options);
  const engine = await createEngine({
    settings: testSettings(''),
    stores,
    ports: systemPorts(createObserver()),
    localCallersOnly: true,
    endpoint: () => '127.0.0.1:7780',
    node: { info: { name, version: '0.0.0', leaseMs: 10_000 }, pollMs: 500 },
    standIns: { actions: standInActions(() => assert.fail('no task is expected')) },
  });
  atEnd(t, () => engine.close());
  return engine;
}

function call({ services }: Engine, action: string, parameters: Record<string, string>) {
  const operation = OPERATIONS.get(action);
  assert.ok(operation !== undefined);
  const request = { requestId: 'r', parameters: new Map(Object.entries(parameters)), caller: null };
  return operation.run(services, request) as Promise<Record<string, unknown>>;
}

test('each engine describes and lists the Express executions of both', WHERE_IT_RUNS, async (t) => {
  const options = await freshOptions(t);
  const engines = [await join(t, 'a', options), await join(t, 'b', options)];
  const [a, b] = engines as [Engine, Engine];
  await call(a, 'CreateFlow', { Name: 'f', Definition: PASS, Type: 'FDL', ExecutionMode: 'Express' });
  const names: string[] = [];
  for (const [n, { sync }] of [a, b, a, b].entries()) {
    const input = { n };
    const start = { flowName: 'f', executionName: `e${n}`, qualifier: '', input, inputText: `{"n":${n}}`, depth: 0 };
    names.push((await sync.start({ ...start, origin: FROM_API })).result.name);
  }
  for (const engine of engines) {
    const { Executions } = await call(engine, 'ListExecutions', { FlowName: 'f' });
    const listed = (Executions as readonly { Name: string }[]).map(({ Name }) => Name);
    assert.deepEqual(listed.toSorted(), names.toSorted());
    for (const [n, ExecutionName] of names.entries()) {
      const { Output, Status } = await call(engine, 'DescribeExecution', { FlowName: 'f', ExecutionName });
      assert.deepEqual([Status, Output], ['Succeeded', `{"n":${n}}`]);
      const { Events } = await call(engine, 'GetExecutionHistory', { FlowName: 'f', ExecutionName });
      assert.equal((Events as readonly { Type: string }[]).at(-1)?.Type, 'ExecutionSucceeded');
    }
  }
  const { Nodes } = await call(b, 'ListNodes', {});
  assert.deepEqual(
    (Nodes as readonly Record<string, unknown>[]).map(({ Name, Rank, OwnedExecutions }) => [
      Name,
      Rank,
      OwnedExecutions,
    ]),
    [
      ['a', 0, 0],
      ['b', 1, 0],
    ],
  );
});
