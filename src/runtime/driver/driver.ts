/**
 * Drives one execution: takes inputs, lets the interpreter decide, and carries out the commands that decisions open. Both
 * runtimes use it. They differ in their policy: an Express execution acts on a decision at once, a Standard one when the
 * decision is durable.
 *
 * Invariants. Timers, answers and reports are inputs of `decide`, which ignores stale ones (I5), so they may come late or twice.
 * A driver carries out a command at most once. If a decision, a command, an answer or a timer throws,
 * that ends this run and no other.
 */
import type { MemoryBudget } from '../../base/memory-budget.ts';
import type { Ports } from '../../base/ports.ts';
import { decide } from '../../interpreter/decide.ts';
import type { Failure } from '../../interpreter/event.ts';
import { assert } from '../../base/assert.ts';
import type { CallCommand, Command, MapCommand } from '../../interpreter/commands.ts';
import type { Execution } from '../../interpreter/execution.ts';
import type { Input, RecordEvent } from '../../interpreter/input.ts';
import { ExecutionAccount } from '../memory/execution-account.ts';
import type { CallProgress } from '../../outbound/call-progress.ts';
import { Calls } from './calls.ts';
import type { CallParts, CallingExecution } from './calls.ts';
import { Deadlines } from './deadlines.ts';
import type { MapRunStarter, OpenMapRun } from './map-runs.ts';
import type { DecisionMoment } from './moment.ts';
import type { StepRate, StepTurn } from './step-rate.ts';
import type { Turns } from './turns.ts';

/** The parts that all drivers of a runtime share. */
export interface DriverParts extends CallParts, Pick<Ports, 'clock' | 'scheduler'> {
  readonly turns: Turns;
  readonly memory: MemoryBudget;
  /** Null where no execution has a distributed Map. */
  readonly mapRuns: MapRunStarter | null;
  /** The rate at which executions enter states; null: not limited. */
  readonly steps: StepRate | null;
}

/** Decides when a driver may act, and receives its decisions and answers. */
export interface Policy {
  /** Receives the events of each decision, in order; null when no one needs them. */
  readonly onEvent: RecordEvent | null;
  /** False once the process is stopping: the next start of the server makes the call. */
  readonly mayCall: boolean;
  /** The interpreter has decided; `closed` are the ids of the commands that it closed. The policy acts now or later. */
  decided(closed: readonly number[]): void;
  /** The driver carries out a call command now. */
  opened(command: CallCommand | MapCommand): void;
  /** The execution may enter a state, for which it had to wait. The policy continues it now or later. */
  mayEnter(): void;
  /** A call has answered, its work has ended, or a Map run has. */
  answered(input: Input): void;
  /** A Map run that only waited for Standard children is at work again. */
  resumed(): void;
  /**
   * A defect has ended the run: the state in memory may be wrong and must not be used.
   * @param state the state at work; empty when it is not known
   */
  broke(error: unknown, state: string): void;
}

/** The key of the deadline of the execution as a whole. The key of a command is its id, from 1. */
const WHOLE = 0;
const NONE: readonly number[] = [];
/** The id of no command: events count from 1. */
const NO_COMMAND = 0;

export class Driver {
  readonly execution: Execution;
  readonly #parts: DriverParts;
  readonly #calling: CallingExecution;
  readonly #policy: Policy;
  #moment: DecisionMoment;
  /** Created on first use: an execution that never waits has none of them. */
  #account: ExecutionAccount | null = null;
  #calls: Calls | null = null;
  /** By the ids of their commands. */
  #mapRuns: Map<number, OpenMapRun> | null = null;
  #deadlines: Deadlines | null = null;
  /** Open commands that the driver has not carried out yet. */
  readonly #owed: number[] = [];
  /** Inputs that wait for a turn of the event loop. */
  readonly #later: Input[] = [];
  #isQueued = false;
  #isReleased = false;
  /** True when all that could continue has to wait for the rate of entries. */
  #isHeld = false;
  /** The place in the queue for an entry; null while it waits for none. */
  #stepTurn: StepTurn | null = null;
  /** True when it has waited for an entry and not entered yet. */
  #hasEntry = false;

  constructor(
    parts: DriverParts,
    calling: CallingExecution,
    execution: Execution,
    moment: DecisionMoment,
    policy: Policy,
  ) {
    this.execution = execution;
    this.#parts = parts;
    this.#calling = calling;
    this.#policy = policy;
    const { steps } = parts;
    this.#moment = steps === null ? moment : moment.with({ mayEnter: () => this.#mayEnter(steps) });
  }

