/**
 * Real processes on one data folder, ended at random moments under load. Executions of ten tasks each call a service that
 * records the Idempotency-Key of every call. At the end all executions have succeeded, no journal has a gap, and a call was
 * repeated only if it was under way when a process ended.
 *
 * A process ends after a number of calls, not after a time, so that it is under load on a machine of any speed.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { nodeClient } from '../support/clients.ts';
import type { Body, Client } from '../support/clients.ts';
import type { Key } from '../support/signed-request.ts';
import { Random } from './random.ts';

export interface KillRunOptions {
  readonly executions: number;
  /** The signal that ends each process. One more process follows the last. */
  readonly ends: readonly ('SIGKILL' | 'SIGTERM')[];
  readonly seed: number;
  readonly key: Key;
  /** Starts a server on the same data folder. Resolves when it accepts calls. */
  readonly start: () => Promise<{ readonly process: ChildProcess; readonly url: string }>;
}

export interface KillRunResult {
  readonly calls: number;
  /** Calls that were repeated. */
  readonly again: number;
}

const STEPS = 10;
const FLOW = 'ten_steps';
/** Requests of the client at the same time. */
const REQUESTS = 40;
const PAGE = 50;
const STEP_EVENTS = ['StateEntered', 'StateStarted', 'TaskScheduled', 'TaskSucceeded', 'StateSucceeded'];

export async function killRun(options: KillRunOptions): Promise<KillRunResult> {
  const run = new KillRun(options);
  try {
    return await run.play();
  } finally {
    await run.close();
  }
}

