/** Reports due times to the observer. A report that executions of a mode cannot start comes once, until one of them starts again. */
import type { Ports } from '../base/ports.ts';
import type { ExecutionMode } from '../store/flows.ts';
import type { DueSchedule } from '../store/schedules.ts';
import { refusalReason } from './refusal.ts';

/** The due time of a schedule that starts an execution. */
export interface Firing {
  readonly schedule: DueSchedule;
  readonly dueMs: number;
  readonly nextMs: number | null;
  readonly executionName: string;
}

export class Reports {
  readonly #ports: Pick<Ports, 'clock' | 'observer'>;
  readonly #catchUpMs: number;
  /** Why starts of a mode are refused at this time. */
  readonly #delays = new Map<ExecutionMode, string>();

  constructor(ports: Pick<Ports, 'clock' | 'observer'>, catchUpMs: number) {
    this.#ports = ports;
    this.#catchUpMs = catchUpMs;
  }

  fired({ schedule, dueMs, nextMs, executionName }: Firing): void {
    const { flowName, name: scheduleName, executionMode } = schedule;
    this.#delays.delete(executionMode);
    this.#ports.observer.scheduleFired?.({
      ...{ flowName, scheduleName, executionName, dueMs, nextMs },
      lateMs: this.#ports.clock.nowMs() - dueMs,
    });
  }

  delayed({ flowName, name: scheduleName, executionMode }: DueSchedule, error: unknown): void {
    const isNew = !this.#delays.has(executionMode);
    const reason = refusalReason(error);
    this.#delays.set(executionMode, reason);
    if (isNew) this.#ports.observer.schedulesDelayed?.({ flowName, scheduleName, reason });
  }

  skipped({ flowName, name: scheduleName }: DueSchedule, dueMs: number, nextMs: number | null, reason: string): void {
    this.#ports.observer.scheduleSkipped?.({ flowName, scheduleName, dueMs, nextMs, reason });
  }

  tooLate(schedule: DueSchedule, dueMs: number, nextMs: number | null): void {
    const delay = this.#delays.get(schedule.executionMode);
    const why = delay === undefined ? 'the server did not run, or its clock was set forward' : delay;
    this.skipped(schedule, dueMs, nextMs, `older than ${this.#catchUpMs / 1_000} s (schedules.catchUp): ${why}`);
  }
}
