/**
 * Runs an execution that leaves memory after every decision: its driver dies, and a new one continues with the execution that
 * the journal gives. It must have the same result as in the express runtime: then the events hold every decision (I3, I4), and
 * the durable runtime can rely on them.
 *
 * A decision may have many events. The run folds the journal after each of them, and the folded execution has to decide the
 * next event in the same way: a decision may be cut after any event.
 *
 * Calls under way survive, because services outlive a driver: the next driver repeats the call, as after a crash, and gets the
 * answer of the first one.
 *
 * A task in a callback mode gets the token {@link tokenOf} of its event, with which a test reports its end.
 */
import assert from 'node:assert/strict';
import { MemoryBudget } from '../../src/base/memory-budget.ts';
import type { ActionCatalog, TaskCall, TaskResult } from '../../src/actions/action.ts';
import { createObserver } from '../../src/base/observer.ts';
import { decide } from '../../src/interpreter/decide.ts';
import type { Input } from '../../src/interpreter/input.ts';
import type { ExecutionEvent, Failure } from '../../src/interpreter/event.ts';
import { Execution } from '../../src/interpreter/execution.ts';
import type { ExecutionLimits, ExecutionStart } from '../../src/interpreter/execution.ts';
import { encodeEvents } from '../../src/interpreter/journal.ts';
import type { Plan } from '../../src/language/plan.ts';
import { Driver } from '../../src/runtime/driver/driver.ts';
import type { Policy } from '../../src/runtime/driver/driver.ts';
import { DecisionMoment } from '../../src/runtime/driver/moment.ts';
import { Turns } from '../../src/runtime/driver/turns.ts';
import { standInActions, standInChildren } from '../../src/testing/stand-ins.ts';
import type { VirtualTime } from '../../src/testing/virtual-time.ts';
import { Journal } from './journal.ts';
import { Life, never } from './life.ts';

export interface RebuiltRunOptions {
  readonly plan: Plan;
  readonly start: ExecutionStart;
  readonly limits: ExecutionLimits;
  readonly actions: ActionCatalog;
  readonly time: VirtualTime;
  readonly random: () => number;
}

/** The time of rebuilding grows with the square of the events, so a long loop is rebuilt only this often. */
const REBUILDS_MAX = 400;

export function tokenOf(event: number): string {
  return `token ${event}`;
}

export class RebuiltRun implements Policy {
  readonly mayCall = true;
  readonly onEvent = (event: ExecutionEvent): void => this.#record(event);
  readonly #options: RebuiltRunOptions;
  readonly #services: Services;
  readonly #turns: Turns;
  readonly #moment: DecisionMoment;
  readonly #journal = new Journal();
  readonly #ended = Promise.withResolvers<Execution>();
  /** Random numbers since the last event. */
  readonly #drawn: number[] = [];
  /** The execution that the journal gives after the last event of the decision under way; null before its first. */
  #folded: Execution | null = null;
  #life: Life;
  #driver: Driver;

  constructor(options: RebuiltRunOptions) {
    const { plan, start, limits, actions, time, random } = options;
    this.#options = options;
    this.#services = new Services(actions);
    this.#turns = new Turns({ clock: time, scheduler: time, observer: createObserver() });
    const ids = {
      uuid: () => assert.fail('a decision needs no UUID'),
      random: () => {
        const drawn = random();
        this.#drawn.push(drawn);
        return drawn;
      },
    };
    this.#moment = new DecisionMoment({ clock: time, ids }, { taskToken: tokenOf });
    this.#life = new Life(time);
    this.#driver = this.#newDriver(new Execution(plan, start, limits));
  }

  get execution(): Execution {
    return this.#driver.execution;
  }

  get events(): ExecutionEvent[] {
    return this.#journal.events;
  }

  /** Runs the execution to its end. */
  run(): Promise<Execution> {
    this.#driver.advance({ kind: 'start' });
    return this.#ended.promise;
  }

  /** Stops the execution as StopExecution does. */
  stop(failure: Failure): void {
    this.#driver.advance({ kind: 'stop', failure });
  }

