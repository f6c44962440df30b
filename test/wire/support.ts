/** The HTTP interface on a free port, with time that a test advances and a few small operations. */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { ActionName } from '../../src/api/actions.ts';
import { Authenticator } from '../../src/auth/authenticator.ts';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import type { Clock } from '../../src/base/clock.ts';
import { systemIds } from '../../src/base/ids.ts';
import { createObserver } from '../../src/base/observer.ts';
import { Secret } from '../../src/config/settings.ts';
import type { KeySetting } from '../../src/config/settings.ts';
import type { Operation, Reply } from '../../src/operations/operation.ts';
import { acs3BodyHash, signAcs3 } from '../../src/signatures/acs3.ts';
import { canonicalQuery } from '../../src/signatures/percent.ts';
import { roaKey, roaStringToSign } from '../../src/signatures/roa.ts';
import { rpcKey, signRpc } from '../../src/signatures/rpc.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { ManualTime } from '../../src/testing/manual-time.ts';
import type { HealthSource } from '../../src/wire/health.ts';
import { createWireServer } from '../../src/wire/server.ts';
import type { WireServer, WireServerOptions } from '../../src/wire/server.ts';

export const ACCOUNT = '1234567890123456';
export const ROOT = { accessKeyId: 'root', accessKeySecret: 'root-secret' };
export const FORM = 'application/x-www-form-urlencoded';

/** A call that the test answers. */
export interface Gate {
  readonly entered: Promise<void>;
  enter(): void;
  readonly opened: Promise<Reply>;
  open(reply: Reply): void;
  fail(error: unknown): void;
}

export function createGate(): Gate {
  const entered = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<Reply>();
  opened.promise.catch(() => {});
  return {
    entered: entered.promise,
    enter: () => entered.resolve(),
    opened: opened.promise,
    open: (reply) => opened.resolve(reply),
    fail: (error) => opened.reject(error),
  };
}

/** An operation whose calls wait for the gate. */
export function gated(gate: Gate, traits: Partial<Pick<Operation<null>, 'action' | 'slow'>> = {}): Operation<null> {
  return {
    action: 'StartExecution',
    run: () => {
      gate.enter();
      return gate.opened;
    },
    ...traits,
  };
}

const echo = (action: ActionName): Operation<null> => ({
  action,
  run: (_services, { parameters }) => Promise.resolve({ Parameters: Object.fromEntries(parameters) }),
});

/** An operation that answers with its parameters. */
export const ECHO = echo('StartSyncExecution');

export interface WireHarness {
  readonly url: string;
  readonly port: number;
  readonly time: ManualTime;
  readonly wire: WireServer;
  /** The unexpected failures that the server reported. */
  readonly logged: object[];
}

export interface WireOptions extends Partial<Omit<WireServerOptions<null>, 'operations' | 'authenticator' | 'ports'>> {
  readonly time?: ManualTime;
  readonly operations?: readonly Operation<null>[];
  readonly keys?: readonly KeySetting[];
  readonly auth?: 'on' | 'off';
}

const WELL: HealthSource = {
  alive: () => Promise.resolve({ reason: null, lostLogLines: 0 }),
  ready: () => Promise.resolve({ reason: null, lostLogLines: 0 }),
};

/** Starts the HTTP interface with the root key {@link ROOT} and other keys, and closes it at the end of the test. */
export async function startWireServer(
  t: CleanUp,
  { time = new ManualTime(), ...options }: WireOptions = {},
): Promise<WireHarness> {
  const ring = await createKeyRing({
    rootKey: { accessKeyId: ROOT.accessKeyId, accessKeySecret: new Secret(ROOT.accessKeySecret) },
    keys: options.keys ?? [],
  });
  const logged: object[] = [];
  const observer = createObserver({ requestFailed: (details) => void logged.push(details) });
  const operations = options.operations ?? [ECHO, echo('DescribeFlow'), echo('StartExecution')];
  const wire = createWireServer<null>({
    services: null,
    listen: { host: '127.0.0.1', port: 0 },
    tls: null,
    maxConnections: 10_000,
    trustProxy: [],
    hosts: [],
    requestBytes: 1024 * 1024,
    earlyAnswerMs: 2000,
    health: WELL,
    console: null,
    ...options,
    ports: { clock: time, scheduler: time, ids: systemIds, observer },
    operations: new Map(operations.map((operation) => [operation.action, operation])),
    authenticator: new Authenticator({
      keys: options.auth === 'off' ? null : ring,
      clock: time,
      region: 'cn-hangzhou',
      account: ACCOUNT,
    }),
  });
  const { url } = await wire.listen();
  atEnd(t, async () => {
    const closed = wire.close(0);
    time.advance(60_000);
    await closed;
  });
  return { url, port: Number(new URL(url).port), time, wire, logged };
}

export interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

export type Change = Readonly<Record<string, string | undefined>>;

/** The parameters of a signed RPC call. A parameter that is undefined is neither sent nor signed. */
export function rpcParameters(clock: Clock, parameters: Change, key: Key = ROOT, method = 'POST'): Map<string, string> {
  const all = new Map<string, string>();
  const common: Change = {
    Action: 'StartSyncExecution',
    Version: '2019-03-15',
    Format: 'JSON',
    AccessKeyId: key.accessKeyId,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: randomUUID(),
    Timestamp: new Date(clock.nowMs()).toISOString().replace('.000Z', 'Z'),
  };
  for (const [name, value] of Object.entries({ ...common, ...parameters }))
    if (value !== undefined) all.set(name, value);
  if (!('Signature' in parameters)) all.set('Signature', signRpc(method, all, rpcKey(key.accessKeySecret)));
  return all;
}

