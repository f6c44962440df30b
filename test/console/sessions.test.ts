/** Signing in and out: who may, what the cookie is, and when a session ends. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, it } from 'node:test';
import { Authenticator } from '../../src/auth/authenticator.ts';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import { systemIds } from '../../src/base/ids.ts';
import { Secret } from '../../src/config/settings.ts';
import { Sessions } from '../../src/console/sessions.ts';
import { ManualTime } from '../../src/testing/manual-time.ts';
import { ROOT_KEY, startServer } from '../../src/testing/index.ts';
import type { ServerProcess } from '../../src/testing/index.ts';
import { lastingAddress } from '../support/lasting-address.ts';
import { Visitor, ask, codeOf, faultsIn, keySettings, signedIn } from './support.ts';
import type { Reply } from './support.ts';

const LIMITED = { accessKeyId: 'LIMITEDKEY0000001', accessKeySecret: 'limited-secret-0001' };
const ALL = [{ Effect: 'Allow', Action: 'fnf:*', Resource: '*' }];

const view = async (visitor: Visitor): Promise<Record<string, unknown>> => (await visitor.get('session')).json();
const isSignedIn = async (visitor: Visitor): Promise<boolean> => (await view(visitor))['signedIn'] === true;

describe('signing in', () => {
  it('proves the secret of a key, and answers with a cookie', async (t) => {
    const server = await startServer(t);
    const visitor = new Visitor(t, server);
    assert.deepEqual(
      [(await view(visitor))['signedIn'], (await view(visitor))['auth'], (await view(visitor))['accessKeyId']],
      [false, 'on', ''],
    );
    assert.deepEqual([(await visitor.call('ListFlows')).status], [401]);
    const reply = await visitor.signIn();
    assert.equal(reply.status, 200);
    const { signedIn: is, accessKeyId, isRoot } = reply.json();
    assert.deepEqual([is, accessKeyId, isRoot], [true, ROOT_KEY.accessKeyId, true]);
    const { port } = new URL(server.url);
    assert.match(
      String(reply.headers['set-cookie']),
      new RegExp(`^millrace-session-${port}=[\\w.-]+; HttpOnly; SameSite=Strict; Max-Age=28800$`),
    );
    assert.ok(!reply.text.includes(ROOT_KEY.accessKeySecret));
    assert.ok(await isSignedIn(visitor));
    assert.equal((await visitor.call('ListFlows')).status, 200);
  });

  it('refuses a wrong id, a wrong secret, a missing one, and another kind of value', async (t) => {
    const server = await startServer(t);
    const visitor = new Visitor(t, server);
    const { accessKeyId, accessKeySecret } = ROOT_KEY;
    const wrong: [unknown, string][] = [
      [{ accessKeyId: 'NOBODY', accessKeySecret }, 'InvalidAccessKeyID'],
      [{ accessKeyId, accessKeySecret: 'wrong' }, 'SignatureNotMatch'],
      [{ accessKeyId, accessKeySecret: '' }, 'SignatureNotMatch'],
      [{ accessKeyId }, 'SignatureNotMatch'],
      [{ accessKeyId, accessKeySecret, securityToken: 'more' }, 'InvalidSecurityToken.Malformed'],
      [{}, 'InvalidAccessKeyID'],
      [[], 'InvalidArgument'],
      ['text', 'InvalidArgument'],
    ];
    for (const [body, code] of wrong) {
      const reply = await visitor.post('session', body);
      assert.deepEqual([codeOf(reply), reply.headers['set-cookie']], [code, undefined], JSON.stringify(body));
      assert.ok(reply.status >= 400 && reply.status < 500);
      assert.ok(!reply.text.includes(accessKeySecret));
    }
    assert.deepEqual(faultsIn(server), []);
  });

  it('refuses members that are no text', async (t) => {
    const server = await startServer(t);
    const visitor = new Visitor(t, server);
    const headers = { 'content-type': 'application/json' };
    const values = ['12345678901234567890', '{"toString":1,"valueOf":1}', '[]', 'true', '1e999', '{"__proto__":null}'];
    for (const value of values) {
      for (const name of ['accessKeyId', 'accessKeySecret', 'securityToken']) {
        const body = `{"accessKeyId":"A","accessKeySecret":"B","${name}":${value}}`;
        const reply = await visitor.ask({ method: 'POST', path: '/console/session', headers, body });
        assert.deepEqual([reply.status, codeOf(reply)], [400, 'InvalidArgument'], body);
      }
    }
    const bodies: [string, string][] = [
      ...['', '{', 'null', '1', '{"a":1}x', `{"a":${'['.repeat(60_000)}`, '\xff\xfe\0'].map(
        (body): [string, string] => [body, 'InvalidArgument'],
      ),
      ['['.repeat(100_000), 'EntityTooLarge'],
    ];
    for (const [body, code] of bodies) {
      const reply = await visitor.ask({ method: 'POST', path: '/console/session', headers, body });
      assert.deepEqual([reply.status, codeOf(reply)], [400, code], body.slice(0, 20));
    }
    assert.deepEqual(faultsIn(server), []);
  });

  it('with a temporary key needs its token, and ends with it', async () => {
    const token = 'temporary-token-0001';
    const temporary = { ...LIMITED, securityToken: token, expires: '2026-01-02T04:04:05Z' };
    const time = new ManualTime();
    const keys = await createKeyRing({
      rootKey: null,
      keys: [
        {
          accessKeyId: temporary.accessKeyId,
          accessKeySecret: new Secret(temporary.accessKeySecret),
          securityToken: new Secret(token),
          expiresMs: Date.parse(temporary.expires),
          policies: null,
        },
      ],
    });
    const authenticator = new Authenticator({ keys, clock: time, region: 'r', account: '1' });
    const sessions = new Sessions(authenticator, { clock: time, ids: systemIds });
    const begin = (given: string | null): unknown =>
      sessions.begin(temporary.accessKeyId, temporary.accessKeySecret, given);
    assert.throws(() => begin(null), { code: 'MissingSecurityToken' });
    assert.throws(() => begin('wrong'), { code: 'InvalidSecurityToken.Malformed' });
    const session = sessions.begin(temporary.accessKeyId, temporary.accessKeySecret, token);
    const cookie = sessions.cookie('c', session, false).split(';')[0];
    assert.notEqual(sessions.of(cookie, 'c'), null);
    time.advance(3_600_000);
    assert.equal(sessions.of(cookie, 'c'), null);
    assert.throws(() => begin(token), { code: 'InvalidSecurityToken.Expired' });
  });

  it('is refused for a while after many attempts', async (t) => {
    const server = await startServer(t);
    const visitor = new Visitor(t, server, { sockets: 4 });
    const wrong = { ...ROOT_KEY, accessKeySecret: 'guess' };
    const beganMs = performance.now();
    const replies = await Promise.all(Array.from({ length: 100 }, () => visitor.signIn(wrong)));
    const seconds = (performance.now() - beganMs) / 1_000;
    const throttled = replies.filter(({ status }) => status === 429);
    // Twenty attempts at once, and five more each second, however many seconds this machine needs.
    assert.ok(throttled.length >= Math.floor(100 - 21 - 5 * seconds), `${throttled.length} of 100 in ${seconds} s`);
    assert.ok(throttled.every(({ headers }) => Number(headers['retry-after']) > 0));
    assert.equal(replies.filter(({ status }) => status === 200).length, 0);
  });
});

/** An address of this machine that is no loopback address; null if it has none. */
function otherAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? null;
}