  /** Reports as ReportTaskSucceeded and ReportTaskFailed do. False when the task is not under way. */
  report(taskToken: string, result: TaskResult): boolean {
    const id = [...this.execution.commands.keys()].find((event) => tokenOf(event) === taskToken);
    const before = this.events.length;
    if (id === undefined) return false;
    if (result.ok) this.#driver.advance({ kind: 'task-succeeded', id, output: result.output });
    else this.#driver.advance({ kind: 'task-failed', id, failure: { error: result.error, cause: result.cause } });
    return this.events.length > before;
  }

  decided(): void {
    if (this.#folded !== null) this.#continueFrom(this.#folded);
    const { execution } = this;
    if (execution.status !== 'Running') {
      this.#driver.release();
      this.#ended.resolve(execution);
      return;
    }
    this.#driver.act(execution.lastEvent);
    this.#driver.armWhole();
    if (execution.canContinue) this.#driver.continueLater();
  }

  mayEnter(): void {
    this.#driver.continueLater();
  }

  opened(): void {}

  resumed(): void {}

  answered(input: Input): void {
    this.#driver.advance(input);
  }

  broke(error: unknown): void {
    this.#ended.reject(error);
  }

  #record(event: ExecutionEvent): void {
    const { execution } = this;
    if (this.#folded !== null) this.#compareNext(this.#folded, event);
    this.#drawn.length = 0;
    this.events.push(event);
    this.#folded = this.events.length > REBUILDS_MAX ? null : this.#journal.rebuilt(execution);
  }

  /** The live execution has decided on this event; the folded one has to do the same with the same random numbers. */
  #compareNext(folded: Execution, event: ExecutionEvent): void {
    const random = (): number => this.#drawn.shift() ?? assert.fail('the folded execution needs more random numbers');
    const moment = { nowMs: this.#options.time.nowMs(), random, taskToken: tokenOf };
    const { plan } = folded;
    const next: ExecutionEvent[] = [];
    decide(folded, { kind: 'continue' }, moment, (decided) => next.push(decided), 0);
    assert.equal(encodeEvents(next, plan), encodeEvents([event], plan));
    assert.deepEqual(this.#drawn, [], 'the folded execution needs fewer random numbers');
  }

  #continueFrom(folded: Execution): void {
    this.#folded = null;
    this.#life.die();
    this.#driver.release();
    this.#life = new Life(this.#options.time);
    this.#driver = this.#newDriver(folded);
    this.#driver.owe();
  }

  #newDriver(execution: Execution): Driver {
    const actions = this.#services.actionsOf(this.#life);
    const children = standInChildren(actions);
    const { scheduler } = this.#life;
    const ports = { clock: this.#options.time, scheduler, observer: createObserver(), turns: this.#turns };
    const calling = {
      start: execution.start,
      execution: null,
      identity: null,
      undoneCalls: [],
      depth: 0,
      ancestry: { depth: 0, startedBy: [] },
      inputText: '',
    };
    const memory = new MemoryBudget(Number.POSITIVE_INFINITY);
    const none = { mapRuns: null, steps: null };
    return new Driver({ ...ports, actions, children, memory, ...none }, calling, execution, this.#moment, this);
  }
}

interface KnownCall {
  readonly answer: Promise<TaskResult>;
  readonly abort: AbortController;
}

/** A call that another driver repeats gets the answer of the first one. Only a driver that is alive aborts it. */
class Services {
  readonly #actions: ActionCatalog;
  readonly #calls = new Map<string, KnownCall>();

  constructor(actions: ActionCatalog) {
    this.#actions = actions;
  }

  actionsOf(life: Life): ActionCatalog {
    return standInActions((call, signal) => {
      if (life.isDead) return never();
      const { answer, abort } = this.#call(call);
      signal.addEventListener('abort', () => {
        if (!life.isDead) abort.abort();
      });
      return answer;
    });
  }

  #call(call: TaskCall): KnownCall {
    const known = this.#calls.get(call.idempotencyKey);
    if (known !== undefined) return known;
    const abort = new AbortController();
    const made = { answer: this.#actions.find(call.action).run(call, abort.signal), abort };
    this.#calls.set(call.idempotencyKey, made);
    return made;
  }
}
