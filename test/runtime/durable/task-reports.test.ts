/** Reports of tasks that wait for a callback. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import { CALLBACK, oneState, refused } from './definitions.ts';

test('a report ends its task once', async (t) => {
  let token = '';
  const engine = await startTestEngine(t, {
    task(call) {
      token = call.taskToken ?? '';
      return taskSucceeded();
    },
  });
  await engine.createFlow('callback', oneState('callback', CALLBACK));
  await engine.start('callback', { name: 'one' });
  await engine.time.pass(1_000);
  const { executions } = engine;
  const { waits } = await executions.waits('callback', 'one');
  assert.deepEqual(
    waits.map(({ kind, stepName, untilMs }) => ({ kind, stepName, untilMs })),
    [{ kind: 'Callback', stepName: 'One', untilMs: null }],
  );
  const report = { ok: true, output: { yes: true } } as const;
  for (const forged of [`${token.slice(0, -2)}xx`, '', 'A', token.slice(1), `${token}A`]) {
    await refused(executions.report(forged, report), 'InvalidArgument');
  }
  assert.equal(await executions.report(token, report), 6);
  await refused(executions.report(token, report), 'TaskAlreadyCompleted');
  assert.equal((await engine.ended('callback', 'one')).output, '{"yes":true}');
});