/** A form of a signed RPC call. */
export function rpcForm(clock: Clock, parameters: Change = {}, key: Key = ROOT): string {
  return canonicalQuery(rpcParameters(clock, parameters, key));
}

export interface Acs3Change {
  readonly headers?: Change;
  readonly query?: ReadonlyMap<string, string>;
  readonly method?: string;
  readonly key?: Key;
}

/** The headers of an ACS3 call. */
export function acs3Headers(
  server: WireHarness,
  body: string | Buffer,
  change: Acs3Change = {},
): Record<string, string> {
  const bodyHash = acs3BodyHash('ACS3-HMAC-SHA256', body);
  const key = change.key ?? ROOT;
  const headers = new Map<string, string>();
  const all: Change = {
    host: `127.0.0.1:${server.port}`,
    'content-type': FORM,
    'x-acs-action': 'StartSyncExecution',
    'x-acs-version': '2019-03-15',
    'x-acs-date': new Date(server.time.nowMs()).toISOString().replace('.000Z', 'Z'),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-content-sha256': bodyHash,
    ...change.headers,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) headers.set(name, value);
  const request = { method: change.method ?? 'POST', path: '/', query: change.query ?? new Map(), headers, bodyHash };
  return { ...Object.fromEntries(headers), authorization: signAcs3(request, key.accessKeyId, key.accessKeySecret) };
}

/** The headers of a call with the old ROA signature. `query` is signed, not sent. */
export function roaHeaders(
  server: WireHarness,
  change: Change = {},
  query: ReadonlyMap<string, string> = new Map(),
): Record<string, string> {
  const all: Change = {
    'content-type': FORM,
    date: new Date(server.time.nowMs()).toUTCString(),
    'x-acs-action': 'StartSyncExecution',
    'x-acs-version': '2019-03-15',
    'x-acs-signature-nonce': randomUUID(),
    ...change,
  };
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(all)) if (value !== undefined) headers.set(name, value);
  const text = roaStringToSign({ method: 'POST', path: '/', query, headers });
  const signature = roaKey(ROOT.accessKeySecret).signText(text, 'base64');
  return { ...Object.fromEntries(headers), authorization: `acs ${ROOT.accessKeyId}:${signature}` };
}

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** The bytes of a request with `Content-Length`. */
export function requestBytes(request: RawRequest): Buffer {
  const body = Buffer.from(request.body ?? '');
  const headers = { host: 'millrace.test:7780', 'content-length': String(body.length), ...request.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${request.method ?? 'POST'} ${request.target ?? '/'} HTTP/1.1\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** Sends bytes on a new connection, and reads one complete reply or until the connection ends. */
export async function sendBytes(port: number, bytes: Buffer): Promise<RawReply> {
  const socket = await openSocket(port);
  socket.write(bytes);
  try {
    return await readReply(socket);
  } finally {
    socket.destroy();
  }
}

export function send(server: WireHarness, request: RawRequest): Promise<RawReply> {
  return sendBytes(server.port, requestBytes(request));
}

/** The bytes of a signed call with everything in the form. */
export function callBytes(server: WireHarness, parameters: Change = {}, key: Key = ROOT): Buffer {
  return requestBytes({ headers: { 'content-type': FORM }, body: rpcForm(server.time, parameters, key) });
}

/** Makes a signed call with everything in the form. */
export function call(server: WireHarness, parameters: Change = {}, key: Key = ROOT): Promise<RawReply> {
  return sendBytes(server.port, callBytes(server, parameters, key));
}

/** A connection. With `halfOpen` it can send after the other side has ended. */
export function openSocket(port: number, halfOpen: 'half-open' | null = null): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: halfOpen !== null });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // Some tests provoke a reset.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

/** Reads one reply, whose end is given by its length, by chunks or by the end of the connection. */
export function readReply(socket: Socket): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    let received = '';
    const onData = (chunk: Buffer): void => {
      received += chunk.toString('latin1');
      const reply = parseReply(received, false);
      if (reply !== null) finish(reply);
    };
    const onClose = (): void => finish(parseReply(received, true));
    const finish = (reply: RawReply | null): void => {
      socket.off('data', onData);
      socket.off('close', onClose);
      if (reply === null) reject(new Error(`no answer, only: ${received}`));
      else resolve(reply);
    };
    socket.on('data', onData);
    socket.on('close', onClose);
  });
}

function parseReply(received: string, ended: boolean): RawReply | null {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [statusLine = '', ...lines] = received.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const status = Number(statusLine.split(' ')[1]);
  const rest = received.slice(end + 4);
  const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');
  if (headers['transfer-encoding'] === 'chunked') {
    const body = parseChunks(rest);
    return body === null && !ended ? null : { status, headers, body: utf8(body ?? '') };
  }
  const length = headers['content-length'];
  if (length !== undefined && rest.length < Number(length)) return null;
  if (length === undefined && !ended) return null;
  return { status, headers, body: utf8(rest.slice(0, length === undefined ? rest.length : Number(length))) };
}

/** The body of a chunked reply; null when its end has not arrived. */
function parseChunks(text: string): string | null {
  let body = '';
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd === -1) return null;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (size === 0) return body;
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

/** Waits for the end of a connection, and discards the data until then. */
export function closing(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

/** `Code` of an error reply. */
export function codeOf(reply: RawReply): unknown {
  return (JSON.parse(reply.body) as Record<string, unknown>)['Code'];
}

export function messageOf(reply: RawReply): string {
  return String((JSON.parse(reply.body) as Record<string, unknown>)['Message']);
}
