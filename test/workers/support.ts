/** A server with two workers as a process, and callers that each have one connection. */
import { Agent, request as httpRequest } from 'node:http';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import type { ServerOptions, ServerProcess } from '../../src/testing/server-process.ts';
import { formOf, signRpc } from '../support/signed-request.ts';

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Caller {
  /** Rejects when the connection fails. */
  call(action: string, parameters?: Readonly<Record<string, string>>): Promise<Reply>;
  /** Sends a form that is signed already. */
  send(form: string): Promise<Reply>;
  /** The number of the worker that has the connection. */
  worker(): Promise<number>;
}

/** Logs at the level `debug`, by whose lines a test knows which worker has answered. */
export function startWithWorkers(t: CleanUp, options: ServerOptions = {}): Promise<ServerProcess> {
  const env = { MILLRACE_WORKERS: '2', MILLRACE_LOG: 'debug', MILLRACE_STORE: 'memory', ...options.env };
  return startServer(t, { ...options, env });
}

export function openCaller(t: CleanUp, server: ServerProcess): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  atEnd(t, () => agent.destroy());
  const send = (form: string): Promise<Reply> => post(server.url, form, agent);
  const call: Caller['call'] = (action, parameters = {}) =>
    send(formOf(signRpc(ROOT_KEY, { Action: action, ...parameters })));
  return {
    send,
    call,
    async worker() {
      const { body } = await call('DescribeRegions');
      const line = await logLine(server, (each) => each['requestId'] === body['RequestId']);
      return line['worker'] as number;
    },
  };
}

/** One caller of each worker, by its number. */
export async function callerOfEach(t: CleanUp, server: ServerProcess): Promise<ReadonlyMap<number, Caller>> {
  const callers = new Map<number, Caller>();
  while (callers.size < 2) {
    const caller = openCaller(t, server);
    callers.set(await caller.worker(), caller);
  }
  return callers;
}

function post(url: string, form: string, agent: Agent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const request = httpRequest(url, { method: 'POST', headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Reply['body'] });
      });
    });
    request.on('error', reject);
    request.end(form);
  });
}

export type LogLine = Readonly<Record<string, unknown>>;

/** The first line of the log that fits, which may come later. */
export function logLine(server: ServerProcess, fits: (line: LogLine) => boolean): Promise<LogLine> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const found = linesOf(server).find(fits);
      if (found === undefined) return;
      server.process.stderr?.off('data', look);
      resolve(found);
    };
    server.process.stderr?.on('data', look);
    void server.ended.then(() => reject(new Error(`the server ended without that line:\n${server.stderr()}`)));
    look();
  });
}

/** The complete lines of the log so far. */
export function linesOf(server: ServerProcess): readonly LogLine[] {
  const lines = server.stderr().split('\n').slice(0, -1);
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
}

/** The process of a worker that has written to the log. */
export function pidOf(server: ServerProcess, worker: number): number {
  const line = linesOf(server).find((each) => each['worker'] === worker && typeof each['pid'] === 'number');
  if (line === undefined) throw new Error(`worker ${worker} has not written to the log`);
  return line['pid'] as number;
}

/** The definition of a state machine. */
export function machine(...states: readonly Readonly<Record<string, unknown>>[]): string {
  const linked = states.map((state, i) => ({
    ...state,
    ...(i === states.length - 1 ? { End: true } : { Next: states[i + 1]?.['Name'] }),
  }));
  return JSON.stringify({
    Type: 'StateMachine',
    SpecVersion: 'v1',
    Name: 'flow',
    StartAt: states[0]?.['Name'],
    States: linked,
  });
}

/** Creates a flow. @throws when the server refuses it */
export async function createFlow(
  caller: Caller,
  name: string,
  definition: string,
  mode: 'Express' | 'Standard' = 'Express',
): Promise<void> {
  const flow = { Name: name, Type: 'FDL', ExecutionMode: mode, Description: '', Definition: definition };
  const { status, body } = await caller.call('CreateFlow', flow);
  if (status !== 200) throw new Error(JSON.stringify(body));
}
