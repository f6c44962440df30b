/** Secrets of the settings, paths of files and the key of task tokens are in no answer of the console. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { ACTIONS } from '../../src/api/actions.ts';
import { ROOT_KEY, startServer, temporaryFolder } from '../../src/testing/index.ts';
import { ask, createFlow, faultsIn, machine, signedIn } from './support.ts';
import type { Reply, Visitor } from './support.ts';

const PLANTED = 'pl4nted';
const TEMPORARY = {
  accessKeyId: 'TEMPORARYKEY00001',
  accessKeySecret: `${PLANTED}-key-secret`,
  securityToken: `${PLANTED}-key-token`,
};

/** All texts of the tables and columns of a database whose name speaks of keys, in the forms in which they could be sent. */
function keysIn(file: string): readonly string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
    return tables.flatMap(({ name }) =>
      database
        .prepare(`SELECT * FROM "${name}"`)
        .all()
        .flatMap((row) => Object.values(row))
        .filter((value) => value instanceof Uint8Array && value.length === 32)
        .flatMap((bytes) =>
          (['hex', 'base64', 'base64url'] as const).map((each) => Buffer.from(bytes as Uint8Array).toString(each)),
        ),
    );
  } finally {
    database.close();
  }
}

/** Each answer that a visitor can get: all calls without and with the names of what there is, the streams, the files and the errors. */
async function answersOf(visitor: Visitor): Promise<readonly string[]> {
  const replies: Reply[] = [];
  const names = { Name: 'flow', FlowName: 'flow', ExecutionName: 'one', MapRunName: 'none', ScheduleName: 's' };
  const reads = Object.keys(ACTIONS).filter((action) =>
    /^(?:Describe|List|Get|Search|Summarize|Check|Convert)/.test(action),
  );
  const others = Object.keys(ACTIONS).filter((action) => !reads.includes(action) && !action.startsWith('Delete'));
  for (const action of reads) {
    replies.push(await visitor.call(action));
    replies.push(await visitor.call(action, { ...names, Definition: 'a: [', Limit: '100' }));
    replies.push(await visitor.call(action, { ...names, Name: '../../etc', FlowName: '\u202e', Definition: '{}' }));
  }
  for (const action of others) {
    replies.push(await visitor.call(action));
    replies.push(await visitor.call(action, { ...names, Definition: 'a: [', Input: '[', TaskToken: 'x', Output: '1' }));
  }
  for (const path of ['session', '', 'none', 'index.html', 'stream', 'stream?flow=flow&execution=']) {
    replies.push(await visitor.get(path));
  }
  for (const path of ['reveal', 'report', 'session', 'none']) replies.push(await visitor.post(path, { flow: 'flow' }));
  replies.push(await ask(visitor.url, { path: '/console' }));
  replies.push(await ask(visitor.url, { path: '/console/session', headers: { 'x-millrace-console': '1' } }));
  const list = await visitor.stream({ list: '1' });
  await list.first('hello');
  const stream = await visitor.follow('flow', 'one');
  await stream.first('execution');
  list.close();
  stream.close();
  return [
    ...replies.map(({ text, headers }) => `${JSON.stringify(headers)}\n${text}`),
    JSON.stringify([list.events, stream.events]),
  ];
}

test('no answer has a secret of the settings, a path or a key', async (t) => {
  const folder = join(temporaryFolder(t), `${PLANTED}-data`);
  const objects = join(temporaryFolder(t), `${PLANTED}-objects`);
  for (const each of [folder, objects]) mkdirSync(each);
  const root = { ...ROOT_KEY, accessKeySecret: `${PLANTED}-root-secret` };
  const settings = `
keys:
  - { ${Object.entries(TEMPORARY)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')}, expires: 2999-01-01T00:00:00Z }
cloud:
  accessKeyId: ${PLANTED}-cloud-id
  accessKeySecret: ${PLANTED}-cloud-secret
  securityToken: ${PLANTED}-cloud-token
objects:
  buckets:
    things: { type: folder, path: ${objects} }
    lake: { type: s3, endpoint: 'http://${PLANTED}.invalid', accessKeyId: ${PLANTED}-s3, accessKeySecret: ${PLANTED}-s3-secret }
functionCompute: { endpoint: 'http://${PLANTED}.invalid' }
oss: { endpoint: 'http://${PLANTED}.invalid' }
eventBridge: { endpoint: 'http://${PLANTED}.invalid' }
products: { ecs: { endpoint: 'http://${PLANTED}.invalid', version: '2014-05-26' } }
`;
  const server = await startServer(t, {
    folder,
    settings,
    env: { MILLRACE_ACCESS_KEY_SECRET: root.accessKeySecret, MILLRACE_STORE: 'sqlite' },
  });
  const visitor = await signedIn(t, server, root);
  await createFlow(visitor, 'flow', machine({ Type: 'Pass', Name: 'A' }));
  await visitor.ok('StartExecution', { FlowName: 'flow', ExecutionName: 'one' });
  await visitor.ok('CreateSchedule', {
    FlowName: 'flow',
    ScheduleName: 's',
    CronExpression: '0 0 3 1 1 ?',
    Payload: '{}',
  });
  const files = readdirSync(folder).filter((name) => /\.(?:db|sqlite3?)$/.test(name));
  const keys = files.flatMap((name) => keysIn(join(folder, name)));
  assert.ok(keys.length >= 3, `no key of the store in ${files.join(', ')}`);
  const temporary = await signedIn(t, server, TEMPORARY);
  for (const text of [...(await answersOf(visitor)), ...(await answersOf(temporary))]) {
    assert.ok(!text.toLowerCase().includes(PLANTED), text.slice(0, 2_000));
    for (const key of keys) assert.ok(!text.includes(key));
    assert.doesNotMatch(text, /\/tmp\/|\/src\/|node:internal|\.ts:\d|millrace\.yaml|"cloud\./, text.slice(0, 2_000));
  }
  assert.deepEqual(faultsIn(server), []);
});
