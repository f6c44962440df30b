/** Reports due times to the observer. A report that executions of a mode cannot start comes once, until one of them starts again. */
import type { Ports } from '../base/ports.ts';
import type { ExecutionMode } from '../store/flows.ts';
import type { DueSchedule, DueTimes } from '../store/schedules.ts';
import { refusalReason } from './refusal.ts';

/** Due times of a schedule that are taken together. The last of them starts an execution, and the others were missed. */
export interface Firing {
  readonly schedule: DueSchedule;
  readonly due: DueTimes;
  readonly executionName: string;
  /** The missed ones; null for none. */
  readonly missed: Skipped | null;
}

/** Due times that have no execution; the members are those of `scheduleSkipped`. */
export interface Skipped {
  readonly dueMs: number;
  readonly nextMs: number | null;
  readonly count: number | null;
}

const MISSED =
  'a later one had come before the server could start an execution, and only the latest starts (schedules.missed)';

export class Reports {
  readonly #ports: Pick<Ports, 'clock' | 'observer'>;
  readonly #catchUpMs: number;
  /** Why starts of a mode are refused at this time. */
  readonly #delays = new Map<ExecutionMode, string>();

  constructor(ports: Pick<Ports, 'clock' | 'observer'>, catchUpMs: number) {
    this.#ports = ports;
    this.#catchUpMs = catchUpMs;
  }

  fired({ schedule, due, executionName }: Firing): void {
    const { flowName, name: scheduleName, executionMode } = schedule;
    const { lastMs: dueMs, nextMs } = due;
    this.#delays.delete(executionMode);
    this.#ports.observer.scheduleFired?.({
      ...{ flowName, scheduleName, executionName, dueMs, nextMs },
      lateMs: this.#ports.clock.nowMs() - dueMs,
    });
  }

  missed(schedule: DueSchedule, missed: Skipped): void {
    this.skipped(schedule, missed, MISSED);
  }

  delayed({ flowName, name: scheduleName, executionMode }: DueSchedule, error: unknown): void {
    const isNew = !this.#delays.has(executionMode);
    const reason = refusalReason(error);
    this.#delays.set(executionMode, reason);
    if (isNew) this.#ports.observer.schedulesDelayed?.({ flowName, scheduleName, reason });
  }

  skipped({ flowName, name: scheduleName }: DueSchedule, skipped: Skipped, reason: string): void {
    this.#ports.observer.scheduleSkipped?.({ flowName, scheduleName, ...skipped, reason });
  }

  /** The due time that was to start an execution has none. */
  failed({ schedule, due: { lastMs, nextMs } }: Firing, reason: string): void {
    this.skipped(schedule, { dueMs: lastMs, nextMs, count: 1 }, reason);
  }

  old(schedule: DueSchedule, skipped: Skipped): void {
    const delay = this.#delays.get(schedule.executionMode);
    const why = delay === undefined ? 'the server did not run, or its clock was set forward' : delay;
    this.skipped(schedule, skipped, `older than ${this.#catchUpMs / 1_000} s (schedules.catchUp): ${why}`);
  }
}
