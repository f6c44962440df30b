/** A server with the built console, and calls of its API. */
import assert from 'node:assert/strict';
import { ROOT_KEY, startServer } from '../../../src/testing/index.ts';
import type { CleanUp, ServerOptions, ServerProcess } from '../../../src/testing/index.ts';
import { callRpc } from '../../../test/support/signed-request.ts';
import type { Key } from '../../../test/support/signed-request.ts';
import { ensureBuilt } from './built-console.ts';

export type Reply = Readonly<Record<string, unknown>>;

export interface ConsoleServer extends ServerProcess {
  /** Calls an action with the root key. Parameters that are not texts are sent as JSON. Fails the test for a refusal. */
  call(action: string, parameters?: Readonly<Record<string, unknown>>): Promise<Reply>;
}

export interface ConsoleServerOptions extends ServerOptions {
  /** `off`: the server checks no keys, and the console has no sign-in. */
  readonly auth?: 'on' | 'off';
}

/** Starts a server with the console. Without `auth: 'on'` it checks no keys. */
export async function startConsole(t: CleanUp, options: ConsoleServerOptions = {}): Promise<ConsoleServer> {
  await ensureBuilt();
  const { auth = 'off', env = {}, ...rest } = options;
  const server = await startServer(t, { ...rest, env: { MILLRACE_AUTH: auth, ...env } });
  return { ...server, call: (action, parameters) => callAs(server.url, ROOT_KEY, action, parameters) };
}

/** Calls an action with a key. @throws {assert.AssertionError} for a refusal */
export async function callAs(
  url: string,
  key: Key,
  action: string,
  parameters: Readonly<Record<string, unknown>> = {},
): Promise<Reply> {
  const texts = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const reply = await callRpc(url, key, { Action: action, ...(Object.fromEntries(texts) as Record<string, string>) });
  assert.equal(reply.status, 200, `${action}: ${reply.text}`);
  return reply.json();
}

export interface FlowFacts {
  readonly mode?: 'Standard' | 'Express';
  readonly description?: string;
}

/** Creates a flow. A definition as an object is a state machine without its head. */
export function createFlow(
  server: Pick<ConsoleServer, 'call'>,
  name: string,
  definition: string | Readonly<Record<string, unknown>>,
  { mode = 'Standard', description = '' }: FlowFacts = {},
): Promise<Reply> {
  const text =
    typeof definition === 'string'
      ? definition
      : JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: name, ...definition }, null, 2);
  return server.call('CreateFlow', {
    Name: name,
    Definition: text,
    Type: 'FDL',
    ExecutionMode: mode,
    Description: description,
  });
}

/** Starts a Standard execution, and waits for its end if asked. Returns its name. */
export async function startExecution(
  server: Pick<ConsoleServer, 'call'>,
  flow: string,
  {
    name,
    input = {},
    waits = false,
  }: { readonly name?: string; readonly input?: unknown; readonly waits?: boolean } = {},
): Promise<string> {
  const { Name } = await server.call('StartExecution', {
    FlowName: flow,
    Input: input,
    ...(name !== undefined && { ExecutionName: name }),
  });
  if (waits) await endOf(server, flow, String(Name));
  return String(Name);
}

/** Waits for the end of an execution, also where that takes longer than one call waits. */
export async function endOf(server: Pick<ConsoleServer, 'call'>, flow: string, execution: string): Promise<void> {
  const names = { FlowName: flow, ExecutionName: execution };
  for (;;) {
    const { Status } = await server.call('DescribeExecution', { ...names, WaitTimeSeconds: 60 });
    if (Status !== 'Running') return;
  }
}

/** The token of the only message to a queue of the server, as soon as a task has sent it. */
export async function tokenIn(server: Pick<ConsoleServer, 'call'>, queue: string): Promise<string> {
  for (;;) {
    const { Messages } = await server.call('ListMessages', { Name: queue });
    const [message] = Messages as { readonly MessageBody: string }[];
    if (message !== undefined) return (JSON.parse(message.MessageBody) as { readonly token: string }).token;
  }
}

/** A definition that ends at once. */
export const PASS = { StartAt: 'Done', States: [{ Type: 'Pass', Name: 'Done', End: true }] };
/** A definition that fails at once. */
export const FAIL = {
  StartAt: 'Broken',
  States: [{ Type: 'Fail', Name: 'Broken', Error: 'Broken', Cause: 'It was asked to fail.' }],
};
/** A definition that waits for five minutes. */
export const WAIT = { StartAt: 'Rest', States: [{ Type: 'Wait', Name: 'Rest', Seconds: 300, End: true }] };
