/** Task tokens of classic flows: unlike those of state machines, a token is valid for all attempts of its task. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../src/api/error.ts';
import { isJsonObject } from '../../../src/base/json.ts';
import { taskFailed, taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskCall } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';

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
const ACCEPTED = taskSucceeded({ StatusCode: 200, Body: {} });

/** The token in the event of the function. */
function tokenIn({ parameters }: TaskCall): string {
  const body = parameters['body'];
  return isJsonObject(body) ? String(body['token']) : '';
}

test('a report between two attempts is refused as too early, and a later report is accepted', async (t) => {
  const tokens: string[] = [];
  let engine = await startTestEngine(t, {
    task(call) {
      tokens.push(tokenIn(call));
      return tokens.length === 1 ? taskFailed('Busy') : ACCEPTED;
    },
  });
  const report = async (): Promise<string> => {
    try {
      await engine.executions.report(tokens[0] ?? '', { ok: true, output: {} });
      return 'accepted';
    } catch (error) {
      return error instanceof ApiError ? error.code : String(error);
    }
  };
  await engine.createFlow('ask', ASK);
  await engine.start('ask', { name: 'one' });
  await engine.time.pass(30_000);
  assert.equal(tokens.length, 1);
  assert.equal(await report(), 'TaskInvalidState');
  engine = await engine.restart();
  assert.equal(await report(), 'TaskInvalidState');
  await engine.time.pass(40_000);
  assert.equal(tokens.length, 2);
  await engine.executions.report(tokens[0] ?? '', { ok: false, failure: { error: 'Later', cause: '' } });
  assert.equal(await report(), 'TaskInvalidState');
  await engine.time.pass(300_000);
  assert.deepEqual([tokens.length, new Set(tokens).size], [3, 1]);
  assert.equal(await report(), 'accepted');
  assert.equal((await engine.ended('ask', 'one')).output, '{}');
  assert.equal(await report(), 'TaskAlreadyCompleted');
});

test('an execution that was started with a token and ends between two attempts completes the next attempt', async (t) => {
  const tokens: string[] = [];
  const engine = await startTestEngine(t, {
    task(call) {
      tokens.push(tokenIn(call));
      return tokens.length === 1 ? taskFailed('Busy') : ACCEPTED;
    },
  });
  const pass =
    'version: v1\ntype: flow\nsteps:\n  - {type: pass, name: p, outputMappings: [{target: by, source: me}]}\n';
  await engine.createFlow('ask', ASK);
  await engine.createFlow('helper', pass);
  await engine.start('ask', { name: 'one' });
  await engine.time.pass(10_000);
  await engine.start('helper', { name: 'one', callbackToken: tokens[0] ?? '' });
  assert.equal((await engine.ended('helper', 'one', 1_000)).status, 'Succeeded');
  assert.equal((await engine.ended('ask', 'one', 120_000)).output, '{"by":"me"}');
});
