/**
 * The callers of the API. As clients do, they repeat a request when the connection is lost or the store fails. Each answer is
 * compared with the journal at the moment when it arrives.
 */
import { ApiError } from '../../src/api/error.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { ExecutionView, HistoryEvent, TaskReport } from '../../src/runtime/executions.ts';
import { InjectedFault } from './faulty-store.ts';
import type { MapShadow } from './map-shadow.ts';
import type { Random } from './random.ts';
import type { Shadow } from './shadow.ts';
import type { SimulatedProcess, World } from './world.ts';

/** Longer than any failure of the store lasts. */
const ANSWER_MS = 3_600_000;
const TRIES_MAX = 200;
/** Errors after which a client repeats its request. */
const TRANSIENT = ['InternalServerError', 'ResourceThrottled', 'TaskInvalidState'];

/** A start of an execution. */
export interface WantedStart {
  readonly flowName: string;
  readonly name: string;
  readonly input: JsonObject;
  readonly inputText: string;
}

/** A task whose token a service has. */
interface KnownTask {
  readonly execution: number;
  readonly event: number;
  /** `Shadow.birth` of the execution. */
  readonly birth: number;
  /** The store was put back from a copy that does not have the task: the execution may come to another task with that event. */
  isUndone: boolean;
}

export class Client {
  readonly #world: World;
  /** The task of each token that a service has received. */
  readonly #tokens = new Map<string, KnownTask>();
  /** Requests without an answer. */
  readonly #open = new Set<string>();
  #requests = 0;
  #starts = 0;
  constructor(world: World) {
    this.#world = world;
  }

  /** Deleted flows, of which the API finds nothing. */
  get deleted(): Set<string> {
    return this.#world.audit.deleted;
  }

