/**
 * Keys, tokens and names that leave the server belong to one start for ever: also when a flow and an execution get the names of
 * deleted ones, when two servers have the same names, and when a store that was put back from a copy issues numbers again.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { idempotencyKey } from '../../../src/runtime/driver/idempotency-key.ts';
import { createTaskTokens } from '../../../src/runtime/durable/tokens.ts';
import { openSqliteStores } from '../../../src/store/sqlite/stores.ts';
import type { CleanUp } from '../../../src/testing/clean-up.ts';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskCall } from '../../../src/testing/stand-ins.ts';
import { temporaryFolder } from '../../../src/testing/temporary-folder.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine } from '../../../src/testing/test-engine.ts';
import { VirtualTime } from '../../../src/testing/virtual-time.ts';
import { CALLBACK, oneState, refused } from './definitions.ts';

const PAY = oneState('pay', 'Type: Task, Action: Test:Pay').replaceAll(/\bOne\b/g, '"Pay 100% / 支付 🙂"');
const PAY_STATE = 'Pay%20100%25%20%2F%20%E6%94%AF%E4%BB%98%20%F0%9F%99%82';
const DONE = { ok: true, output: { done: true } } as const;

/** Engines, one after the other, on one store file that can be copied and put back. */
class Lives {
  readonly calls: TaskCall[] = [];
  readonly #t: CleanUp;
  readonly #time = new VirtualTime();
  readonly #folder: string;
  #seed = 1;
  #end: () => Promise<void> = async () => {};

  constructor(t: CleanUp) {
    this.#t = t;
    this.#folder = temporaryFolder(t);
  }

  get file(): string {
    return join(this.#folder, 'store.db');
  }

  async begin(): Promise<TestEngine> {
    const stores = openSqliteStores({ file: this.file, synchronous: 'NORMAL' }, this.#time);
    const engine = await startTestEngine(this.#t, {
      stores,
      time: this.#time,
      seed: this.#seed++,
      task: (call) => {
        this.calls.push(call);
        return call.action === 'Test:Hang' ? new Promise(() => undefined) : taskSucceeded();
      },
    });
    this.#end = async () => {
      engine.durable.close();
      await stores.close();
    };
    return engine;
  }

  /** Ends the engine, as a crash does. */
  async crash(): Promise<void> {
    await this.#end();
    this.#end = async () => {};
  }

  copy(): void {
    copyFileSync(this.file, `${this.file}.copy`);
  }

  putBack(): void {
    rmSync(`${this.file}-wal`, { force: true });
    copyFileSync(`${this.file}.copy`, this.file);
  }

  tokenKey(): Uint8Array {
    const database = new DatabaseSync(this.file, { readOnly: true });
    const key = database.prepare('SELECT token_key FROM owner').get()?.['token_key'];
    database.close();
    return key as Uint8Array;
  }

  /** Makes the executions of the store those of a version without identities. */
  forgetIdentities(): void {
    const database = new DatabaseSync(this.file);
    database.exec("UPDATE executions SET identity = ''");
    database.close();
  }
}

test('an execution of the same names, after its flow was deleted and created again, has another key', async (t) => {
  const lives = new Lives(t);
  const engine = await lives.begin();
  for (let round = 0; round < 2; round++) {
    await engine.createFlow('pay', PAY);
    await engine.start('pay', { name: 'order-1', input: { round } });
    await engine.ended('pay', 'order-1');
    await engine.call('DeleteFlow', { Name: 'pay' });
  }
  const keys = lives.calls.map(({ idempotencyKey: key }) => key);
  assert.equal(keys.length, 2);
  assert.notEqual(keys[0], keys[1]);
  for (const key of keys) assert.match(key, new RegExp(`^pay/order-1/[0-9a-f-]{36}/${PAY_STATE}/4$`, 'u'));
  await lives.crash();
});

test('two servers with the same names send different keys', async (t) => {
  const keys: string[] = [];
  for (const seed of [1, 2]) {
    const engine = await startTestEngine(t, {
      seed,
      task(call) {
        keys.push(call.idempotencyKey);
        return taskSucceeded();
      },
    });
    await engine.createFlow('pay', PAY);
    await engine.start('pay', { name: 'order-1' });
    await engine.ended('pay', 'order-1');
  }
  assert.equal(new Set(keys).size, 2);
});

