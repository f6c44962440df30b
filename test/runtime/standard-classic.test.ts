/** Tokens of classic flows in the durable runtime: they outlive an attempt of their task. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../src/api/error.ts';
import { isJsonObject } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { flowRecord, startTestEngine } from '../../src/testing/test-engine.ts';
import { fileEnd } from '../support/at-end.ts';

const ASK = `
version: v1
type: flow
steps:
  - type: task
    name: ask
    resourceArn: acs:fc:::functions/ask
    pattern: waitForCallback
    inputMappings: [{target: token, source: $context.task.token}]
    retry: [{errors: [Busy, Later], intervalSeconds: 60}]
`;

function tokenIn(body: JsonValue | undefined): string {
  return isJsonObject(body ?? null) ? String((body as { token?: JsonValue }).token) : '';
}

test('a report between two attempts is TaskInvalidState and may be repeated', async () => {
  const tokens: string[] = [];
  const actions = standInActions((call) => {
    tokens.push(tokenIn(call.parameters['body']));
    return Promise.resolve(
      tokens.length === 1
        ? { ok: false, error: 'Busy', cause: '' }
        : { ok: true, output: { StatusCode: 200, Body: {} } },
    );
  });
  let world = await startTestEngine(fileEnd, { actions });
  await world.stores.flows.create(flowRecord('ask', ASK, 'Standard'));
  const start = { flowName: 'ask', executionName: 'one', inputText: '', input: {}, qualifier: '', callbackToken: '' };
  await world.executions.start(start);
  const wait = (seconds: number) => world.executions.describe('ask', 'one', seconds * 1000);
  const refusal = async (): Promise<string> => {
    const report = world.executions.report(tokens[0] ?? '', { ok: true, output: {} });
    return report.then(
      () => 'none',
      (error) => (error instanceof ApiError ? error.code : String(error)),
    );
  };

  await wait(30);
  assert.equal(tokens.length, 1);
  assert.equal(await refusal(), 'TaskInvalidState');
  world = await world.restart();
  assert.equal(await refusal(), 'TaskInvalidState');
  await wait(40);
  assert.equal(tokens.length, 2);
  await world.executions.report(tokens[0] ?? '', { ok: false, failure: { error: 'Later', cause: '' } });
  assert.equal(await refusal(), 'TaskInvalidState');
  await wait(300);
  assert.deepEqual([tokens.length, new Set(tokens).size], [3, 1]);
  assert.equal(await refusal(), 'none');
  assert.equal((await wait(60)).output, '{}');
  assert.equal(await refusal(), 'TaskAlreadyCompleted');
  assert.deepEqual(world.troubles, []);
  world.durable.close();
});

test('an execution that ends between two attempts of its parent task is reported to the next attempt', async () => {
  let calls = 0;
  let token = '';
  const actions = standInActions((call) => {
    token = tokenIn(call.parameters['body']);
    return Promise.resolve(
      ++calls === 1 ? { ok: false, error: 'Busy', cause: '' } : { ok: true, output: { StatusCode: 200, Body: {} } },
    );
  });
  const world = await startTestEngine(fileEnd, { actions });
  await world.stores.flows.create(flowRecord('ask', ASK, 'Standard'));
  const pass =
    'version: v1\ntype: flow\nsteps:\n  - {type: pass, name: p, outputMappings: [{target: by, source: me}]}\n';
  await world.stores.flows.create(flowRecord('helper', pass, 'Standard'));
  const { executions } = world;
  const start = { executionName: 'one', inputText: '', input: {}, qualifier: '' };
  await executions.start({ ...start, flowName: 'ask', callbackToken: '' });
  await executions.describe('ask', 'one', 10_000);
  await executions.start({ ...start, flowName: 'helper', callbackToken: token });
  assert.equal((await executions.describe('helper', 'one', 1_000)).status, 'Succeeded');
  assert.equal((await executions.describe('ask', 'one', 120_000)).output, '{"by":"me"}');
  assert.deepEqual(world.troubles, []);
  world.durable.close();
});
