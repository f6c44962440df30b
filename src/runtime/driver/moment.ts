/** The facts from outside that a decision of the interpreter gets (I2): time, randomness, task tokens, a request to stop. */
import type { Ports } from '../../base/ports.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { Moment } from '../../interpreter/input.ts';

export interface MomentPorts extends Pick<Ports, 'ids'> {
  /** `setBackMs` as in {@link Moment}; absent for a clock that does not count it. */
  readonly clock: { nowMs(): number; readonly setBackMs?: number };
}

/** The members of a moment that an execution may have or not; see {@link Moment}. */
export type MomentFacts = Pick<Moment, 'taskToken' | 'stop' | 'roomBytes' | 'mayEnter'>;

export class DecisionMoment implements Moment {
  readonly taskToken?: (event: number) => string;
  readonly stop?: Failure;
  readonly roomBytes?: number;
  readonly mayEnter?: () => boolean;
  readonly #ports: MomentPorts;

  constructor(ports: MomentPorts, facts: MomentFacts = {}) {
    this.#ports = ports;
    Object.assign(this, facts);
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

  /** A copy with further facts. */
  with(facts: MomentFacts): DecisionMoment {
    // The own members are the facts of this one.
    return new DecisionMoment(this.#ports, { ...this, ...facts });
  }
}
