/**
 * Load on a cluster under faults, and what must be true of it afterwards: each execution that a server has acknowledged ends right,
 * its journal is that of an execution without faults, and calls were repeated only while they were under way, with the same key.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Body } from '../../support/clients.ts';
import { callback, count, machine, wait } from '../flows.ts';
import { until } from '../servers.ts';
import { startTaskService } from '../task-service.ts';
import type { TaskCall, TaskService } from '../task-service.ts';
import type { FaultCluster } from './cluster.ts';

const FLOW = 'steps';
const OUTPUT = '{"n":5}';
const WORKERS = 30;
/** How long the service takes for a task, at most. */
const TASK_MS = 150;
/** A load that has not ended this long after the faults does not end. */
const REST_MS = 120_000;

/** A call that came again. */
export interface Repeat {
  readonly key: string;
  readonly first: TaskCall;
  readonly again: TaskCall;
}

export class Load {
  readonly service: TaskService;
  readonly #cluster: FaultCluster;
  readonly #inputBytes: number;
  /** The types of the events of an execution without faults. */
  #expected: readonly unknown[] = [];
  readonly #names: string[] = [];
  readonly #reported = new Set<string>();
  #isOver = false;
  #ended = 0;
  #workers: Promise<unknown> = Promise.resolve();

  /**
   * Creates the flow, and runs it once without faults.
   * @param inputBytes of each execution, beside what it counts: they make the database grow
   */
  static async begin(cluster: FaultCluster, { inputBytes = 0 } = {}): Promise<Load> {
    const load: Load = new Load(
      cluster,
      inputBytes,
      await startTaskService(cluster.stage.t, async (call) => {
        await delay(cluster.stage.random.below(TASK_MS));
        if (call.token !== null) load.#report(call.token);
      }),
    );
    const { url } = load.service;
    const states = [
      count('S1', url),
      count('S2', url),
      wait('W', 1),
      callback('A', url),
      count('S3', url),
      count('S4', url),
    ];
    const flow = { Name: FLOW, Type: 'FDL', ExecutionMode: 'Standard', Definition: machine(FLOW, states) };
    await cluster.insist('CreateFlow', flow, 'FlowAlreadyExists');
    await load.#runOne('reference');
    load.#expected = typesOf(await load.#history('reference'));
    return load;
  }

  private constructor(cluster: FaultCluster, inputBytes: number, service: TaskService) {
    this.#cluster = cluster;
    this.#inputBytes = inputBytes;
    this.service = service;
  }