class KillRun {
  readonly #options: KillRunOptions;
  readonly #random: Random;
  /** The numbers of the processes that made a call, by the key of the call. */
  readonly #calls = new Map<string, number[]>();
  readonly #service = createServer((request, response) => {
    this.#called(String(request.headers['idempotency-key']));
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}');
  });
  readonly #sockets = new Set<Socket>();
  /** Number of the running process, from 1. */
  #epoch = 0;
  #callsLeft = Infinity;
  #enough: () => void = () => undefined;
  #process: ChildProcess | null = null;
  #client: Client | null = null;
  #waiting: ((client: Client) => void)[] = [];

  constructor(options: KillRunOptions) {
    this.#options = options;
    this.#random = Random.of(options.seed, 'kills');
  }

  async play(): Promise<KillRunResult> {
    this.#service.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#service.listen(0, '127.0.0.1');
    await once(this.#service, 'listening');
    const driving = this.#drive();
    const [processes] = await Promise.allSettled([this.#processes(), driving]);
    if (processes.status === 'rejected') throw processes.reason;
    await driving;
    await this.#check();
    const counts = [...this.#calls.values()].map(({ length }) => length);
    return { calls: counts.reduce((sum, count) => sum + count, 0), again: counts.filter((count) => count > 1).length };
  }

  async close(): Promise<void> {
    this.#service.close();
    this.#service.closeAllConnections();
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  #called(key: string): void {
    const calls = this.#calls.get(key) ?? [];
    this.#calls.set(key, calls);
    calls.push(this.#epoch);
    if (--this.#callsLeft === 0) this.#enough();
  }

  /** Runs one process after another. Each is ended after a random number of calls. */
  async #processes(): Promise<void> {
    const { executions, ends } = this.#options;
    const share = Math.floor((executions * STEPS * 0.8) / ends.length);
    for (const signal of ends) {
      const enough = new Promise<void>((resolve) => {
        this.#enough = resolve;
      });
      this.#callsLeft = 1 + this.#random.below(share);
      const child = await this.#start();
      await enough;
      const ended = once(child, 'exit');
      this.#client = null;
      child.kill(signal);
      const [code] = (await ended) as [number | null];
      if (signal === 'SIGTERM') assert.equal(code, 0, 'SIGTERM ends a process in order');
      await this.#received();
    }
    await this.#start();
  }

  /** Resolves when every byte that the ended process sent has arrived. Connections are accepted in their order. */
  async #received(): Promise<void> {
    const last = connect((this.#service.address() as AddressInfo).port, '127.0.0.1');
    await once(last, 'connect');
    while (!this.#isLast(last)) await new Promise((resolve) => setImmediate(resolve));
    last.destroy();
    while (this.#sockets.size > 0) await once([...this.#sockets][0] as Socket, 'close');
  }

  #isLast(last: Socket): boolean {
    return [...this.#sockets].some(({ remotePort }) => remotePort !== undefined && remotePort === last.localPort);
  }

  async #start(): Promise<ChildProcess> {
    this.#epoch++;
    const { process, url } = await this.#options.start();
    this.#process = process;
    const client = nodeClient({ url, key: this.#options.key });
    this.#client = client;
    for (const wake of this.#waiting.splice(0)) wake(client);
    return process;
  }

  /** Starts all executions and waits for their ends, while processes end and start. */
  async #drive(): Promise<void> {
    const { port } = this.#service.address() as AddressInfo;
    const states = Array.from({ length: STEPS }, (_, i) => ({
      ...{
        Type: 'Task',
        Name: `S${i}`,
        Action: 'HTTP:Request',
        ...(i < STEPS - 1 ? { Next: `S${i + 1}` } : { End: true }),
      },
      Parameters: { url: `http://127.0.0.1:${port}/`, method: 'POST' },
    }));
    const definition = { Type: 'StateMachine', SpecVersion: 'v1', Name: FLOW, StartAt: 'S0', States: states };
    const flow = { Name: FLOW, Type: 'FDL', ExecutionMode: 'Standard', Description: 'x', Definition: definition };
    await this.#call('CreateFlow', flow, 'FlowAlreadyExists');
    await this.#forEach(async (name) => {
      await this.#call('StartExecution', { FlowName: FLOW, ExecutionName: name }, 'ExecutionAlreadyExists');
    });
    await this.#forEach(async (name) => {
      const request = { FlowName: FLOW, ExecutionName: name, WaitTimeSeconds: 60 };
      let reply: Body;
      do reply = await this.#call('DescribeExecution', request);
      while (reply['Status'] === 'Running');
      assert.equal(reply['Status'], 'Succeeded', name);
    });
  }

  async #check(): Promise<void> {
    const type = ['ExecutionStarted', ...Array.from({ length: STEPS }, () => STEP_EVENTS).flat(), 'ExecutionSucceeded'];
    const keys = new Set<string>();
    await this.#forEach(async (name) => {
      const events = await this.#history(name);
      assert.deepEqual(
        events.map(({ EventId }) => EventId),
        type.map((_, i) => i + 1),
      );
      assert.deepEqual(
        events.map(({ Type }) => Type),
        type,
      );
      for (const { EventId, StepName, Type } of events) {
        if (Type === 'TaskScheduled') keys.add(`${FLOW}/${name}/${String(StepName)}/${String(EventId)}`);
      }
    });
    // The key also has the start, which no reply shows: all calls of an execution have the same.
    const parts = [...this.#calls.keys()].map((key) => key.split('/'));
    const starts = new Set(parts.map(([flow, execution, start]) => `${flow}/${execution}/${start}`));
    assert.equal(starts.size, this.#options.executions);
    const works = parts.map(([flow, execution, , state, event]) => `${flow}/${execution}/${state}/${event}`);
    assert.deepEqual(works.sort(), [...keys].sort());
    for (const [key, processes] of this.#calls) {
      assert.equal(new Set(processes).size, processes.length, `${key} was called twice by one process`);
    }
    this.#checkRepeats();
  }

  /** A repeated call was under way when its process ended: no later call of the execution had been made. */
  #checkRepeats(): void {
    const furthest = new Map<string, number>();
    const all = [...this.#calls].map(([key, processes]) => {
      const [, execution = '', , , event] = key.split('/');
      return { key, execution, event: Number(event), processes };
    });
    for (let epoch = 1; epoch <= this.#epoch; epoch++) {
      for (const { key, execution, event, processes } of all) {
        if (!processes.includes(epoch)) continue;
        assert.ok(event >= (furthest.get(execution) ?? 0), `${key} was called again by process ${epoch}`);
      }
      for (const { execution, event, processes } of all) {
        if (processes.includes(epoch)) furthest.set(execution, Math.max(event, furthest.get(execution) ?? 0));
      }
    }
  }

  async #history(name: string): Promise<Body[]> {
    const events: Body[] = [];
    for (let token = ''; ; ) {
      const more = token === '' ? {} : { NextToken: token };
      const page = await this.#call('GetExecutionHistory', {
        FlowName: FLOW,
        ExecutionName: name,
        Limit: PAGE,
        ...more,
      });
      events.push(...(page['Events'] as Body[]));
      token = String(page['NextToken'] ?? '');
      if (token === '') return events;
    }
  }

  /** Does the work for the name of every execution, {@link REQUESTS} at the same time. */
  async #forEach(work: (name: string) => Promise<void>): Promise<void> {
    const names = Array.from({ length: this.#options.executions }, (_, i) => `e${i}`);
    const next = async (): Promise<void> => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) await work(name);
    };
    await Promise.all(Array.from({ length: REQUESTS }, next));
  }

  /** Repeats a call until a process answers. The error `done` says that an earlier call, whose answer was lost, succeeded. */
  async #call(action: string, parameters: Body, done = ''): Promise<Body> {
    for (;;) {
      const client = this.#client ?? (await new Promise<Client>((resolve) => this.#waiting.push(resolve)));
      try {
        return await client.call(action, parameters);
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === done && done !== '') return {};
        // The process has changed, so its end cut the connection.
        if (client === this.#client) throw error;
      }
    }
  }
}
