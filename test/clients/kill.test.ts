/** A server that is killed or stopped under load loses nothing: the next start continues its executions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killRun } from '../simulation/kill-run.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';

test('executions outlive kill -9 and SIGTERM at any moment, and no journal has a gap', async (t) => {
  const folder = temporaryFolder(t);
  const { calls } = await killRun({
    executions: 60,
    ends: ['SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGKILL'],
    seed: 1,
    key: ROOT_KEY,
    start: () => startServer(t, { folder }),
  });
  assert.ok(calls >= 600);
});