  /** Calls under way, and Map runs that are at work. */
  get calls(): number {
    let calls = this.#calls?.size ?? 0;
    for (const run of this.#mapRuns?.values() ?? []) if (run.isBusy) calls++;
    return calls;
  }

  /** The Map run of a command; undefined when it has not begun here. */
  mapRun(id: number): OpenMapRun | undefined {
    return this.#mapRuns?.get(id);
  }

  /** True when the execution neither computes nor calls, and is not about to. */
  get isWaiting(): boolean {
    const { execution } = this;
    return execution.status === 'Running' && !execution.canContinue && this.calls === 0 && this.#owed.length === 0;
  }

  /** True when the interpreter can continue now, without an answer and without waiting for the rate of entries. */
  get canContinue(): boolean {
    return this.execution.canContinue && !this.#isHeld;
  }

  /** The place in the queue for an entry, while that is all that the execution could do next; else null. */
  get stepTurn(): StepTurn | null {
    return this.#isHeld ? this.#stepTurn : null;
  }

  /** True after {@link stopAfterState}. */
  get isStopping(): boolean {
    return this.#moment.stop !== undefined;
  }

  /** How far the call of a command is; null when it is not under way. */
  progressOf(id: number): CallProgress | null {
    return this.#calls?.progressOf(id) ?? null;
  }

  /** Resolves when the next call under way has ended, or a Map run is not at work any more. */
  nextCallEnd(): Promise<void> {
    const ends = [...(this.#mapRuns?.values() ?? [])].filter((run) => run.isBusy).map((run) => run.whenQuiet());
    if (this.#calls !== null && this.#calls.size > 0) ends.push(this.#calls.nextEnd());
    return ends.length === 0 ? Promise.resolve() : Promise.race(ends);
  }

  /** From now on the execution enters no further state, and ends as soon as it only waits (rules.md 12.11): in a later turn. */
  stopAfterState(why: Failure): void {
    if (this.isStopping) return;
    this.#moment = this.#moment.with({ stop: why });
    this.continueLater();
  }

  /** The memory that the execution holds. */
  get account(): ExecutionAccount {
    this.#account ??= new ExecutionAccount(this.#parts.memory, this.execution, this.#calling.inputText);
    if (this.#isReleased) this.#account.close();
    return this.#account;
  }

  /** Lets the interpreter decide on an input. */
  advance(input: Input): void {
    const { execution } = this;
    if (this.#isReleased || execution.status !== 'Running') return;
    const { clock, turns } = this.#parts;
    const fromMs = clock.monotonicMs();
    try {
      this.#isHeld = decide(execution, input, this.#momentWithin(), this.#policy.onEvent);
      if (this.#isHeld) this.#waitToEnter();
      turns.spent(clock.monotonicMs() - fromMs);
      if (execution.status === 'Running' || this.#account !== null) this.account.weigh();
      const closed = this.#close();
      if (execution.opened.length > 0) this.#owed.push(...execution.opened.splice(0));
      this.#policy.decided(closed);
    } catch (error) {
      this.#break(error, 'id' in input ? input.id : NO_COMMAND);
    }
  }

  /**
   * {@link advance} for an answer or a timer: at once, or in a later turn of the event loop when others have used up this one, or
   * inputs already wait.
   */
  advanceInTurn(input: Input): void {
    if (this.#parts.turns.isOver || this.#later.length > 0) this.advanceLater(input);
    else this.advance(input);
  }

  /** {@link advance}, in a later turn of the event loop. */
  advanceLater(input: Input): void {
    this.#later.push(input);
    this.continueLater();
  }

  /** Continues computing in a later turn; false when that is scheduled already. */
  continueLater(): boolean {
    if (this.#isQueued) return false;
    this.#isQueued = true;
    this.#parts.turns.add(this.execution.start.flowName, () => {
      this.#isQueued = false;
      if (this.#later.length === 0) this.advance({ kind: 'continue' });
      else for (const input of this.#later.splice(0)) this.advance(input);
    });
    return true;
  }

  /** The next {@link act} will carry out the commands that are open already, as after a load. */
  owe(): void {
    this.#owed.push(...this.execution.commands.keys());
  }

  /** Carries out the commands of events up to this one. */
  act(lastEvent: number): void {
    if (this.#owed.length === 0 || this.#isReleased) return;
    let at = NO_COMMAND;
    try {
      // A call may answer before the loop ends; its answer advances this execution, which may open more commands.
      for (const id of this.#owed.splice(0)) {
        at = id;
        const command = this.execution.commands.get(id);
        if (command === undefined) continue;
        if (id > lastEvent) this.#owed.push(id);
        else this.#open(command);
      }
    } catch (error) {
      this.#break(error, at);
    }
  }

  /** Sets the deadlines again by the wall clock, which may have been set forward. */
  recheck(): void {
    if (this.#isReleased) return;
    try {
      for (const command of this.execution.commands.values()) this.#arm(command);
    } catch (error) {
      return this.#break(error, NO_COMMAND);
    }
    this.armWhole();
  }

  /** Sets the deadline of the execution as a whole. */
  armWhole(): void {
    const { execution } = this;
    if (this.#isReleased || execution.status !== 'Running' || execution.lastEvent === 0) return;
    try {
      this.#setDeadline(WHOLE, execution.deadlineMs, execution.timeoutSeconds * 1_000);
    } catch (error) {
      this.#break(error, NO_COMMAND);
    }
  }

  /** Aborts calls and timers; the driver takes no more inputs. */
  release(): void {
    this.#isReleased = true;
    this.#stepTurn?.cancel();
    this.#deadlines?.clear();
    this.#calls?.abortAll();
    for (const run of this.#mapRuns?.values() ?? []) run.close();
    this.#account?.close();
  }

  /** The moment of the next decision, with the bytes by which the execution may grow while memory is short. */
  #momentWithin(): DecisionMoment {
    const { memory } = this.#parts;
    if (!memory.isOver) return this.#moment;
    const roomBytes = memory.roomFor(this.#account?.bytes ?? 0);
    return roomBytes === null ? this.#moment : this.#moment.with({ roomBytes });
  }

  /** Takes the right to enter one state: the one that the execution has waited for, or a free one. */
  #mayEnter(steps: StepRate): boolean {
    if (this.#hasEntry) {
      this.#hasEntry = false;
      return true;
    }
    return this.#stepTurn === null && steps.take();
  }

  #waitToEnter(): void {
    this.#stepTurn ??=
      this.#parts.steps?.wait(() => {
        this.#stepTurn = null;
        this.#isHeld = false;
        this.#hasEntry = true;
        this.#policy.mayEnter();
      }) ?? null;
  }

  /** @param id of the command at work */
  #break(error: unknown, id: number): void {
    // Something that a timer or an answer called after the end of the run cannot break it again.
    if (this.#isReleased) return;
    const state = stateAt(this.execution, id);
    try {
      this.release();
    } finally {
      this.#policy.broke(error, state);
    }
  }

  #close(): readonly number[] {
    const { closed } = this.execution;
    if (closed.length === 0) return NONE;
    const ids = closed.splice(0);
    for (const id of ids) {
      this.#deadlines?.delete(id);
      this.#calls?.abort(id);
      this.#mapRuns?.get(id)?.close();
      this.#mapRuns?.delete(id);
    }
    return ids;
  }

  #open(command: Command): void {
    this.#arm(command);
    if (command.kind === 'timer') return;
    this.#policy.opened(command);
    if (command.kind === 'map') return this.#beginMapRun(command);
    // The service has accepted the work. After a crash only work that this engine waits for itself is submitted again.
    if (command.submitted && command.state.mode !== 'WaitForSystemCallback') return;
    if (!this.#policy.mayCall) return;
    this.#calls ??= new Calls(this.#parts, this.#calling, this.#moment, {
      answered: (input) => this.#policy.answered(input),
      broke: (error, id) => this.#break(error, id),
    });
    this.#calls.begin(command);
  }

  #beginMapRun(command: MapCommand): void {
    const { mapRuns } = this.#parts;
    assert(mapRuns !== null, 'a distributed Map runs in a Standard execution');
    this.#mapRuns ??= new Map();
    if (this.#mapRuns.has(command.id)) return;
    const policy = this.#policy;
    const caller = {
      get mayCall() {
        return policy.mayCall;
      },
      answered: (input: Input) => policy.answered(input),
      busy: () => policy.resumed(),
      quiet: () => {
        if (!this.#isReleased) policy.decided(NONE);
      },
      broke: (error: unknown, id: number) => this.#break(error, id),
    };
    this.#mapRuns.set(command.id, mapRuns.begin(command, this.#calling, this.execution, this.#moment, caller));
  }

  #arm(command: Command): void {
    const dueMs = this.execution.dueMs(command);
    if (dueMs !== null) this.#setDeadline(command.id, dueMs, dueMs - command.openedMs);
  }

  /** Cap at the original delay, in case a set-back of the clock went unnoticed: no deadline takes longer than its own time. */
  #setDeadline(key: number, dueMs: number, longestMs: number): void {
    const leftMs = dueMs - this.#moment.steadyMs;
    this.#deadlines ??= new Deadlines(
      this.#parts,
      (due) => this.#due(due),
      (error) => this.#break(error, NO_COMMAND),
    );
    this.#deadlines.set(key, Math.max(0, Math.min(leftMs, longestMs)));
  }

  #due(key: number): void {
    if (key === WHOLE) return this.advance({ kind: 'execution-timed-out' });
    const command = this.execution.commands.get(key);
    if (command === undefined) return;
    this.advanceInTurn({ kind: command.kind === 'timer' ? 'timer-due' : 'task-timed-out', id: key });
  }
}

/** The name of the state whose command, or else whose decision, was at work; empty when it is not known. */
function stateAt({ commands, threads, ready }: Execution, id: number): string {
  const command = commands.get(id);
  const thread = command === undefined ? ready[0] : threads.get(command.thread);
  return thread?.state.name ?? '';
}
