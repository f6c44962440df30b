/** The facts from outside that a decision of the interpreter gets (I2): time, randomness, task tokens, a request to stop. */
import type { Ports } from '../../base/ports.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { Moment } from '../../interpreter/input.ts';

export class DecisionMoment implements Moment {
  readonly taskToken?: (event: number) => string;
  readonly stop?: Failure;
  readonly #ports: Pick<Ports, 'clock' | 'ids'>;

  /**
   * @param taskToken the token of a task in a callback mode, by the id of its event; null for a runtime without callbacks
   * @param stop why the execution stops after its current state; null: it does not
   */
  constructor(
    ports: Pick<Ports, 'clock' | 'ids'>,
    taskToken: ((event: number) => string) | null = null,
    stop: Failure | null = null,
  ) {
    this.#ports = ports;
    if (taskToken !== null) this.taskToken = taskToken;
    if (stop !== null) this.stop = stop;
  }

  get nowMs(): number {
    return this.#ports.clock.nowMs();
  }

  random(): number {
    return this.#ports.ids.random();
  }

  /** A copy for an execution that enters no further state (rules.md 12.11). */
  stopping(why: Failure): DecisionMoment {
    return new DecisionMoment(this.#ports, this.taskToken ?? null, why);
  }
}