  get open(): readonly string[] {
    return [...this.#open];
  }

  knowToken(token: string, task: { readonly execution: number; readonly event: number }): void {
    const birth = this.#world.audit.shadows.get(task.execution)?.birth ?? 0;
    const known = this.#tokens.get(token);
    const where = `the token of task ${task.execution}/${task.event}`;
    if (known !== undefined && known.birth !== birth) this.#fault(`${where} is that of a task of another start`);
    this.#tokens.set(token, { ...task, birth, isUndone: false });
  }

  /** The store was put back from a copy. */
  restored(): void {
    for (const task of this.#tokens.values()) {
      const shadow = this.#world.audit.shadows.get(task.execution);
      if (shadow?.birth === task.birth && task.event > shadow.lastEvent) task.isUndone = true;
    }
  }

  async start(wanted: WantedStart): Promise<void> {
    const { flowName, name, input, inputText } = wanted;
    const what = `start ${flowName}/${name}`;
    const request = { flowName, executionName: name, inputText, input, qualifier: '', callbackToken: '' };
    const { restores } = this.#world;
    const view = await this.#ask(what, ({ executions }) => executions.start(request), this.#isFull);
    if (this.#world.restores !== restores) return;
    const shadow = this.#world.audit.findEver(flowName, name);
    if (view instanceof ApiError) {
      if (this.deleted.has(flowName) || this.#isFull(view)) return;
      // The answer was lost, and the execution has ended since; a redrive may have followed.
      const hasEnded = shadow !== null && (shadow.execution.status !== 'Running' || shadow.execution.redrives > 0);
      if (view.code === 'ExecutionAlreadyExists' && hasEnded) return;
      return this.#fault(`${what} was refused: ${view.code} ${view.message}`);
    }
    if (shadow === null || shadow.lastEvent === 0) return this.#fault(`${what} was answered and is not on disk`);
    // Another caller has started the name after the store was put back, or the flow was created again.
    const mayBeOthers = this.#world.restores > 0 || this.deleted.has(flowName);
    const isOthers = mayBeOthers && view.input === shadow.record.input;
    if (view.input !== inputText && !isOthers) this.#fault(`${what} was answered with another input`);
  }

  async stop(flowName: string, name: string): Promise<void> {
    const what = `stop ${flowName}/${name}`;
    const isKnown = this.#isKnown(flowName, name);
    const failure = { error: 'Stopped.Here', cause: 'as drawn' };
    const expect = this.#expect(flowName, name);
    const subject = this.#subject(flowName);
    const view = await this.#ask(what, ({ executions }) => executions.stop(flowName, name, failure));
    if (!expect(what, view)) return;
    const shadow = view instanceof ApiError ? this.#world.audit.findEver(flowName, name) : subject(view);
    if (view instanceof ApiError) {
      if (view.code === 'ExecutionNotExists' && !isKnown) return;
      if (this.deleted.has(flowName)) return;
      if (view.code !== 'ExecutionAlreadyCompleted') return this.#fault(`${what} was refused: ${view.code}`);
      if (shadow?.execution.status === 'Running') this.#fault(`${what}: said to have ended, and by its events it runs`);
      return;
    }
    this.#compare(what, view, shadow);
    if (view.status !== 'Stopped') this.#fault(`${what} was answered with ${view.status}`);
  }

  async redrive(flowName: string, name: string): Promise<void> {
    const what = `redrive ${flowName}/${name}`;
    const isKnown = this.#isKnown(flowName, name);
    const before = this.#world.audit.find(flowName, name)?.execution.redrives ?? 0;
    const expect = this.#expect(flowName, name);
    const view = await this.#ask(what, ({ executions }) => executions.redrive(flowName, name), this.#isFull);
    if (!expect(what, view)) return;
    const shadow = this.#world.audit.find(flowName, name);
    if (this.deleted.has(flowName)) return;
    if (view instanceof ApiError) {
      if (this.#isFull(view)) return;
      if (view.code === 'ExecutionNotExists' && !isKnown) return;
      if (view.code !== 'InvalidArgument') this.#fault(`${what} was refused: ${view.code} ${view.message}`);
      return;
    }
    if ((shadow?.execution.redrives ?? 0) <= before) this.#fault(`${what} was answered and is not on disk`);
  }

  async describe(flowName: string, name: string, waitMs: number): Promise<void> {
    const what = `describe ${flowName}/${name}`;
    const isKnown = this.#isKnown(flowName, name);
    const expect = this.#expect(flowName, name);
    const subject = this.#subject(flowName);
    const view = await this.#ask(what, ({ executions }) => executions.describe(flowName, name, waitMs));
    if (!expect(what, view)) return;
    if (view instanceof ApiError) {
      if (isKnown && !this.deleted.has(flowName)) this.#fault(`${what} was refused: ${view.code}`);
      return;
    }
    if (view.status !== 'Running') this.#compare(what, view, subject(view));
  }

  async waits(flowName: string, name: string): Promise<void> {
    const what = `waits ${flowName}/${name}`;
    const isKnown = this.#isKnown(flowName, name);
    const expect = this.#expect(flowName, name);
    const waits = await this.#ask(what, ({ executions }) => executions.waits(flowName, name));
    if (!expect(what, waits) || !(waits instanceof ApiError)) return;
    if (isKnown && !this.deleted.has(flowName)) this.#fault(`${what} was refused: ${waits.code}`);
  }

  /** While nothing happens: DescribeExecutionWaits lists exactly the open commands of the journal. */
  async allWaits(shadow: Shadow): Promise<void> {
    const { flowName, name } = shadow.record;
    if (this.deleted.has(flowName)) return;
    const what = `waits ${flowName}/${name}`;
    const reply = await this.#ask(what, ({ executions }) => executions.waits(flowName, name));
    if (reply instanceof ApiError) return this.#fault(`${what} was refused: ${reply.code}`);
    const listed = reply.waits.map(({ kind, event }) => `${kind} ${event}`).sort();
    const wanted = [...shadow.execution.commands.values()].map((command) => {
      if (command.kind === 'timer') {
        return `${shadow.execution.threads.get(command.thread)?.phase === 'retry' ? 'Retry' : 'Wait'} ${command.id}`;
      }
      if (command.kind === 'map') return `MapRun ${command.id}`;
      const { mode, action } = command.state;
      if (mode === 'WaitForCustomCallback') return `Callback ${command.id}`;
      const isChild = mode === 'WaitForSystemCallback' && action === 'FNF:StartExecution';
      return `${isChild ? 'ChildExecution' : 'Task'} ${command.id}`;
    });
    if (listed.join() !== wanted.sort().join()) this.#fault(`${what}: ${listed.join()}, not ${wanted.join()}`);
  }

  /** After the end: the explanation of an execution that ended without success names its error. */
  async explanation({ record }: Shadow): Promise<void> {
    const { flowName, name, status, error } = record;
    if (status === 'Succeeded') return;
    const reply = await this.#ask(`waits ${flowName}/${name}`, ({ executions }) => executions.waits(flowName, name));
    const isExplained = !(reply instanceof ApiError) && reply.explanation.includes(error);
    if (!isExplained) this.#fault(`the explanation of #${record.id} does not name ${error}`);
  }

  /** All pages of a history. Every served event is on disk. */
  async history(flowName: string, name: string, pageSize: number): Promise<void> {
    const what = `history ${flowName}/${name}`;
    const expect = this.#expect(flowName, name);
    let next: number | null = 1;
    while (next !== null) {
      const from: number = next;
      const before = this.#world.audit.find(flowName, name);
      const least = before === null || before.execution.status === 'Running' ? 0 : before.lastEvent;
      const page = await this.#ask(what, ({ executions }) => executions.history(flowName, name, from, pageSize));
      if (!expect(what, page)) return;
      const now = this.#world.audit.findEver(flowName, name);
      if (page instanceof ApiError) {
        if (before !== null && !this.deleted.has(flowName)) this.#fault(`${what} was refused: ${page.code}`);
        return;
      }
      // The flow may have been created again meanwhile, and another execution has the name.
      const isOfBefore = before !== null && before !== now && !page.events.some((event) => !isOnDisk(event, before));
      const shadow = isOfBefore ? before : now;
      for (const [i, event] of page.events.entries()) {
        if (event.id !== from + i) this.#fault(`${what}: event ${event.id} where ${from + i} belongs`);
        if (!isOnDisk(event, shadow)) this.#fault(`${what}: event ${event.id} is not on disk`);
      }
      next = page.nextEvent;
      const isShort = next === null && shadow === before && from + page.events.length - 1 < least;
      if (isShort) this.#fault(`${what}: its end is missing`);
    }
  }

  /** Names of all executions of a flow, newest first. */
  async list(flowName: string, limit: number): Promise<string[]> {
    const what = `list ${flowName}`;
    const names: string[] = [];
    let nextToken = '';
    do {
      const query = {
        flowName,
        status: null,
        startedAfterMs: null,
        startedBeforeMs: null,
        namePrefix: '',
        mapRunName: '',
      };
      const more = { qualifier: '', nextToken, limit, metadataOnly: false, textUnits: 100_000 };
      const subject = this.#subject(flowName);
      const page = await this.#ask(what, ({ executions }) => executions.list({ ...query, ...more }));
      if (page instanceof ApiError) {
        if (!this.deleted.has(flowName)) this.#fault(`${what} was refused: ${page.code}`);
        return names;
      }
      for (const view of page.executions) {
        names.push(view.name);
        if (view.status !== 'Running') this.#compare(what, view, subject(view));
      }
      nextToken = page.nextToken;
    } while (nextToken !== '');
    return names;
  }

  /** DescribeMapRun shows what the store has. */
  async describeMapRun(run: MapShadow): Promise<void> {
    const { name } = run.record;
    const parent = this.#world.audit.shadows.get(run.execution)?.record;
    if (parent === undefined) return;
    const what = `describe Map run ${name}`;
    const before = run.record;
    const { restores } = this.#world;
    const record = await this.#ask(what, ({ executions }) => executions.mapRun(parent.flowName, parent.name, name));
    if (this.#world.restores !== restores || this.deleted.has(parent.flowName)) return;
    const now = this.#world.audit.mapRuns.get(name)?.record;
    if (record instanceof ApiError)
      return void (this.#isThere(run) && this.#fault(`${what} was refused: ${record.code}`));
    if (now === undefined) return;
    const isBetween = record.succeeded >= before.succeeded && record.succeeded <= now.succeeded;
    if (!isBetween)
      this.#fault(`${what}: ${record.succeeded} successes, between ${before.succeeded} and ${now.succeeded}`);
  }

  /** An update that was answered is in the log of the run. */
  async updateMapRun(run: MapShadow, random: Random): Promise<void> {
    const { name } = run.record;
    const parent = this.#world.audit.shadows.get(run.execution)?.record;
    if (parent === undefined) return;
    const changes = {
      ...(random.chance(0.7) && { concurrency: random.pick([1, 2, 10]) }),
      ...(random.chance(0.4) && { toleratedCount: random.pick([0, 2, 50]) }),
      ...(random.chance(0.3) && { toleratedPercentage: random.pick([0, 50, 100]) }),
    };
    const what = `update Map run ${name} ${JSON.stringify(changes)}`;
    const { restores } = this.#world;
    const { flowName } = parent;
    const send = ({ executions }: SimulatedProcess) => executions.updateMapRun(flowName, parent.name, name, changes);
    const record = await this.#ask(what, send);
    if (this.#world.restores !== restores || this.deleted.has(flowName)) return;
    if (record instanceof ApiError) {
      if (record.code === 'MapRunAlreadyCompleted' || !this.#isThere(run)) return;
      return this.#fault(`${what} was refused: ${record.code}`);
    }
    const isStored = run.updates.some(
      (update) => JSON.stringify({ kind: 'updated', ...changes }) === JSON.stringify(update),
    );
    if (!isStored && this.#isThere(run)) this.#fault(`${what} was answered and is not in the log`);
  }

  #isThere({ execution, record }: MapShadow): boolean {
    const { audit } = this.#world;
    return audit.shadows.has(execution) && audit.mapRuns.has(record.name);
  }

  /** Starts an execution that reports its end to the task of a token. */
  async startFor(token: string, flowName: string): Promise<void> {
    const task = this.#tokens.get(token);
    const name = `for_${task?.execution}_${task?.event}_${++this.#starts}`;
    const what = `start ${flowName}/${name}`;
    const request = { flowName, executionName: name, inputText: '{}', input: {}, qualifier: '', callbackToken: token };
    const { restores } = this.#world;
    const view = await this.#ask(what, ({ executions }) => executions.start(request), this.#isFull);
    if (this.#world.restores !== restores) return;
    const shadow = this.#world.audit.findEver(flowName, name);
    if (view instanceof ApiError) {
      if (this.#isFull(view) || task?.isUndone === true) return;
      const parent = this.#parentOf(task);
      // `limits.childDepth` was lowered.
      if (view.code === 'InvalidArgument' && this.#world.options.perturbations.limitsOfLives.length > 0) return;
      // Its flow was deleted, or the task of the token has ended, or is not in the store that was put back.
      const isOver = task !== undefined && (this.#isLost(task) || parent?.execution.commands.has(task.event) !== true);
      const isParentGone =
        view.code === 'InvalidArgument' && (isOver || this.deleted.has(parent?.record.flowName ?? ''));
      const isGone = this.deleted.has(flowName) || view.code === 'TaskAlreadyCompleted' || isParentGone;
      const isAgain = view.code === 'ExecutionAlreadyExists' && shadow?.execution.status !== 'Running';
      if (!isGone && !isAgain) this.#fault(`${what} was refused: ${view.code} ${view.message}`);
      return;
    }
    if (shadow === null) this.#fault(`${what} was answered and is not on disk`);
    if (this.#isLost(task)) this.#fault(`${what} was answered, and its task is lost`);
  }

  /** Repeats a report until it is accepted or refused. Sometimes a report with a forged token precedes it. */
  async report(token: string, report: TaskReport): Promise<void> {
    const random = this.#world.random('report', this.#requests);
    if (random.chance(0.1)) await this.#forged(forge(token, random.below), report);
    const task = this.#tokens.get(token);
    const what = `report ${report.ok ? 'success' : 'failure'} of task ${task?.execution}/${task?.event}`;
    // Only a redrive lets the execution take the report, and no one may redrive it.
    const isFinal = ({ code }: ApiError): boolean =>
      code === 'TaskInvalidState' && (this.#waitsForRedrive(task) || task?.isUndone === true || this.#isLost(task));
    const { restores } = this.#world;
    const redrives = this.#parentOf(task)?.execution.redrives ?? 0;
    const event = await this.#ask(what, ({ executions }) => executions.report(token, report), isFinal);
    const shadow = this.#parentOf(task);
    if (task?.isUndone === true || this.#world.restores !== restores) return;
    if (this.#isLost(task)) {
      if (!(event instanceof ApiError)) this.#fault(`${what} was answered with event ${event}, and its start is lost`);
      return;
    }
    if (task === undefined || shadow === null) return this.#fault(`${what}: its execution is not in the store`);
    if (event instanceof ApiError) {
      if (this.deleted.has(shadow.record.flowName)) return;
      if (isFinal(event)) return;
      if (event.code !== 'TaskAlreadyCompleted') return this.#fault(`${what} was refused: ${event.code}`);
      // A redrive may have opened it again before the answer.
      const isReopened = shadow.execution.redrives > redrives;
      if (!isReopened && shadow.execution.commands.has(task.event))
        this.#fault(`${what}: said to have ended, and it is open on disk`);
      return;
    }
    const ended = shadow.events[event - 1];
    const types = report.ok ? ['TaskSucceeded', 'TaskFailed'] : ['TaskFailed', 'TaskTimedOut'];
    if (ended === undefined) return this.#fault(`${what} was answered with event ${event}, which is not on disk`);
    if (ended.cause !== task.event || !types.includes(ended.type)) {
      this.#fault(`${what} was answered with event ${event}, ${ended.type} of ${ended.cause}`);
    }
  }

  /** True for a task that an ended execution would wait for after a redrive. */
  #waitsForRedrive(task: KnownTask | undefined): boolean {
    return task !== undefined && this.#parentOf(task)?.isOpenAfterRedrive(task.event) === true;
  }

  /** The execution of the task, which may be past. */
  #parentOf(task: KnownTask | undefined): Shadow | null {
    return task === undefined ? null : this.#world.audit.born(task.birth);
  }

  /** True for a task of a start that is not in the store: it was purged, or the store was put back from a copy without it. */
  #isLost(task: KnownTask | undefined): boolean {
    return task !== undefined && this.#world.audit.past.some(({ birth }) => birth === task.birth);
  }

  /** True for the final answer of a server whose `limits.standardExecutions` was lowered. */
  readonly #isFull = ({ code }: ApiError): boolean =>
    code === 'ResourceThrottled' && this.#world.options.perturbations.limitsOfLives.length > 0;

  /**
   * To be called before a request about an execution. Its result judges the reply: false when nothing more can be said about it,
   * because the execution was purged, or the store was put back from a copy meanwhile.
   */
  #expect(flowName: string, name: string): (what: string, reply: unknown) => boolean {
    const { audit, restores } = this.#world;
    const before = audit.find(flowName, name);
    const wasPast = before === null && audit.findEver(flowName, name) !== null;
    return (what, reply) => {
      if (this.#world.restores !== restores) return false;
      const isMissing = reply instanceof ApiError && reply.code === 'ExecutionNotExists';
      const now = audit.find(flowName, name);
      if (wasPast && now === null && !isMissing && !this.deleted.has(flowName)) {
        this.#fault(`${what} was answered, and the execution is not in the store`);
      }
      return !(isMissing && (wasPast || now !== before));
    };
  }

  /**
   * To be called before a request about executions of a flow. Its result finds the execution of a reply: the one that had the name
   * when the caller asked, or one that has had it since, because the flow was deleted and created again meanwhile.
   */
  #subject(flowName: string): (view: ExecutionView) => Shadow | null {
    const { audit } = this.#world;
    const superseded = audit.superseded(flowName);
    return ({ name, startedMs }) => {
      const candidates = audit.named(flowName, name).filter(({ birth }) => !superseded.has(birth));
      return candidates.findLast(({ record }) => record.startedMs === startedMs) ?? audit.findEver(flowName, name);
    };
  }

  async #forged(token: string, report: TaskReport): Promise<void> {
    const answer = await this.#ask('a forged report', ({ executions }) => executions.report(token, report));
    if (answer instanceof ApiError && answer.code === 'InvalidArgument') return;
    this.#fault(`a forged token was taken: ${answer instanceof ApiError ? answer.code : `event ${answer}`}`);
  }

  /** @param isFinal true for an error after which the client does not repeat the request */
  async #ask<T>(
    what: string,
    send: (server: SimulatedProcess) => Promise<T>,
    isFinal: (error: ApiError) => boolean = () => false,
  ): Promise<T | ApiError> {
    const { trace, audit } = this.#world;
    const id = `${++this.#requests} ${what}`;
    const random = this.#world.random('request', this.#requests);
    this.#open.add(id);
    try {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const answer = await this.#once(what, send, isFinal);
        await audit.settled();
        if (!('lost' in answer)) {
          trace.add(`${what}: ${'error' in answer ? answer.error.code : 'answered'}`);
          return 'error' in answer ? answer.error : answer.value;
        }
        trace.add(`${what}: ${answer.lost}`);
        await this.#world.pass(random.between(50, 8_000));
      }
      const error = new ApiError('InternalServerError', `no answer after ${TRIES_MAX} tries`);
      this.#fault(`${what}: ${error.message}`);
      return error;
    } finally {
      this.#open.delete(id);
    }
  }

  async #once<T>(
    what: string,
    send: (server: SimulatedProcess) => Promise<T>,
    isFinal: (error: ApiError) => boolean,
  ): Promise<{ value: T } | { error: ApiError } | { lost: string }> {
    const server = await this.#world.serving();
    let cancel = (): void => undefined;
    const late = new Promise<null>((resolve) => {
      cancel = this.#world.time.after(ANSWER_MS, () => resolve(null));
    });
    const lost = server.life.death.then(() => ({ lost: 'the connection was lost' }));
    const answered = send(server).then(
      (value) => ({ value }),
      (error: unknown) => refusal(error, isFinal),
    );
    const answer = await Promise.race([answered, lost, late]);
    cancel();
    if (answer === null) {
      this.#fault(`${what} was not answered`);
      return { lost: 'no answer' };
    }
    if ('defect' in answer) {
      this.#fault(`${what} threw ${answer.defect}`);
      return { lost: 'a defect' };
    }
    return answer;
  }

  /** The end in a reply is the end in the journal. */
  #compare(what: string, view: ExecutionView, shadow: Shadow | null): void {
    if (shadow === null) return this.#fault(`${what}: an execution that is not in the store`);
    const { status, stoppedMs, redrives } = shadow.execution;
    // A redrive may have followed, and another end.
    if (redrives > 0 && (view.stoppedMs !== stoppedMs || view.status !== status)) {
      const type = `Execution${view.status}`;
      const ended = shadow.events.some((event) => event.type === type && event.timeMs === view.stoppedMs);
      if (!ended) this.#fault(`${what}: ${view.status} at ${view.stoppedMs}, and its events have no such end`);
      return;
    }
    if (view.status !== status) this.#fault(`${what}: ${view.status}, and by its events ${status}`);
    if (view.stoppedMs !== stoppedMs)
      this.#fault(`${what}: ended at ${view.stoppedMs}, and by its events ${stoppedMs}`);
    if (view.output !== shadow.record.output) this.#fault(`${what}: another output than the record's`);
  }

  /** True when the execution is durable before the request. */
  #isKnown(flowName: string, name: string): boolean {
    return this.#world.audit.find(flowName, name) !== null;
  }

  #fault(message: string): void {
    this.#world.audit.fault(message);
  }
}

function isOnDisk({ id, cause, timeMs }: HistoryEvent, shadow: Shadow | null): boolean {
  const event = shadow?.events[id - 1];
  return event?.cause === cause && event.timeMs === timeMs;
}

function refusal(
  error: unknown,
  isFinal: (error: ApiError) => boolean,
): { error: ApiError } | { lost: string } | { defect: string } {
  if (error instanceof InjectedFault) return { lost: error.message };
  if (!(error instanceof ApiError)) return { defect: error instanceof Error ? (error.stack ?? '') : String(error) };
  return TRANSIENT.includes(error.code) && !isFinal(error) ? { lost: error.code } : { error };
}

function forge(token: string, below: (count: number) => number): string {
  const at = below(token.length);
  const other = token[at] === 'A' ? 'B' : 'A';
  return ['', 'x', token.slice(1), `${token}A`, `${token.slice(0, at)}${other}${token.slice(at + 1)}`][
    below(5)
  ] as string;
}
