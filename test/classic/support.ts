/** A server process with the functions of these tests as local modules, and calls that run flows to their end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeClient } from '../support/clients.ts';
import type { Client } from '../support/clients.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';

type Value = Record<string, unknown>;
export type Mode = 'Standard' | 'Express';

/** The end of an execution. */
export interface End {
  readonly status: string;
  /** Null for an execution that did not succeed. */
  readonly output: unknown;
  /** The error; empty when it succeeded. */
  readonly error: string;
}

export interface ClassicServer {
  readonly client: Client;
  /** Creates a flow of `flows/`, in Express mode under `name-express`. */
  create(name: string, modes?: readonly Mode[]): Promise<void>;
  /** Runs a flow to its end: an Express flow by StartSyncExecution, a Standard flow by StartExecution. */
  run(mode: Mode, name: string, input: Value): Promise<End>;
  /** The same, with the entered steps in order. */
  trace(mode: Mode, name: string, input: Value): Promise<End & { readonly steps: readonly string[] }>;
  whenEnded(flow: string, execution: string): Promise<End>;
}

interface Event {
  readonly Type: string;
  readonly StepName: string;
  readonly EventDetail: string;
}

export const BOTH: readonly Mode[] = ['Standard', 'Express'];
const SUFFIX: Readonly<Record<Mode, string>> = { Standard: '', Express: '-express' };
/** How long one DescribeExecution waits for the end of an execution. */
const WAIT_SECONDS = 30;

/** @param settings more lines of the settings file. */
export async function startClassicServer(
  t: CleanUp,
  modules: readonly string[],
  settings = '',
): Promise<ClassicServer> {
  const functions = modules.map((name) => {
    const module = JSON.stringify(join(import.meta.dirname, 'functions', `${name}.mjs`));
    return `  "${name}-*": { module: ${module} }\n  "${name}/*": { module: ${module} }\n`;
  });
  const server = await startServer(t, { settings: `functions:\n${functions.join('')}${settings}` });
  return classicServer(nodeClient({ url: server.url, key: ROOT_KEY }));
}

function classicServer(client: Client): ClassicServer {
  let started = 0;

  async function history(flow: string, execution: string): Promise<Event[]> {
    const events: Event[] = [];
    for (let token: unknown = ''; token !== undefined; ) {
      const names = { FlowName: flow, ExecutionName: execution, Limit: 500 };
      const page = await client.call('GetExecutionHistory', token === '' ? names : { ...names, NextToken: token });
      events.push(...(page['Events'] as Event[]));
      token = page['NextToken'];
    }
    return events;
  }

  async function whenEnded(flow: string, execution: string): Promise<End> {
    for (;;) {
      const names = { FlowName: flow, ExecutionName: execution, WaitTimeSeconds: WAIT_SECONDS };
      const { Status: status, Output: output } = await client.call('DescribeExecution', names);
      if (status === 'Running') continue;
      if (status === 'Succeeded') return { status, output: JSON.parse(String(output)) as unknown, error: '' };
      const { EventDetail: detail } = (await history(flow, execution)).at(-1) as Event;
      return { status: String(status), output: null, error: (JSON.parse(detail) as { error: string }).error };
    }
  }

  async function run(mode: Mode, name: string, input: Value): Promise<{ end: End; execution: string }> {
    const execution = `run-${++started}`;
    const start = { FlowName: `${name}${SUFFIX[mode]}`, ExecutionName: execution, Input: input };
    if (mode === 'Standard') {
      await client.call('StartExecution', start);
      return { end: await whenEnded(start.FlowName, execution), execution };
    }
    const reply = await client.call('StartSyncExecution', start);
    const { Status: status, Output: output, ErrorCode: error } = reply;
    const value = output === '' ? null : (JSON.parse(String(output)) as unknown);
    const end = { status: String(status), output: value, error: String(error) };
    return { end, execution: String(reply['Name']) };
  }

  return {
    client,
    whenEnded,
    async create(name, modes = ['Standard']) {
      const definition = readFileSync(join(import.meta.dirname, 'flows', `${name}.yaml`), 'utf8');
      for (const mode of modes) {
        const flow = { Name: `${name}${SUFFIX[mode]}`, Definition: definition, Type: 'FDL', ExecutionMode: mode };
        await client.call('CreateFlow', { ...flow, Description: 'a classic flow' });
      }
    },
    run: async (mode, name, input) => (await run(mode, name, input)).end,
    async trace(mode, name, input) {
      const { end, execution } = await run(mode, name, input);
      const events = await history(`${name}${SUFFIX[mode]}`, execution);
      const entered = events.filter(({ Type }) => Type === 'StepEntered');
      return { ...end, steps: entered.map(({ StepName }) => StepName) };
    },
  };
}
