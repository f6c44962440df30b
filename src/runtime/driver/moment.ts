/** What a decision of the interpreter is given of the world (I2): the time, randomness, task tokens, and a wish to stop. */
import type { Ports } from '../../base/ports.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { Moment } from '../../interpreter/input.ts';

export class DecisionMoment implements Moment {
  readonly taskToken?: (event: number) => string;
  readonly stop?: Failure;
  readonly #ports: Pick<Ports, 'clock' | 'ids'>;

  /**
   * @param taskToken the token of a task in a callback mode, by the id of its event; null where there are no callbacks.
   * @param stop why the execution is to stop after the state that it is in; null: it is not.
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

  /** The same, for an execution that is to enter no further state (decisions.md 4.10). */
  stopping(why: Failure): DecisionMoment {
    return new DecisionMoment(this.#ports, this.taskToken ?? null, why);
  }
}