  /** Begins to start executions, one after the other in each of some workers. */
  start(): void {
    this.#workers = Promise.all(
      Array.from({ length: WORKERS }, async () => {
        while (!this.#isOver) {
          const name = `e${this.#names.length}`;
          this.#names.push(name);
          await this.#runOne(name);
        }
      }),
    );
    // `finish` reports it.
    this.#workers.catch(() => undefined);
  }

  /** Executions that have ended. */
  get ended(): number {
    return this.#ended;
  }

  /** Calls that came again, in the order in which they first came. */
  get repeats(): readonly Repeat[] {
    const first = new Map<string, TaskCall>();
    const found: Repeat[] = [];
    for (const call of this.service.calls) {
      const earlier = first.get(call.key);
      if (earlier !== undefined) found.push({ key: call.key, first: earlier, again: call });
      first.set(call.key, call);
    }
    return found;
  }

  /**
   * Lets everything end, and checks it. Returns figures.
   * @param zombies a process that was stopped while it opened a connection sends its call when it continues, and others may be done
   */
  async finish({ zombies = false } = {}): Promise<string> {
    this.#isOver = true;
    const limit = delay(REST_MS, 'late', { ref: false });
    if ((await Promise.race([this.#workers, limit])) === 'late') {
      this.#cluster.stage.violation(`executions had not ended ${REST_MS / 1000} s after the last fault`);
      return `${this.#names.length} executions`;
    }
    const left = [...this.#names];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let name = left.pop(); name !== undefined; name = left.pop()) await this.#check(name);
      }),
    );
    const late = this.#checkCalls();
    if (!zombies) for (const sentence of late) this.#cluster.stage.violation(sentence);
    const figures = `${this.#names.length} executions, ${this.service.calls.length} calls, ${this.repeats.length} repeated`;
    return zombies ? `${figures} (${late.length} by a zombie that was sending it)` : figures;
  }

  /** Random, so that no compression makes it small. */
  #input(): string {
    return JSON.stringify({ n: 0, pad: randomBytes(this.#inputBytes / 2).toString('hex') });
  }

  async #runOne(name: string): Promise<void> {
    const cluster = this.#cluster;
    const about = { FlowName: FLOW, ExecutionName: name };
    await cluster.insist('StartExecution', { ...about, Input: this.#input() }, 'ExecutionAlreadyExists');
    let reply: Body;
    do {
      const found = await cluster.insist('DescribeExecution', { ...about, WaitTimeSeconds: 5 }, 'ExecutionNotExists');
      if (found === null) return cluster.stage.violation(`${name} was acknowledged, and there is no such execution`);
      reply = found;
    } while (reply['Status'] === 'Running');
    const { Status, Output } = reply;
    this.#ended++;
    if (Status === 'Succeeded' && Output === OUTPUT) return;
    cluster.stage.violation(`${name} is ${String(Status)} with ${String(Output)}: ${JSON.stringify(reply)}`);
  }

  /** Reports for a task until a server says that it is done. */
  #report(token: string): void {
    if (this.#reported.has(token)) return;
    this.#reported.add(token);
    const { stage } = this.#cluster;
    this.#cluster
      .insist('ReportTaskSucceeded', { TaskToken: token, Output: '{"n":3}' }, 'TaskAlreadyCompleted')
      .catch((error: unknown) => stage.violation(String(error)));
  }

  async #history(name: string): Promise<Body[]> {
    const events: Body[] = [];
    for (let token = ''; ; ) {
      const about = { FlowName: FLOW, ExecutionName: name, Limit: 100, ...(token !== '' && { NextToken: token }) };
      const page = await this.#cluster.ask('GetExecutionHistory', about);
      events.push(...(page['Events'] as Body[]));
      token = String(page['NextToken'] ?? '');
      if (token === '') return events;
    }
  }

  async #check(name: string): Promise<void> {
    const { violation } = this.#cluster.stage;
    const events = await this.#history(name);
    const gap = events.findIndex(({ EventId }, i) => EventId !== i + 1);
    if (gap >= 0) violation(`${name}: event ${gap + 1} has the id ${String(events[gap]?.['EventId'])}`);
    const types = typesOf(events);
    if (types.join() !== this.#expected.join()) violation(`${name}: its history is ${types.join(' ')}`);
    const scheduled = events.filter(({ Type }) => Type === 'TaskScheduled').map(({ EventId }) => Number(EventId));
    const called = new Set(this.service.calls.filter((call) => call.execution === name).map(({ event }) => event));
    if (scheduled.join() !== [...called].toSorted((a, b) => a - b).join()) {
      violation(`${name}: scheduled tasks ${scheduled.join()}, and calls of ${[...called].join()}`);
    }
  }

  /** A call is repeated while it is under way only: no later call of its execution has been made. Returns where this is not so. */
  #checkCalls(): readonly string[] {
    const late: string[] = [];
    const furthest = new Map<string, number>();
    const keys = new Map<string, string>();
    for (const { key, execution, event } of this.service.calls) {
      const last = furthest.get(execution) ?? 0;
      if (event < last) late.push(`${key} was called again after event ${last} of its execution`);
      furthest.set(execution, Math.max(last, event));
      const work = `${execution} ${event}`;
      const known = keys.get(work);
      if (known !== undefined && known !== key)
        this.#cluster.stage.violation(`${work} has the keys ${known} and ${key}`);
      keys.set(work, key);
    }
    return late;
  }
}

/** The types of the events. A report may overtake the answer of the submission, and then there is no event of that. */
function typesOf(events: readonly Body[]): readonly unknown[] {
  return events.map(({ Type }) => Type).filter((type) => type !== 'TaskSubmitted');
}

/**
 * Waits until all calls that a killed server had under way have come again. Returns how long the last of them took, since their end.
 * @param sinceMs when the server was killed
 */
export async function takenOver(load: Load, sinceMs: number): Promise<{ readonly calls: number; readonly ms: number }> {
  const cut = (): readonly TaskCall[] => load.service.calls.filter(({ cutMs }) => cutMs !== null && cutMs >= sinceMs);
  const again = (call: TaskCall): TaskCall | undefined =>
    load.service.calls.find(({ key, atMs }) => key === call.key && atMs > call.atMs);
  const calls = await until('the takeover', async () =>
    cut().every((call) => again(call) !== undefined) ? cut() : null,
  );
  const times = calls.map((call) => (again(call)?.atMs ?? 0) - (call.cutMs ?? 0));
  return { calls: calls.length, ms: Math.max(0, ...times) };
}
