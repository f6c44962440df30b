/** `millrace nodes` against a running server, whose store is its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT_KEY, runMillrace, startServer } from '../../src/testing/server-process.ts';

const KEY = {
  MILLRACE_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
  MILLRACE_ACCESS_KEY_SECRET: ROOT_KEY.accessKeySecret,
};

test('it prints a table with one line for each node, or the reply', async (t) => {
  const server = await startServer(t);
  const run = (...argv: string[]) => runMillrace(['nodes', ...argv, '--endpoint', server.url], { env: KEY });
  const shown = await run();
  assert.deepEqual([shown.code, shown.stderr], [0, '']);
  const [head = '', row = '', ...more] = shown.stdout.trimEnd().split('\n');
  assert.deepEqual(more, []);
  assert.match(head, /^NODE +RANK +NAME +VERSION +LAST BEAT +LAG +IN MEMORY +OWNED +JOINED$/);
  assert.match(row, /^\d+ +0 +\S+ +\S* +\d+ ms ago +0 ms +0 +0 +\d{4}-\d\d-\d\dT\S+Z$/);
  assert.equal(row.indexOf(' ms ago') > head.indexOf('LAST BEAT'), true, 'cells are below their heads');
  const json = JSON.parse((await run('--json')).stdout) as { Nodes: readonly { Rank: number }[] };
  assert.deepEqual(
    json.Nodes.map(({ Rank }) => Rank),
    [0],
  );
});
