/**
 * The callers of the API of a simulated cluster. Each request goes to a node at random. As clients do, callers repeat a request at
 * another node when the connection is lost, no answer comes, or the store fails.
 */
import { ApiError } from '../../../src/api/error.ts';
import { stringifyJson } from '../../../src/base/json.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Reply } from '../../../src/operations/operation.ts';
import type { TaskCall } from '../../../src/actions/action.ts';
import { DELETED, UPDATED, inputOf, updatedDefinition } from './flows.ts';
import { callNode } from './node-process.ts';
import type { RequestAt, StartAt } from './scenario.ts';
import type { World } from './world.ts';

const TRIES_MAX = 500;
/** A describe of an execution that has ended may be that late, when nothing is faulty. */
const LATE_MS = 1_500;
const DESCRIBE_SECONDS = 30;

/** The answers to the two reports of one token. */
interface Reported {
  readonly task: NonNullable<TaskCall['task']>;
  /** The reports that were answered with success. */
  readonly succeeded: number[];
  /** True if the effect of a report may have come without its answer. */
  isDoubtful: boolean;
  answers: number;
}

type WantedStart = Pick<StartAt, 'flow' | 'name' | 'n'>;

interface Answer {
  readonly reply: Reply | ApiError;
  /** True if an earlier attempt may have had its effect without an answer. */
  readonly isDoubtful: boolean;
  /** Virtual time at which the attempt was sent that was answered. */
  readonly sentMs: number;
}

/** How a client repeats a request. */
interface Patience {
  /** True while the request may have no other answer than that it comes too early. */
  readonly isEndless?: () => boolean;
  /** True if `InternalServerError` may come when nothing is faulty. */
  readonly isExcused?: () => boolean;
}

