/**
 * Servers that are nodes of one store, over HTTP, on time that the test advances: replayed requests, the health of a node, and the times in
 * the console.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Authenticator } from '../../src/auth/authenticator.ts';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import { createObserver } from '../../src/base/observer.ts';
import { Secret } from '../../src/config/settings.ts';
import { createServer } from '../../src/server/server.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { NodeStore } from '../../src/store/nodes.ts';
import type { Stores } from '../../src/store/stores.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { ManualTime } from '../../src/testing/manual-time.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { testSettings } from '../../src/testing/test-settings.ts';
import { createFlow, machine, signedIn } from '../console/support.ts';
import { formOf, sendRaw, signRpc, timestamp } from '../support/signed-request.ts';
import type { RawReply } from '../support/signed-request.ts';

const KEY = { accessKeyId: 'key', accessKeySecret: 'secret' };
const LEASE_MS = 10_000;

class Servers {
  readonly time = new ManualTime();
  readonly stores: Stores = createMemoryStores({ isShared: true });
  readonly #t: CleanUp;
  #count = 0;

  constructor(t: CleanUp) {
    this.#t = t;
  }

  /** Starts a server, and returns its URL. */
  async start(nodes: NodeStore = this.stores.nodes): Promise<string> {
    const { time } = this;
    const settings = testSettings('listen: 127.0.0.1:0\n');
    const { region, account } = settings;
    const rootKey = { accessKeyId: KEY.accessKeyId, accessKeySecret: new Secret(KEY.accessKeySecret) };
    const keys = await createKeyRing({ rootKey, keys: [] });
    const server = await createServer({
      settings,
      // The stores of all servers are the same.
      stores: { ...this.stores, nodes, close: () => Promise.resolve() },
      ports: { clock: time, scheduler: time, ids: seededIds(++this.#count), observer: createObserver() },
      authenticator: new Authenticator({ keys, clock: time, region, account }),
      node: { info: { name: `n${this.#count}`, version: '0.0.0', leaseMs: LEASE_MS }, pollMs: 500 },
      localCallersOnly: true,
      log: { lost: 0 },
      tls: null,
    });
    const { url } = await server.listen();
    atEnd(this.#t, async () => {
      const drained = server.drain(0);
      time.advance(1);
      await drained;
      await server.close();
    });
    return url;
  }

  /** Lets time pass in steps, so that the servers can work in between. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      this.time.advance(10);
      await new Promise(setImmediate);
    }
  }

  /** The body of a signed request, which any server accepts once. */
  sign(): string {
    return formOf(signRpc(KEY, { Action: 'ListFlows' }, { Timestamp: timestamp(this.time.nowMs()) }));
  }
}

function send(url: string, body: string): Promise<RawReply> {
  return sendRaw(url, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
}

test('another node refuses a replayed request once a second has passed', async (t) => {
  const servers = new Servers(t);
  const first = await servers.start();
  const early = servers.sign();
  assert.equal((await send(first, early)).status, 200);
  const second = await servers.start();
  await servers.pass(LEASE_MS);
  assert.equal((await send(second, early)).json()['Code'], 'SignatureNonceUsed', 'from before it joined');
  for (const [one, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const body = servers.sign();
    assert.equal((await send(one, body)).status, 200);
    await servers.pass(1_000);
    assert.equal((await send(other, body)).json()['Code'], 'SignatureNonceUsed');
    assert.equal((await send(one, body)).json()['Code'], 'SignatureNonceUsed');
    assert.equal((await send(other, servers.sign())).status, 200);
  }
});

test('the probes of a node say that it has lost its lease, until it has joined again', async (t) => {
  const servers = new Servers(t);
  let isCut = false;
  const { nodes } = servers.stores;
  const reached = <T>(call: () => Promise<T>): Promise<T> =>
    isCut ? Promise.reject(new Error('the network is cut')) : call();
  const url = await servers.start({
    ...nodes,
    join: (info, nowMs) => reached(() => nodes.join(info, nowMs)),
    beat: (node, report, nowMs) => reached(() => nodes.beat(node, report, nowMs)),
  });
  await servers.pass(100);
  const probe = async (path: string): Promise<[number, string]> => {
    const reply = await sendRaw(url, { method: 'GET', path });
    return [reply.status, String(reply.json()['reason'] ?? '')];
  };
  assert.deepEqual(await probe('/healthz'), [200, '']);
  isCut = true;
  await servers.pass(LEASE_MS);
  for (const path of ['/healthz', '/readyz']) {
    const [status, reason] = await probe(path);
    assert.equal(status, 503);
    assert.match(reason, /lease|place in the store/);
  }
  isCut = false;
  await servers.pass(LEASE_MS);
  assert.deepEqual(await probe('/healthz'), [200, '']);
  assert.deepEqual(await probe('/readyz'), [200, '']);
});

test('the console has the times of the clock that nodes share, not of the machine', async (t) => {
  const servers = new Servers(t);
  const visitor = await signedIn(t, { url: await servers.start() }, KEY);
  await createFlow(visitor, 'watched', machine({ Type: 'Pass', Name: 'A' }), 'Express');
  const stream = await visitor.stream({ list: '1' });
  await stream.first('hello');
  const time = new Date(servers.time.nowMs()).toISOString();
  await visitor.ok('StartSyncExecution', { FlowName: 'watched' });
  await servers.pass(1_000);
  const { data } = await stream.first('changes');
  const changes = data['changes'] as { readonly status: string; readonly time: string }[];
  assert.deepEqual(
    changes.map((change) => [change.status, change.time]),
    [
      ['Running', time],
      ['Succeeded', time],
    ],
  );
});
