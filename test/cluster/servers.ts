/** Real servers that share a PostgreSQL, each a process with a name. */
import type { PostgresOptions } from '../../src/store/postgres/options.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import type { ServerOptions, ServerProcess } from '../../src/testing/server-process.ts';
import { nodeClient } from '../support/clients.ts';
import type { Body } from '../support/clients.ts';

/** The reply of a call; or the code of its error, which is empty if no answer came. */
export type Outcome =
  | { readonly reply: Body; readonly code: null }
  | { readonly reply: null; readonly code: string; readonly message: string };

/** Something that answers calls: a server, or one after another. */
export interface Callee {
  call(action: string, parameters?: Body): Promise<Outcome>;
}

export interface ClusterServer extends ServerProcess, Callee {
  readonly name: string;
}

export interface ClusterServerOptions extends Pick<ServerOptions, 'env' | 'launcher'> {
  readonly name: string;
  readonly store: PostgresOptions;
  readonly leaseMs: number;
  /** More lines of the settings file. */
  readonly settings?: string;
  /** How long a call waits for its answer. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 30_000;

export async function startClusterServer(t: CleanUp, options: ClusterServerOptions): Promise<ClusterServer> {
  const { name, leaseMs, settings = '', env = {}, patienceMs = PATIENCE_MS } = options;
  const server = await startServer(t, {
    env: { MILLRACE_STORE: urlOf(options.store), MILLRACE_CLUSTER_NAME: name, MILLRACE_LOG: 'warn', ...env },
    ...(options.launcher === undefined ? {} : { launcher: options.launcher }),
    settings: `postgres: { schema: ${options.store.schema}, statementTimeout: 5s }
cluster: { lease: ${leaseMs}ms }
${settings}`,
  });
  return { ...server, name, call: callerOf(server.url, patienceMs) };
}

/** `postgres://user@host:5432/database`, for `MILLRACE_STORE`. */
export function urlOf({ host, port, user, database }: PostgresOptions): string {
  return host.startsWith('/')
    ? `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}`
    : `postgres://${user}@${host}:${port}/${database}?sslmode=disable`;
}

function callerOf(url: string, timeoutMs: number): Callee['call'] {
  const client = nodeClient({ url, key: ROOT_KEY, timeoutMs });
  return async (action, parameters = {}) => {
    try {
      return { reply: await client.call(action, parameters), code: null };
    } catch (error) {
      const { Code: code, Message: message } = (error as { data?: { Code?: unknown; Message?: unknown } }).data ?? {};
      return {
        reply: null,
        code: typeof code === 'string' ? code : '',
        message: typeof message === 'string' ? message : String(error),
      };
    }
  };
}

/** The reply of a call. @throws for any other outcome */
export async function ask(callee: Callee, action: string, parameters: Body = {}): Promise<Body> {
  const { reply, ...refusal } = await callee.call(action, parameters);
  if (reply !== null) return reply;
  throw new Error(`${action} ${JSON.stringify(parameters)} was answered with ${JSON.stringify(refusal)}`);
}

/** All entries of a list of the API, each page from the next server. */
export async function listed(
  callees: readonly Callee[],
  action: string,
  member: string,
  parameters: Body,
): Promise<Body[]> {
  const found: Body[] = [];
  for (let page = 0, token = ''; page === 0 || token !== ''; page++) {
    const callee = callees[page % callees.length] as Callee;
    const reply = await ask(callee, action, { ...parameters, Limit: 100, ...(token !== '' && { NextToken: token }) });
    found.push(...(reply[member] as Body[]));
    token = String(reply['NextToken'] ?? '');
  }
  return found;
}

/** Waits until `look` finds something. It asks again at once, so each look should take a while. @throws after a minute */
export async function until<T>(what: string, look: () => Promise<T | null>, limitMs = 60_000): Promise<T> {
  const untilMs = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > untilMs) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