export class Callers {
  readonly #world: World;
  /** Requests without an answer. Each says whether its callers would wait for ever. */
  readonly #open = new Map<string, () => boolean>();
  readonly #reported = new Map<string, Reported>();
  /** Executions that callers asked to stop, by flow and name. */
  readonly stopped = new Set<string>();
  /** The update that was answered last. */
  #generation = 0;
  /**
   * Its revision. The text of an earlier update can come back with a later revision: a process that was stopped carries out what its
   * caller has long repeated at another one.
   */
  #revision = 0;
  #isDeleted = false;
  #requests = 0;
  updates = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Requests without an answer, except reports about an execution that has ended and could be redriven. */
  get open(): readonly string[] {
    return [...this.#open].filter(([, isEndless]) => !isEndless()).map(([request]) => request);
  }

  get requests(): number {
    return this.#requests;
  }

  get reports(): number {
    return this.#reported.size;
  }

  async createFlows(): Promise<void> {
    for (const [name, { definition }] of this.#world.scenario.flows) {
      const parameters = { Name: name, Definition: stringifyJson(definition), Type: 'FDL', ExecutionMode: 'Standard' };
      const { reply, isDoubtful } = await this.#ask(`create ${name}`, 'CreateFlow', parameters);
      const isCreated = isDoubtful && reply instanceof ApiError && reply.code === 'FlowAlreadyExists';
      if (reply instanceof ApiError && !isCreated) this.#fault(`create ${name} was refused: ${reply.message}`);
    }
  }

  /** Several callers start the same execution at once. */
  async start(start: StartAt): Promise<void> {
    await Promise.all(Array.from({ length: start.callers }, () => this.#start(start)));
  }

  async #startAtEachNode(start: WantedStart): Promise<void> {
    const names = this.#world.processes.map((_, i) => `${start.name}-${i}`);
    await Promise.all(names.map((name) => this.#start({ ...start, name })));
  }

  async #start({ flow, name, n }: WantedStart): Promise<void> {
    const what = `start ${flow}/${name}`;
    const answered = this.#revision;
    const isDeleted = this.#isDeleted && flow === DELETED;
    const parameters = { FlowName: flow, ExecutionName: name, Input: stringifyJson(inputOf(n)) };
    const { reply } = await this.#ask(what, 'StartExecution', parameters);
    if (isDeleted) {
      const isRefused = reply instanceof ApiError && reply.code === 'FlowNotExists';
      if (!isRefused) this.#fault(`${what} was accepted after the flow was deleted`);
      return;
    }
    if (reply instanceof ApiError) {
      if (flow === DELETED && this.#world.journals.deleted.has(flow)) return;
      if (reply.code !== 'ExecutionAlreadyExists') this.#fault(`${what} was refused: ${reply.code} ${reply.message}`);
      return;
    }
    const shadow = this.#world.journals.find(flow, name);
    if (shadow === null) return this.#fault(`${what} was answered and is not in the store`);
    if (flow !== UPDATED) return;
    const { revision } = shadow.record;
    if (revision >= answered) return;
    this.#fault(`${what} uses revision ${revision}, and revision ${answered} was answered before it began`);
  }

  /** Updates a flow again and again, until the faults end. */
  async update(everyMs: number): Promise<void> {
    while (!this.#world.isCalm) {
      const generation = this.#generation + 1;
      const Definition = stringifyJson(updatedDefinition(generation));
      const parameters = { Name: UPDATED, Definition };
      const { reply } = await this.#ask(`update ${generation}`, 'UpdateFlow', parameters);
      if (reply instanceof ApiError) return this.#fault(`update ${generation} was refused: ${reply.message}`);
      this.#world.trace.add(`update ${generation} is answered`);
      this.#generation = generation;
      // That of the first attempt, if the caller has repeated it: no one knows which one was answered.
      const made = this.#world.database.updates.filter(
        ({ name, definition }) => name === UPDATED && definition === Definition,
      );
      this.#revision = Math.min(...made.map(({ revision }) => revision));
      this.updates++;
      // At once, so that a node that has not forgotten the old text would use it.
      const isTried = this.#world.random('update', generation).chance(0.2);
      const start = { flow: UPDATED, name: `u${generation}`, n: 0 };
      if (isTried) await this.#startAtEachNode(start);
      await this.#world.pass(everyMs);
    }
  }

  async delete(): Promise<void> {
    this.#world.journals.deleted.add(DELETED);
    const { reply } = await this.#ask(`delete ${DELETED}`, 'DeleteFlow', { Name: DELETED });
    // The answer of an earlier attempt was lost: other nodes may not know of it.
    if (!(reply instanceof ApiError)) this.#isDeleted = true;
    else if (reply.code !== 'FlowNotExists') this.#fault(`delete was refused: ${reply.message}`);
  }

  request(request: RequestAt): Promise<void> {
    switch (request.what) {
      case 'stop':
        return this.#stop(request);
      case 'redrive':
        return this.#redrive(request);
      case 'describe':
        return this.#describe(request);
      case 'history':
        return this.#history(request);
      case 'waits':
        return this.#waits(request);
      case 'list':
        return this.#list(request);
    }
  }

  /** A service reports twice at once, at two nodes. */
  report({ taskToken, task }: TaskCall, result: JsonObject): void {
    if (taskToken === null || task === null || this.#reported.has(taskToken)) return;
    const reported: Reported = { task, succeeded: [], isDoubtful: false, answers: 0 };
    this.#reported.set(taskToken, reported);
    const random = this.#world.random('report', task.execution, task.event);
    const delayMs = random.pick([0, 1, 50, 2_000, 10_000, 65_000]);
    for (const by of [1, 2]) {
      void this.#world
        .pass(delayMs + random.pick([0, 0, 1, 300]))
        .then(() => this.#report(taskToken, by, { ...result, by }, reported));
    }
  }

  async #report(token: string, by: number, output: JsonObject, reported: Reported): Promise<void> {
    const { execution, event } = reported.task;
    const what = `report ${by} of task ${execution}/${event}`;
    const parameters = { TaskToken: token, Output: stringifyJson(output) };
    // The task of an execution that was stopped may wait again after a redrive.
    const isEndless = (): boolean => this.#world.journals.shadows.get(execution)?.execution.status !== 'Running';
    const { reply, isDoubtful } = await this.#ask(what, 'ReportTaskSucceeded', parameters, { isEndless });
    reported.answers++;
    if (isDoubtful) reported.isDoubtful = true;
    if (reply instanceof ApiError) {
      this.#expect(what, reply, ['TaskAlreadyCompleted']);
      return;
    }
    reported.succeeded.push(by);
    const end = this.#world.journals.shadows.get(execution)?.endOf(event);
    if (end?.type !== 'TaskSucceeded') return this.#fault(`${what} was answered, and the task has no such end`);
    if ((end.value as JsonObject)['by'] !== by) this.#fault(`${what} was answered, and another one has ended the task`);
  }

  /** At the end: of the two reports of a task, one has ended it. */
  checkReports(): void {
    for (const { task, succeeded, isDoubtful, answers } of this.#reported.values()) {
      const where = `task ${task.execution}/${task.event}`;
      const end = this.#world.journals.shadows.get(task.execution)?.endOf(task.event);
      if (succeeded.length > 1) this.#fault(`two reports of ${where} have succeeded`);
      const isReported = end?.type === 'TaskSucceeded';
      if (isReported && answers === 2 && succeeded.length === 0 && !isDoubtful) {
        this.#fault(`no report of ${where} was answered with success, and one has ended it`);
      }
    }
  }

  async #stop({ flow, name }: RequestAt): Promise<void> {
    const what = `stop ${flow}/${name}`;
    this.stopped.add(`${flow}/${name}`);
    const parameters = { FlowName: flow, ExecutionName: name, Error: 'Stopped.Here', Cause: '' };
    // The owner has carried the stop out, and a redrive came before the node that was asked saw the end.
    const redrives = (): number => this.#world.journals.find(flow, name)?.execution.redrives ?? 0;
    const before = redrives();
    const isExcused = (): boolean => redrives() > before;
    const { reply } = await this.#ask(what, 'StopExecution', parameters, { isExcused });
    if (!(reply instanceof ApiError)) {
      if (reply['Status'] !== 'Stopped') this.#fault(`${what} was answered with ${String(reply['Status'])}`);
      return;
    }
    this.#expect(what, reply, ['ExecutionAlreadyCompleted', 'ExecutionNotExists', 'FlowNotExists']);
  }

  async #redrive({ flow, name }: RequestAt): Promise<void> {
    const what = `redrive ${flow}/${name}`;
    const { reply } = await this.#ask(what, 'RedriveExecution', { FlowName: flow, ExecutionName: name });
    this.#expect(what, reply, ['InvalidArgument', 'ExecutionNotExists', 'FlowNotExists']);
  }

  /** Waits for the end. The answer comes soon after the end, at every node. */
  async #describe({ flow, name }: RequestAt): Promise<void> {
    const what = `describe ${flow}/${name}`;
    const { world } = this;
    const parameters = { FlowName: flow, ExecutionName: name, WaitTimeSeconds: String(DESCRIBE_SECONDS) };
    const { reply, sentMs } = await this.#ask(what, 'DescribeExecution', parameters);
    if (this.#expect(what, reply, ['ExecutionNotExists', 'FlowNotExists']) || !world.wasCalmSince(sentMs)) return;
    const { status, stoppedMs } = world.journals.find(flow, name)?.execution ?? { status: 'Running', stoppedMs: 0 };
    const endedMs = stoppedMs - (world.time.nowMs() - world.time.elapsedMs);
    const lateMs = world.time.elapsedMs - Math.max(endedMs, sentMs);
    if (status !== 'Running' && lateMs > LATE_MS) this.#fault(`${what} was answered ${lateMs} ms after the end`);
  }

  async #history({ flow, name }: RequestAt): Promise<void> {
    const what = `history of ${flow}/${name}`;
    const durable = this.#world.journals.find(flow, name)?.lastEvent ?? 0;
    let token = '';
    let last = 0;
    do {
      const parameters = { FlowName: flow, ExecutionName: name, Limit: '7', ...(token !== '' && { NextToken: token }) };
      const { reply } = await this.#ask(what, 'GetExecutionHistory', parameters);
      if (this.#expect(what, reply, ['ExecutionNotExists', 'FlowNotExists']) || reply instanceof ApiError) return;
      for (const { EventId } of reply['Events'] as unknown as readonly { readonly EventId: number }[]) {
        if (EventId !== last + 1) this.#fault(`${what} has event ${EventId} after ${last}`);
        last = EventId;
      }
      token = String(reply['NextToken'] ?? '');
    } while (token !== '');
    if (last < durable) this.#fault(`${what} ends with event ${last}, and ${durable} were durable`);
  }

  async #waits({ flow, name }: RequestAt): Promise<void> {
    const what = `waits of ${flow}/${name}`;
    const parameters = { FlowName: flow, ExecutionName: name };
    const { reply } = await this.#ask(what, 'DescribeExecutionWaits', parameters);
    this.#expect(what, reply, ['ExecutionNotExists', 'FlowNotExists']);
  }

  async #list({ flow }: RequestAt): Promise<void> {
    const what = `list of ${flow}`;
    const durable = this.#namesOf(flow);
    const listed = new Set<string>();
    let token = '';
    do {
      const parameters = { FlowName: flow, Limit: '3', ...(token !== '' && { NextToken: token }) };
      const { reply } = await this.#ask(what, 'ListExecutions', parameters);
      if (this.#expect(what, reply, ['FlowNotExists']) || reply instanceof ApiError) return;
      for (const { Name } of reply['Executions'] as unknown as readonly { readonly Name: string }[]) {
        if (listed.has(Name)) this.#fault(`${what} has ${Name} twice`);
        listed.add(Name);
      }
      token = String(reply['NextToken'] ?? '');
    } while (token !== '');
    // A purge may have come first.
    if (this.#world.journals.deleted.has(flow)) return;
    for (const name of durable) if (!listed.has(name)) this.#fault(`${what} does not have ${name}`);
  }

  #namesOf(flow: string): readonly string[] {
    const shadows = [...this.#world.journals.shadows.values()];
    return shadows.flatMap(({ record: { flowName, name, mapItem } }) =>
      flowName === flow && mapItem === null ? [name] : [],
    );
  }

  /** True for an error, which has to be one of these. */
  #expect(what: string, reply: Reply | ApiError, codes: readonly string[]): boolean {
    if (!(reply instanceof ApiError)) return false;
    if (!codes.includes(reply.code)) this.#fault(`${what} was refused: ${reply.code} ${reply.message}`);
    return true;
  }

  /** Asks nodes at random, until there is an answer that a client does not repeat. */
  async #ask(
    what: string,
    action: string,
    parameters: Readonly<Record<string, string>>,
    { isEndless = () => false, isExcused = () => false }: Patience = {},
  ): Promise<Answer> {
    const { world } = this;
    const number = ++this.#requests;
    const open = `${what} (request ${number})`;
    const random = world.random('request', number);
    this.#open.set(open, isEndless);
    let isDoubtful = false;
    try {
      for (let tries = 0; tries < TRIES_MAX; tries += isEndless() ? 0 : 1) {
        await world.somewhere();
        const process = random.pick(world.processes);
        const sentMs = world.time.elapsedMs;
        world.trace.add(`${open} to node ${process.node}`);
        await world.pass(random.pick([0, 0, 1, 10]));
        const reply = await this.#answer(
          () => callNode(process, action, parameters),
          process.life.death,
          random.pick([15_000, 40_000, 90_000]),
        );
        const text = reply instanceof ApiError ? `${reply.code} ${reply.message}` : reply === null ? 'no answer' : 'ok';
        world.trace.add(`${open} at node ${process.node}: ${text}`);
        const code = reply instanceof ApiError ? reply.code : '';
        const isInternal = reply instanceof ApiError && code === 'InternalServerError';
        const isRepeated = isInternal || code === 'TaskInvalidState';
        if (reply !== null && !isRepeated) return { reply, isDoubtful, sentMs };
        if (isInternal && world.wasCalmSince(sentMs) && !isExcused()) {
          this.#fault(`${what}: ${reply.message} It came when nothing was faulty.`);
        }
        if (reply === null || isInternal) isDoubtful = true;
        await world.pass(random.pick([20, 200, 1_000, 3_000]));
      }
      this.#fault(`${what} was not answered in ${TRIES_MAX} attempts`);
      return { reply: new ApiError('InternalServerError', 'no answer'), isDoubtful, sentMs: 0 };
    } finally {
      this.#open.delete(open);
    }
  }

  /** Null when the process dies first, or the client does not wait any longer. */
  async #answer(
    call: () => Promise<Reply>,
    death: Promise<void>,
    patienceMs: number,
  ): Promise<Reply | ApiError | null> {
    const answer = call().catch((error: unknown) => {
      if (error instanceof ApiError) return error;
      // The wire answers so.
      return new ApiError('InternalServerError', String(error), { cause: error });
    });
    const lost = Promise.race([death, this.#world.pass(patienceMs)]).then(() => null);
    return Promise.race([answer, lost]);
  }

  get world(): World {
    return this.#world;
  }

  #fault(message: string): void {
    this.#world.journals.fault(message);
  }
}