describe('a secret that others could read', () => {
  it('is refused over plain HTTP from another address', async (t) => {
    const address = otherAddress();
    if (address === null) return t.skip('this machine has no other address');
    const server = await startServer(t, { env: { MILLRACE_LISTEN: `${address}:0` } });
    const visitor = new Visitor(t, server);
    const reply = await visitor.signIn();
    assert.deepEqual([reply.status, codeOf(reply), reply.headers['set-cookie']], [403, 'AccessDenied', undefined]);
    assert.match(String(reply.json()['Message']), /TLS/);
  });

  const proxied = (server: ServerProcess, headers: Readonly<Record<string, string>>): Promise<Reply> =>
    ask(server.url, {
      ...{ method: 'POST', path: '/console/session', body: JSON.stringify(ROOT_KEY) },
      headers: { 'x-millrace-console': '1', 'sec-fetch-site': 'same-origin', ...headers },
    });

  it('is refused through a proxy that the settings do not name', async (t) => {
    const server = await startServer(t);
    const signs: Readonly<Record<string, string>>[] = [
      { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' },
      { 'x-forwarded-for': '127.0.0.1' },
      { via: '1.1 proxy' },
      { forwarded: 'for=127.0.0.1;proto=https' },
      { 'x-real-ip': '127.0.0.1' },
      { 'x-forwarded-host': 'example.com' },
    ];
    for (const headers of signs) {
      assert.equal((await proxied(server, headers)).status, 403, JSON.stringify(headers));
    }
  });

  it('is taken through a named proxy with TLS, and the cookie is for TLS only', async (t) => {
    const server = await startServer(t, { settings: 'http: { trustProxy: ["127.0.0.1"] }\n' });
    const from = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-host': 'flows.example.com' };
    const reply = await proxied(server, { ...from, 'x-forwarded-proto': 'https' });
    assert.equal(reply.status, 200, reply.text);
    assert.match(
      String(reply.headers['set-cookie']),
      /^millrace-session=[\w.-]+; HttpOnly; SameSite=Strict; Max-Age=28800; Secure$/,
    );
    for (const proto of ['http', 'https, http', '', 'HTTPS2']) {
      assert.equal((await proxied(server, { ...from, 'x-forwarded-proto': proto })).status, 403, proto);
    }
    assert.equal((await proxied(server, from)).status, 403, 'no protocol');
    assert.equal((await proxied(server, {})).status, 403, 'a proxy that says nothing');
  });
});

describe('a session', () => {
  const start = async (): Promise<{ sessions: Sessions; time: ManualTime; cookie: string }> => {
    const time = new ManualTime();
    const rootKey = { accessKeyId: ROOT_KEY.accessKeyId, accessKeySecret: new Secret(ROOT_KEY.accessKeySecret) };
    const keys = await createKeyRing({ rootKey, keys: [] });
    const authenticator = new Authenticator({ keys, clock: time, region: 'r', account: '1' });
    const sessions = new Sessions(authenticator, { clock: time, ids: systemIds });
    const session = sessions.begin(ROOT_KEY.accessKeyId, ROOT_KEY.accessKeySecret, null);
    return { sessions, time, cookie: sessions.cookie('c', session, false).split(';')[0] ?? '' };
  };

  it('ends after eight hours without a call, and each call begins them anew', async () => {
    const { sessions, time, cookie } = await start();
    time.advance(8 * 3_600_000);
    const session = sessions.of(cookie, 'c');
    assert.ok(session !== null);
    assert.ok(sessions.isToRenew(session));
    const renewed = sessions.cookie('c', session, false).split(';')[0];
    time.advance(1);
    assert.equal(sessions.of(cookie, 'c'), null);
    time.advance(8 * 3_600_000 - 1);
    assert.equal(sessions.of(renewed, 'c')?.id, session.id);
    time.advance(1);
    assert.equal(sessions.of(renewed, 'c'), null);
  });

  it('is renewed at most every five minutes', async () => {
    const { sessions, time, cookie } = await start();
    const isToRenew = (): boolean => sessions.isToRenew(sessions.of(cookie, 'c') ?? assert.fail());
    time.advance(300_000);
    assert.equal(isToRenew(), false);
    time.advance(1);
    assert.equal(isToRenew(), true);
  });

  it('that was ended stays so, with each of its cookies, and is forgotten when none could be used', async () => {
    const { sessions, time, cookie } = await start();
    const session = sessions.of(cookie, 'c') ?? assert.fail();
    time.advance(3_600_000);
    const renewed = sessions.cookie('c', session, false).split(';')[0];
    sessions.end(session.id);
    assert.deepEqual([sessions.of(cookie, 'c'), sessions.of(renewed, 'c')], [null, null]);
    time.advance(8 * 3_600_000);
    sessions.end('another');
    assert.equal(sessions.of(renewed, 'c'), null);
  });

  it('is not begun by a cookie that the server has not sealed', async (t) => {
    const server = await startServer(t, { settings: keySettings(LIMITED, ALL) });
    const visitor = await signedIn(t, server);
    const other = await signedIn(t, server, LIMITED);
    const [name = '', value = ''] = visitor.cookie.split('=');
    const [content = '', seal = ''] = value.split('.');
    const [otherContent = '', otherSeal = ''] = (other.cookie.split('=')[1] ?? '').split('.');
    const facts = JSON.parse(Buffer.from(content, 'base64url').toString()) as [string, string, number];
    const sealed = (each: unknown, by = seal): string =>
      `${Buffer.from(JSON.stringify(each)).toString('base64url')}.${by}`;
    const forged = [
      '',
      '.',
      content,
      `${content}.`,
      `.${seal}`,
      `${content}.${seal.slice(1)}`,
      `${content}.${seal.replace(/^./, (c) => (c === '0' ? '1' : '0'))}`,
      `${content}.${otherSeal}`,
      `${otherContent}.${seal}`,
      sealed([facts[0], facts[1], facts[2] + 1]),
      sealed([facts[0], 'x', facts[2]]),
      sealed([LIMITED.accessKeyId, facts[1], facts[2]]),
      sealed(['NOBODY', facts[1], facts[2]]),
      sealed([facts[0], facts[1], '9999999999999']),
      sealed(null),
      sealed({}),
      sealed([]),
      `${Buffer.from('['.repeat(40_000)).toString('base64url')}.${seal}`,
      'a'.repeat(200_000),
      ';;;;=;=',
      '%00',
    ];
    for (const each of forged) {
      const reply = await ask(server.url, {
        path: '/console/session',
        headers: { ...visitor.headers, cookie: `other=1; ${name}=${each}; ${name}x=${value}` },
      });
      assert.deepEqual([reply.status, reply.json()['signedIn']], [200, false], each.slice(0, 60));
    }
    const first = await ask(server.url, {
      path: '/console/session',
      headers: { ...visitor.headers, cookie: `a; b=c;${name}=${value}  ; ${name}=zzz` },
    });
    assert.equal(first.json()['signedIn'], true);
    assert.deepEqual(faultsIn(server), []);
  });

  it('is not shared by two ports of one machine', async (t) => {
    const [one, two] = await Promise.all([startServer(t), startServer(t)]);
    const visitor = await signedIn(t, one);
    const other = new Visitor(t, two);
    other.cookie = visitor.cookie;
    assert.equal(await isSignedIn(other), false);
  });

  it('ends with the logout, of a copy of its cookie too', async (t) => {
    const server = await startServer(t);
    const visitor = await signedIn(t, server);
    const thief = new Visitor(t, server);
    thief.cookie = visitor.cookie;
    assert.ok(await isSignedIn(thief));
    const bystander = await signedIn(t, server);
    const reply = await visitor.ask({ method: 'DELETE', path: '/console/session' });
    assert.equal(reply.status, 204);
    assert.equal(reply.headers['content-length'], undefined);
    assert.match(String(reply.headers['set-cookie']), /^millrace-session-\d+=; HttpOnly; SameSite=Strict; Max-Age=0$/);
    assert.equal(await isSignedIn(thief), false);
    assert.equal((await thief.call('ListFlows')).status, 401);
    assert.ok(await isSignedIn(bystander));
    const again = await visitor.ask({ method: 'DELETE', path: '/console/session' });
    assert.equal(again.status, 204);
  });

  it('outlives a restart, and ends when the key, its secret or its token is another one', async (t) => {
    const settings = keySettings(LIMITED, ALL);
    const env = { MILLRACE_LISTEN: await lastingAddress() };
    const first = await startServer(t, { settings, env });
    const again = async (next: string): Promise<ServerProcess> =>
      startServer(t, { folder: first.folder, settings: next, env });
    const visitor = await signedIn(t, first, LIMITED);
    await first.stop();
    const same = await again(settings);
    assert.ok(await isSignedIn(visitor));
    await same.stop();
    for (const next of [
      '',
      keySettings({ ...LIMITED, accessKeySecret: 'limited-secret-0002' }, ALL),
      keySettings({ ...LIMITED, securityToken: 'token-0001' }, ALL),
    ]) {
      const changed = await again(next);
      assert.equal(await isSignedIn(visitor), false, next);
      assert.equal((await visitor.call('ListFlows')).status, 401);
      await changed.stop();
    }
  });

  it('begins with a request in parts too, and a connection that breaks off begins none', async (t) => {
    const server = await startServer(t);
    const { port } = new URL(server.url);
    const body = JSON.stringify(ROOT_KEY);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /console/session HTTP/1.1\r\nHost: ${server.endpoint}\r\nOrigin: ${server.url}\r\nX-Millrace-Console: 1\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    const answer = await new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())));
    assert.match(answer, /^HTTP\/1\.1 100 /);
    socket.write(body.slice(0, 10));
    socket.write(body.slice(10));
    const last = await new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())));
    assert.match(last, /^HTTP\/1\.1 200 /);
    socket.destroy();
    assert.deepEqual(faultsIn(server), []);
  });
});
