/** Shared by the tests of actions: a catalog with settings, time that tests advance, and test servers. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import assert from 'node:assert/strict';
import { MemoryBudget } from '../../src/base/memory-budget.ts';
import { ALONE } from '../../src/cluster/cluster.ts';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import { createActions } from '../../src/actions/catalog.ts';
import type { ActionOptions } from '../../src/actions/catalog.ts';
import { systemIds } from '../../src/base/ids.ts';
import { createObserver } from '../../src/base/observer.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { ManualTime } from '../../src/testing/manual-time.ts';
import type { MessageStore } from '../../src/store/messages.ts';
import { createMemoryMessages } from '../../src/store/memory/message-store.ts';

export interface Overrides extends Partial<Omit<ActionOptions, 'http' | 'messages' | 'pushes'>> {
  readonly http?: Partial<ActionOptions['http']>;
  readonly store?: MessageStore;
}

/** A call of a task of an Express execution, without action and parameters. */
export const EXPRESS_CALL: Omit<TaskCall, 'action' | 'parameters'> = {
  idempotencyKey: 'flow/execution/State/0',
  flowName: 'flow',
  executionName: 'execution',
  roleArn: '',
  mode: 'RequestComplete',
  taskToken: null,
  task: null,
};

/** The members in which a call differs from {@link EXPRESS_CALL}, and its abort signal. */
export interface CallOptions {
  readonly call?: Partial<TaskCall>;
  readonly signal?: AbortSignal;
}

export interface Bench {
  readonly time: ManualTime;
  resume(): void;
  /** The bench also closes itself at the end of the test. */
  close(): Promise<void>;
  run(action: string, parameters: JsonObject, options?: CallOptions): Promise<TaskResult>;
  /** The output of a task that must succeed. */
  output(action: string, parameters: JsonObject, call?: Partial<TaskCall>): Promise<JsonValue>;
  /** The error and cause of a task that must fail. */
  failure(action: string, parameters: JsonObject, call?: Partial<TaskCall>): Promise<{ error: string; cause: string }>;
}

/** A catalog, closed at the end of the test. */
export function bench(t: CleanUp, overrides: Overrides = {}): Bench {
  const time = new ManualTime();
  const { http, store = createMemoryMessages(), ...rest } = overrides;
  const actions = createActions({
    http: {
      errorStatuses: [],
      timeoutMs: 60_000,
      maxResponseBytes: 1_048_576,
      maxRedirects: 10,
      connectionsPerOrigin: 64,
      ...http,
    },
    functions: [],
    fcEndpoint: null,
    memory: new MemoryBudget(Number.POSITIVE_INFINITY),
    processes: ALONE,
    cloud: null,
    cloudActions: ['*:*'],
    products: [],
    mns: { endpoint: null, local: false, keep: 100, subscriptions: [] },
    eventBridgeEndpoint: null,
    ossEndpoint: null,
    messages: store,
    pushes: store,
    region: 'cn-hangzhou',
    account: '1234567890123456',
    egress: { reach: 'all', allow: [] },
    clock: time,
    scheduler: time,
    ids: systemIds,
    observer: createObserver(),
    ...rest,
  });
  atEnd(t, () => actions.close());
  const never = new AbortController().signal;
  const run: Bench['run'] = (action, parameters, { call, signal = never } = {}) =>
    actions.find(action).run({ ...EXPRESS_CALL, ...call, action, parameters }, signal);
  return {
    time,
    resume: () => actions.resume(),
    close: () => actions.close(),
    run,
    async output(action, parameters, call = {}) {
      const result = await run(action, parameters, { call });
      assert.ok(result.ok, `failed: ${JSON.stringify(result)}`);
      return result.output;
    },
    async failure(action, parameters, call = {}) {
      const result = await run(action, parameters, { call });
      assert.ok(!result.ok, `succeeded: ${JSON.stringify(result)}`);
      return { error: result.error, cause: result.cause };
    },
  };
}

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A server that collects the requests that it receives and answers with `answer`. */
export async function recorder(
  t: CleanUp,
  answer: RequestListener,
): Promise<{ url: string; received: Received[]; server: Server }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      answer(request, response);
    });
  });
  return { url: await listen(t, server), received, server };
}

/** A TCP server, for answers that no HTTP server would send. */
export async function rawServer(
  t: CleanUp,
  connected: (socket: Socket) => void,
): Promise<{ url: string; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    connected(socket);
    socket.resume();
  });
  const url = await listen(t, server);
  atEnd(t, () => {
    for (const socket of sockets) socket.destroy();
  });
  return { url, sockets };
}

export async function listen(t: CleanUp, server: Server | TcpServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Resolves when `holds` returns true; it is called once every turn of the event loop. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
