/** The facts from outside that a decision of the interpreter gets (I2): time, randomness, task tokens, a request to stop. */
import type { Ports } from '../../base/ports.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { Moment } from '../../interpreter/input.ts';

export interface MomentPorts extends Pick<Ports, 'ids'> {
  /** `setBackMs` as in {@link Moment}; absent for a clock that does not count it. */
  readonly clock: { nowMs(): number; readonly setBackMs?: number };
}

export class DecisionMoment implements Moment {
  readonly taskToken?: (event: number) => string;
  readonly stop?: Failure;
  readonly roomBytes?: number;
  readonly #ports: MomentPorts;

  /**
   * @param taskToken the token of a task in a callback mode, by the id of its event; null for a runtime without callbacks
   * @param stop why the execution stops after its current state; null: it does not
   * @param roomBytes bytes by which the execution may grow; null: not limited
   */
  constructor(
    ports: MomentPorts,
    taskToken: ((event: number) => string) | null = null,
    stop: Failure | null = null,
    roomBytes: number | null = null,
  ) {
    this.#ports = ports;
    if (taskToken !== null) this.taskToken = taskToken;
    if (stop !== null) this.stop = stop;
    if (roomBytes !== null) this.roomBytes = roomBytes;
  }

  get nowMs(): number {
    return this.#ports.clock.nowMs();
  }

  get setBackMs(): number {
    return this.#ports.clock.setBackMs ?? 0;
  }

  /** The present in steady time, by which commands are due. */
  get steadyMs(): number {
    return this.nowMs + this.setBackMs;
  }

  random(): number {
    return this.#ports.ids.random();
  }

  /** A copy for one decision of an execution that may grow by so many bytes. */
  within(roomBytes: number): DecisionMoment {
    return new DecisionMoment(this.#ports, this.taskToken ?? null, this.stop ?? null, roomBytes);
  }

  /** A copy for an execution that enters no further state (rules.md 12.11). */
  stopping(why: Failure): DecisionMoment {
    return new DecisionMoment(this.#ports, this.taskToken ?? null, why);
  }
}
