/**
 * A storm: random starts, stops, redrives, reports, updates and deletions by many clients, on a real server that is killed again and
 * again. Afterwards the server has to come to rest, and what the clients saw has to fit the invariants of `evidence.ts`. Everything
 * goes through the public API.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { nodeClient } from '../../support/clients.ts';
import type { Body, Client } from '../../support/clients.ts';
import type { Key } from '../../support/signed-request.ts';
import { Random } from '../random.ts';
import { violations } from './evidence.ts';
import type { Acknowledged, Seen } from './evidence.ts';
import { EXPRESS, PHOENIX, stormFlows } from './flows.ts';
import { KINDS, StormService } from './service.ts';
import type { Ticket } from './service.ts';

export interface StormOptions {
  readonly seed: number;
  /** How long clients act and servers are killed, in milliseconds. */
  readonly forMs: number;
  readonly key: Key;
  /** Starts a server on the same data folder. Resolves when it accepts calls. */
  readonly start: () => Promise<{ readonly process: ChildProcess; readonly url: string }>;
}

export interface StormResult {
  readonly executions: number;
  readonly calls: number;
  readonly acknowledged: number;
  readonly kills: number;
  /** Sentences; empty when all invariants hold. */
  readonly faults: readonly string[];
}

const CLIENTS = 24;
/** Names of executions that clients compete for, in each flow. */
const NAMES = 400;
/** How long the server may take to come to rest. */
const REST_MS = 60_000;
const PAGE = 100;

export async function storm(options: StormOptions): Promise<StormResult> {
  const running = new Storm(options);
  try {
    return await running.play();
  } finally {
    await running.close();
  }
}

/** The outcome of a call: its reply, the code of its error, or null if the end of a server cut it off. */
type Outcome = { readonly reply: Body } | { readonly code: string; readonly message: string } | null;

class Storm {
  readonly #options: StormOptions;
  readonly #random: Random;
  readonly #service: StormService;
  readonly #acknowledged: (Acknowledged & { readonly life: number })[] = [];
  readonly #faults: string[] = [];
  /** The last acknowledged description by flow; absent while an update may or may not have happened. */
  readonly #descriptions = new Map<string, string>();
  readonly #reported = new Set<string>();
  #definitions: ReadonlyMap<string, object> = new Map();
  /** Counts the deletions and creations of the flow that returns; odd while one is under way. */
  #phoenixLife = 0;
  #marks = 0;
  #kills = 0;
  #process: ChildProcess | null = null;
  #client: Client | null = null;
  #waiting: ((client: Client) => void)[] = [];

  constructor(options: StormOptions) {
    this.#options = options;
    this.#random = Random.of(options.seed, 'storm');
    this.#service = new StormService(Random.of(options.seed, 'service'), (ticket) => void this.#report(ticket));
  }

  async play(): Promise<StormResult> {
    this.#definitions = stormFlows(await this.#service.listen());
    await this.#start();
    for (const flow of this.#definitions.keys()) await this.#create(flow);
    await this.#call('PublishFlowVersion', { FlowName: 'leaf' });
    await this.#call('CreateFlowAlias', {
      FlowName: 'leaf',
      Name: 'live',
      RoutingConfigurations: [{ Version: '1', Weight: 1 }],
    });

