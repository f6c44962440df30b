/** One Express execution. Its policy: act on a decision at once. */
import type { Failure } from '../../interpreter/event.ts';
import type { Execution } from '../../interpreter/execution.ts';
import type { Input, RecordEvent } from '../../interpreter/input.ts';
import type { CallingExecution } from '../driver/calls.ts';
import { Driver } from '../driver/driver.ts';
import type { DriverParts, Policy } from '../driver/driver.ts';
import type { DecisionMoment } from '../driver/moment.ts';
import type { StepTurn } from '../driver/step-rate.ts';
import type { RetainedExecution } from './history/retained-execution.ts';

/**
 * Every eighth answer waits for a turn of the event loop. Some calls answer at once, for example a child flow that never
 * waits; a loop of such calls would otherwise run from promise to promise and starve sockets and timers.
 */
const ANSWERS_PER_TURN = 8;

export interface ExpressDefect {
  readonly error: unknown;
  /** Empty when it is not known. */
  readonly state: string;
}

export class ExpressRun implements Policy {
  readonly onEvent: RecordEvent | null;
  readonly mayCall = true;
  readonly #driver: Driver;
  readonly #observer: DriverParts['observer'];
  #answers = 0;
  #hasDeadline = false;
  #defect: ExpressDefect | null = null;
  #wake: (() => void) | null = null;

  constructor(
    parts: DriverParts,
    moment: DecisionMoment,
    execution: Execution,
    above: Pick<CallingExecution, 'depth' | 'ancestry' | 'inputText'>,
    retained: RetainedExecution | null,
  ) {
    this.onEvent = retained === null ? null : (event) => retained.record(event);
    this.#observer = parts.observer;
    const calling = { start: execution.start, execution: null, identity: null, undoneCalls: [], ...above };
    this.#driver = new Driver(parts, calling, execution, moment, this);
  }

  get execution(): Execution {
    return this.#driver.execution;
  }

  /** True until the execution has ended, or a defect has ended the run. */
  get isWaiting(): boolean {
    return this.execution.status === 'Running' && this.#defect === null;
  }

  begin(): void {
    this.#driver.advance({ kind: 'start' });
  }

  /** Resolves when the execution has ended, or a defect has ended the run. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  stopAfterState(why: Failure): void {
    this.#driver.stopAfterState(why);
  }

  /** Ends it at once. */
  stop(failure: Failure): void {
    this.#driver.advance({ kind: 'stop', failure });
  }

  /** The defect that has ended the run, and the state at work; null for none. */
  get defect(): ExpressDefect | null {
    return this.#defect;
  }

  decided(): void {
    const driver = this.#driver;
    if (this.execution.status !== 'Running') {
      driver.release();
      this.#wake?.();
      return;
    }
    const { flowName, name: executionName } = this.execution.start;
    this.#observer.executionAdvanced?.({ flowName, executionName });
    driver.act(this.execution.lastEvent);
    if (!this.#hasDeadline) {
      this.#hasDeadline = true;
      driver.armWhole();
    }
    if (driver.canContinue) driver.continueLater();
  }

  mayEnter(): void {
    this.#driver.continueLater();
  }

  /** Its place in the queue for an entry into a state; null while it does not wait for one. */
  get stepTurn(): StepTurn | null {
    return this.#driver.stepTurn;
  }

  opened(): void {}

  resumed(): void {}

  answered(input: Input): void {
    this.#answers++;
    if (this.#answers % ANSWERS_PER_TURN === 0) this.#driver.advanceLater(input);
    else this.#driver.advanceInTurn(input);
  }

  broke(error: unknown, state: string): void {
    this.#defect = { error, state };
    this.#wake?.();
  }
}
