/** docs/testing.md: its example is the test beside this file, and its names are those of the kit. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as kit from '../../src/testing/index.ts';
import { startServer, startService, startTestEngine } from '../../src/testing/index.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('../../docs/testing.md');

test('the page shows the example that runs', () => {
  assert.ok(
    page.includes(`\`\`\`ts\n${read('approval-example.test.ts')}\`\`\`\n`),
    'copy the example into docs/testing.md',
  );
});

test('the page names every function of the kit', () => {
  const functions = Object.entries(kit).filter(
    ([, value]) => typeof value === 'function' && !String(value).startsWith('class '),
  );
  for (const [name] of functions) {
    if (name !== 'temporaryFolder') assert.ok(page.includes(`${name}(`), name);
  }
});

test('an engine has the members that the page lists', async (t) => {
  const engine: object = await startTestEngine(t);
  const listed = [...page.matchAll(/^\| `(\w+)(?:\.\w+)?\([^|]*` \|/gm)].map(([, name = '']) => name);
  assert.ok(listed.length > 8);
  for (const name of listed) assert.ok(name in engine, name);
});

test('a service answers a request, and a server serves with its settings', async (t) => {
  const service = await startService(t, (_request, body, response) => kit.answerJson(response, { body }));
  const reply = await fetch(service.url, { method: 'POST', body: 'x' });
  assert.deepEqual(await reply.json(), { body: 'x' });
  const server = await startServer(t, { settings: 'limits: { flows: 10 }' });
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  assert.equal((await server.stop()).code, 0);
});