    const untilMs = performance.now() + this.#options.forMs;
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (performance.now() < untilMs) await this.#act();
    });
    await Promise.all([...clients, this.#kill(untilMs)]);
    const executions = await this.#rest();
    const acknowledged = this.#acknowledged.filter(({ flow, life }) => flow !== PHOENIX || life === this.#phoenixLife);
    await this.#checkDescriptions();
    const { calls } = this.#service;
    const faults = [...this.#faults, ...violations({ executions, acknowledged, calls })];
    return {
      executions: executions.length,
      calls: calls.length,
      acknowledged: acknowledged.length,
      kills: this.#kills,
      faults,
    };
  }

  async close(): Promise<void> {
    this.#service.close();
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async #start(): Promise<void> {
    const { process, url } = await this.#options.start();
    this.#process = process;
    const client = nodeClient({ url, key: this.#options.key });
    this.#client = client;
    for (const wake of this.#waiting.splice(0)) wake(client);
  }

  async #kill(untilMs: number): Promise<void> {
    for (;;) {
      await delay(this.#random.between(300, 3_000));
      if (performance.now() >= untilMs) return;
      const child = this.#process as ChildProcess;
      const ended = once(child, 'exit');
      this.#client = null;
      child.kill(this.#random.chance(0.85) ? 'SIGKILL' : 'SIGTERM');
      await ended;
      this.#kills++;
      await this.#start();
    }
  }

  /** One random action of a client. */
  async #act(): Promise<void> {
    const draw = this.#random.next();
    if (draw < 0.45) await this.#startOne();
    else if (draw < 0.55) await this.#stopOne();
    else if (draw < 0.7) await this.#redriveOne();
    else if (draw < 0.78) await this.#read();
    else if (draw < 0.83) await this.#update();
    else if (draw < 0.84) await this.#recreate();
    else await this.#sync();
  }

  #anyFlow(): string {
    return this.#random.pick([...this.#definitions.keys()].filter((flow) => flow !== EXPRESS));
  }

  #anyName(): string {
    return `e${this.#random.below(NAMES)}`;
  }

  /** A text that no other action of this storm has. */
  #mark(kind: string): string {
    return `${kind}-${++this.#marks}`;
  }

  async #startOne(): Promise<void> {
    const flow = this.#anyFlow();
    const name = this.#anyName();
    const start = this.#mark('start');
    const Input = JSON.stringify({ start, kind: this.#random.pick(KINDS), item: '', list: [1, 2, 3, 4] });
    const qualified =
      flow === 'leaf' && this.#random.chance(0.3) ? { Qualifier: this.#random.pick(['1', 'live']) } : {};
    const life = this.#phoenixLife;
    const outcome = await this.#call('StartExecution', { FlowName: flow, ExecutionName: name, Input, ...qualified });
    this.#allow(outcome, 'StartExecution', ['ExecutionAlreadyExists', 'FlowNotExists', 'ResourceThrottled']);
    // An execution of this name that runs is returned instead; then the input is its own.
    if (outcome === null || !('reply' in outcome) || outcome.reply['Input'] !== Input) return;
    this.#acknowledge({ kind: 'start', flow, name, start }, life);
  }

  async #stopOne(): Promise<void> {
    const flow = this.#anyFlow();
    const name = this.#anyName();
    const error = this.#mark('stop');
    const life = this.#phoenixLife;
    const outcome = await this.#call('StopExecution', { FlowName: flow, ExecutionName: name, Error: error });
    this.#allow(outcome, 'StopExecution', ['ExecutionNotExists', 'ExecutionAlreadyCompleted', 'FlowNotExists']);
    if (outcome !== null && 'reply' in outcome) this.#acknowledge({ kind: 'stop', flow, name, error }, life);
  }

  async #redriveOne(): Promise<void> {
    const flow = this.#anyFlow();
    const name = this.#anyName();
    const life = this.#phoenixLife;
    const outcome = await this.#call('RedriveExecution', { FlowName: flow, ExecutionName: name });
    const refusals = [
      'ExecutionNotExists',
      'FlowNotExists',
      'InvalidArgument',
      'ResourceThrottled',
      'ExecutionAlreadyCompleted',
    ];
    this.#allow(outcome, 'RedriveExecution', refusals);
    if (outcome !== null && 'reply' in outcome) this.#acknowledge({ kind: 'redrive', flow, name }, life);
  }

  async #read(): Promise<void> {
    const at = { FlowName: this.#anyFlow(), ExecutionName: this.#anyName() };
    const { FlowName } = at;
    const [action, parameters] = this.#random.pick([
      ['DescribeExecution', { ...at, WaitTimeSeconds: 1 }],
      ['GetExecutionHistory', { ...at, Limit: 20 }],
      ['DescribeExecutionWaits', at],
      ['ListExecutions', { FlowName, Limit: 20 }],
    ] as const);
    this.#allow(await this.#call(action, parameters), action, ['ExecutionNotExists', 'FlowNotExists']);
  }

  async #update(): Promise<void> {
    const flow = this.#anyFlow();
    if (flow === PHOENIX || this.#descriptions.get(flow) === 'under way') return;
    const description = this.#mark('description');
    this.#descriptions.set(flow, 'under way');
    const outcome = await this.#call('UpdateFlow', { Name: flow, Description: description });
    this.#allow(outcome, 'UpdateFlow', ['ConcurrentUpdateError']);
    if (outcome !== null && 'reply' in outcome) this.#descriptions.set(flow, description);
    else this.#descriptions.delete(flow);
  }

  async #recreate(): Promise<void> {
    if (this.#phoenixLife % 2 === 1) return;
    this.#phoenixLife++;
    while ((await this.#call('DeleteFlow', { Name: PHOENIX })) === null);
    await this.#create(PHOENIX);
    this.#phoenixLife++;
  }

  async #create(flow: string): Promise<void> {
    const ExecutionMode = flow === EXPRESS ? 'Express' : 'Standard';
    const Definition = JSON.stringify(this.#definitions.get(flow));
    let outcome: Outcome;
    do outcome = await this.#call('CreateFlow', { Name: flow, Type: 'FDL', ExecutionMode, Definition });
    while (outcome === null);
    if ('reply' in outcome || outcome.code === 'FlowAlreadyExists') return;
    throw new Error(`the flow ${flow} cannot be created: ${outcome.code} ${outcome.message}`);
  }

  async #sync(): Promise<void> {
    const Input = JSON.stringify({ start: this.#mark('sync'), kind: this.#random.pick(KINDS), item: '' });
    const outcome = await this.#call('StartSyncExecution', { FlowName: EXPRESS, Input });
    this.#allow(outcome, 'StartSyncExecution', ['ResourceThrottled']);
    if (outcome === null || !('reply' in outcome)) return;
    const status = String(outcome.reply['Status']);
    if (status !== 'Succeeded' && status !== 'Failed' && !this.#isCut(status))
      this.#fault(`a sync execution ended ${status}`);
  }

  /** SIGTERM stops the Express executions that have not ended. */
  #isCut(status: string): boolean {
    return status === 'Stopped' && this.#client === null;
  }

  /** Reports for a task until the server answers. */
  async #report(ticket: Ticket): Promise<void> {
    const mark = this.#mark('report');
    const { token: TaskToken, flow, execution: name } = ticket;
    const succeeds = this.#random.chance(0.8);
    const [action, outcomeOf] = succeeds
      ? (['ReportTaskSucceeded', { Output: JSON.stringify({ mark }) }] as const)
      : (['ReportTaskFailed', { Error: mark, Cause: 'as drawn' }] as const);
    // The call of the task may not be durable yet, or its execution waits for a redrive.
    for (let tries = 0; tries < 5; tries++) {
      const outcome = await this.#call(action, { TaskToken, ...outcomeOf });
      this.#allow(outcome, action, [
        'TaskAlreadyCompleted',
        'TaskInvalidState',
        'InvalidArgument',
        'ExecutionNotExists',
        'FlowNotExists',
      ]);
      if (outcome !== null && 'reply' in outcome) {
        this.#reported.add(TaskToken);
        const event = Number(outcome.reply['EventId']);
        if (flow !== PHOENIX) this.#acknowledge({ kind: 'report', flow, name, event, mark }, 0);
        return;
      }
      if (outcome !== null && outcome.code !== 'TaskInvalidState') return;
      await delay(100);
    }
  }

  #acknowledge(call: Acknowledged, life: number): void {
    if (call.flow === PHOENIX && (life % 2 === 1 || life !== this.#phoenixLife)) return;
    this.#acknowledged.push({ ...call, life });
  }

  #allow(outcome: Outcome, action: string, codes: readonly string[]): void {
    if (outcome === null || 'reply' in outcome || codes.includes(outcome.code)) return;
    this.#fault(`${action} was answered with ${outcome.code}: ${outcome.message}`);
  }

  #fault(sentence: string): void {
    if (!this.#faults.includes(sentence)) this.#faults.push(sentence);
  }

  /** Makes a call, once a server runs. */
  async #call(action: string, parameters: Body): Promise<Outcome> {
    const client = this.#client ?? (await new Promise<Client>((resolve) => this.#waiting.push(resolve)));
    try {
      return { reply: await client.call(action, parameters) };
    } catch (error) {
      const { Code: code, Message: message } = (error as { data?: { Code?: unknown; Message?: unknown } }).data ?? {};
      if (client !== this.#client && (code === undefined || code === 'ServiceUnavailable')) return null;
      return { code: String(code ?? 'no code'), message: String(message ?? error) };
    }
  }

  /** A call after the storm, which has to succeed. */
  async #ask(action: string, parameters: Body): Promise<Body> {
    const outcome = await this.#call(action, parameters);
    if (outcome !== null && 'reply' in outcome) return outcome.reply;
    throw new Error(`${action} ${JSON.stringify(parameters)}: ${outcome?.code ?? 'no answer'}`);
  }

  /** Waits until no execution runs, and reads all of them. */
  async #rest(): Promise<Seen[]> {
    const untilMs = performance.now() + REST_MS;
    for (;;) {
      const running = (await this.#listAll('Running')).length;
      if (running === 0 || performance.now() > untilMs) break;
      await inTurn(
        this.#service.tickets.filter(({ token }) => !this.#reported.has(token)),
        (ticket) => this.#report(ticket),
      );
      await delay(500);
    }
    const listed = await this.#listAll('');
    const seen: Seen[] = [];
    await inTurn(listed, async ([flow, entry]) => {
      seen.push(await this.#see(flow, entry));
    });
    return seen;
  }

  async #see(flow: string, entry: Body): Promise<Seen> {
    const name = String(entry['Name']);
    const at = { FlowName: flow, ExecutionName: name };
    const described = await this.#ask('DescribeExecution', at);
    const history: Body[] = [];
    for (let token = ''; ; ) {
      const page = await this.#ask('GetExecutionHistory', {
        ...at,
        Limit: PAGE,
        ...(token !== '' && { NextToken: token }),
      });
      history.push(...(page['Events'] as Body[]));
      token = String(page['NextToken'] ?? '');
      if (token === '') break;
    }
    const isRunning = described['Status'] === 'Running';
    const waits = isRunning ? ((await this.#ask('DescribeExecutionWaits', at))['Waits'] as Body[]) : [];
    if (isRunning)
      this.#fault(`${flow}/${name} has not ended: ${waits.map(({ Reason }) => String(Reason)).join('; ')}`);
    return {
      flow,
      name,
      described: { status: String(described['Status']), stopped: String(described['StoppedTime']) },
      listed: { status: String(entry['Status']), stopped: String(entry['StoppedTime']) },
      events: history.map(({ EventId, Type, EventDetail }) => ({
        id: Number(EventId),
        type: String(Type),
        detail: JSON.parse(String(EventDetail) || '{}') as Record<string, unknown>,
      })),
      waits: waits.map(({ Reason }) => String(Reason)),
    };
  }

  /** The executions of all flows in the lists; `Status` empty: of any status. */
  async #listAll(status: string): Promise<(readonly [flow: string, entry: Body])[]> {
    const found: (readonly [string, Body])[] = [];
    for (const flow of this.#definitions.keys()) {
      if (flow === EXPRESS) continue;
      for (let token = ''; ; ) {
        const filter = { ...(status !== '' && { Status: status }), ...(token !== '' && { NextToken: token }) };
        const page = await this.#ask('ListExecutions', {
          FlowName: flow,
          Limit: PAGE,
          MetadataOnly: 'true',
          ...filter,
        });
        for (const entry of page['Executions'] as Body[]) found.push([flow, entry]);
        token = String(page['NextToken'] ?? '');
        if (token === '') break;
      }
    }
    return found;
  }

  async #checkDescriptions(): Promise<void> {
    for (const [flow, description] of this.#descriptions) {
      const stored = (await this.#ask('DescribeFlow', { Name: flow }))['Description'];
      if (stored !== description) this.#fault(`${flow}: ${description} was acknowledged, and it is ${String(stored)}`);
    }
  }
}

/** Does the work for every entry, {@link CLIENTS} at the same time. */
async function inTurn<T>(entries: readonly T[], work: (entry: T) => Promise<void>): Promise<void> {
  const left = [...entries];
  const next = async (): Promise<void> => {
    for (let entry = left.pop(); entry !== undefined; entry = left.pop()) await work(entry);
  };
  await Promise.all(Array.from({ length: CLIENTS }, next));
}
