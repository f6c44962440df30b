/**
 * The service that the tasks of a cluster call. It remembers every call with its idempotency key, and answers `{"n": n + 1}` for
 * `{"n": n}`, when the test lets it.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';

export interface TaskCall {
  /** The idempotency key: flow, execution, start, state and event. */
  readonly key: string;
  readonly flow: string;
  readonly execution: string;
  /** The number of the event TaskScheduled. */
  readonly event: number;
  /** Null: the caller does not wait for a report. */
  readonly token: string | null;
  /** Monotonic time. */
  readonly atMs: number;
  /** When the caller closed the connection before it had an answer; null: it has it. */
  cutMs: number | null;
}

export interface TaskService {
  readonly url: string;
  /** In the order in which they came. */
  readonly calls: readonly TaskCall[];
  /** Resolves with the first call for which this is true, which may have come already. Rejects after a minute. */
  called(isIt: (call: TaskCall) => boolean): Promise<TaskCall>;
}

const LIMIT_MS = 60_000;

/** @param pace is waited for before each answer */
export async function startTaskService(
  t: CleanUp,
  pace: (call: TaskCall) => Promise<void> | void = () => undefined,
): Promise<TaskService> {
  const calls: TaskCall[] = [];
  const waiting = new Set<(call: TaskCall) => void>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    // The end of the caller cut the request off.
    if (body === null) return;
    const key = String(request.headers['idempotency-key']);
    const [flow = '', execution = '', , , event] = key.split('/');
    const token = request.headers['x-fnf-http-callback-task-token'];
    const call: TaskCall = {
      ...{ key, flow, execution, event: Number(event), atMs: performance.now(), cutMs: null },
      token: typeof token === 'string' ? token : null,
    };
    calls.push(call);
    response.on('close', () => {
      if (!response.writableFinished) call.cutMs = performance.now();
    });
    for (const react of waiting) react(call);
    await pace(call);
    const { n } = JSON.parse(body) as { n: number };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ n: n + 1 }));
  }

  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    calls,
    called(isIt) {
      const known = calls.find(isIt);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          waiting.delete(react);
          clearTimeout(timer);
        };
        const timer = setTimeout(() => {
          settle();
          reject(new Error(`waited ${LIMIT_MS / 1000} s for a call`));
        }, LIMIT_MS);
        const react = (call: TaskCall): void => {
          if (!isIt(call)) return;
          settle();
          resolve(call);
        };
        waiting.add(react);
      });
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  } catch {
    return null;
  }
}