test('a call that is repeated after a crash has the same key, and a child the same name', async (t) => {
  const lives = new Lives(t);
  const start = 'Type: Task, Action: FNF:StartExecution, TaskMode: WaitForSystemCallback';
  let engine = await lives.begin();
  await engine.createFlow('child', oneState('child', 'Type: Task, Action: Test:Hang'));
  await engine.createFlow(
    'parent',
    oneState('parent', `${start}, Parameters: { resourceArn: "acs:fnf:::flow/child" }`),
  );
  await engine.start('parent', { name: 'p' });
  await engine.time.pass(1_000);
  await lives.crash();
  engine = await lives.begin();
  await engine.time.pass(1_000);
  const [first, second] = lives.calls;
  assert.equal(lives.calls.length, 2);
  assert.equal(first?.idempotencyKey, second?.idempotencyKey);
  assert.equal(first?.executionName, second?.executionName);
  await lives.crash();
});

test('a token that was issued after the copy of a store ends no other execution when the copy is put back', async (t) => {
  const lives = new Lives(t);
  let engine = await lives.begin();
  await engine.createFlow('ask', oneState('ask', CALLBACK));
  await engine.start('ask', { name: 'before' });
  await engine.time.pass(1_000);
  await lives.crash();
  lives.copy();
  engine = await lives.begin();
  await engine.start('ask', { name: 'after' });
  await engine.time.pass(1_000);
  await lives.crash();
  lives.putBack();
  engine = await lives.begin();
  const [before = '', lost = ''] = lives.calls.map(({ taskToken }) => taskToken ?? '');
  await refused(engine.executions.report(lost, DONE), 'TaskInvalidState');
  await refused(engine.start('ask', { name: 'for no one', callbackToken: lost }), 'InvalidArgument');
  await engine.start('ask', { name: 'new' });
  await engine.time.pass(1_000);
  assert.equal(lives.calls[1]?.task?.execution, lives.calls[2]?.task?.execution, 'the number is issued again');
  assert.notEqual(lives.calls[1]?.idempotencyKey, lives.calls[2]?.idempotencyKey);
  await refused(engine.executions.report(lost, DONE), 'InvalidArgument', /earlier copy/);
  await refused(engine.start('ask', { name: 'for another', callbackToken: lost }), 'InvalidArgument', /earlier copy/);
  await engine.executions.report(before, DONE);
  assert.equal((await engine.ended('ask', 'before')).status, 'Succeeded');
  assert.equal((await engine.executions.describe('ask', 'new', 0)).status, 'Running');
  await engine.executions.report(lives.calls[2]?.taskToken ?? '', DONE);
  assert.equal((await engine.ended('ask', 'new')).status, 'Succeeded');
  await lives.crash();
});

test('an execution that an older version started continues with its keys and its tokens', async (t) => {
  const lives = new Lives(t);
  let engine = await lives.begin();
  await engine.createFlow('hang', PAY.replace('Test:Pay', 'Test:Hang'));
  await engine.createFlow('ask', oneState('ask', CALLBACK));
  await engine.start('hang', { name: 'h' });
  await engine.start('ask', { name: 'a' });
  await engine.time.pass(1_000);
  await lives.crash();
  lives.forgetIdentities();
  lives.calls.length = 0;
  engine = await lives.begin();
  await engine.time.pass(1_000);
  const state = encodeURIComponent(PAY_STATE);
  assert.deepEqual(
    lives.calls.map(({ idempotencyKey: key }) => key),
    [`hang/h/${state}/4`],
  );
  const tokens = createTaskTokens(lives.tokenKey());
  const task = { execution: 2, event: 4 };
  await refused(engine.executions.report(tokens.make(task, randomUUID()), DONE), 'InvalidArgument');
  await engine.executions.report(tokens.make(task, ''), DONE);
  assert.equal((await engine.ended('ask', 'a')).status, 'Succeeded');
  await engine.start('ask', { name: 'new' });
  await engine.time.pass(1_000);
  await refused(engine.executions.report(tokens.make({ execution: 3, event: 4 }, ''), DONE), 'InvalidArgument');
  await lives.crash();
});

test('a key is printable ASCII without a blank, encoded once, for any name of a state', () => {
  const execution = { flowName: 'f', name: 'e', identity: '00000000-0000-4000-8000-000000000001' };
  for (const [state, encoded] of [
    ['plain', 'plain'],
    ['a b', 'a%20b'],
    ['100%', '100%25'],
    ['a/b', 'a%2Fb'],
    ['支付', '%E6%94%AF%E4%BB%98'],
    ['🙂', '%F0%9F%99%82'],
    ['half \ud800', 'half%20%EF%BF%BD'],
    ['line\r\nbreak', 'line%0D%0Abreak'],
  ] as const) {
    const key = idempotencyKey(execution, state, 7);
    assert.equal(key, `f/e/${execution.identity}/${encoded}/7`);
    assert.match(key, /^[\x21-\x7e]+$/);
    assert.equal(idempotencyKey({ ...execution, identity: null }, state, 7), `f/e/${encoded}/7`);
  }
});
