/**
 * The connection of one node to the store. Calls take time, get lost before or after the store has carried them out, or arrive late:
 * a call that the node has given up, or of a node that is dead, may still reach the store.
 */
import { InjectedFault } from '../faulty-store.ts';
import type { Random } from '../random.ts';
import type { NodeLife } from './node-life.ts';
import { wrapped } from './wrapped.ts';

export type Weather =
  /** Milliseconds at most. */
  | 'fair'
  /** Hundreds of milliseconds and more. */
  | 'slow'
  /** No call reaches the store, and the node knows at once. */
  | 'refused'
  /** Half-open: calls fail after a while. Some of them reach the store later. */
  | 'hanging'
  /** The store carries calls out, and the node does not learn of it. */
  | 'mute';

export interface LinkOptions {
  readonly life: NodeLife;
  readonly random: Random;
  readonly pass: (ms: number) => Promise<void>;
  /** Is called before a call is sent, and before its answer is taken: the process may be stopped there. */
  readonly atPoint: (where: string) => void;
}

/** The longest time that a call hangs. */
export const HANGS_MS = 15_000;

export class Link {
  weather: Weather = 'fair';
  readonly #options: LinkOptions;
  #hanging = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** True if nothing is wrong with it, and no call is under way that hangs. */
  get isWell(): boolean {
    return this.weather === 'fair' && this.#hanging === 0;
  }

  get isCut(): boolean {
    return this.weather !== 'fair' && this.weather !== 'slow';
  }

  /** The same port, over this connection. */
  port<T extends object>(port: T, atOnce: readonly (keyof T)[]): T {
    return wrapped(port, atOnce, (name, call) => this.call(name, call));
  }

  async call<T>(name: string, carryOut: () => Promise<T>): Promise<T> {
    const { life, atPoint } = this.#options;
    atPoint(`before ${name}`);
    await life.running();
    const answer = await life.whileAlive(this.#send(name, carryOut));
    atPoint(`after ${name}`);
    await life.running();
    return answer;
  }

  async #send<T>(name: string, carryOut: () => Promise<T>): Promise<T> {
    const { random, pass } = this.#options;
    const { weather } = this;
    switch (weather) {
      case 'fair':
      case 'slow': {
        const delays = weather === 'fair' ? [0, 0, 0, 0, 0, 0, 1, 3, 30] : [200, 200, 700, 3_000];
        await pass(random.pick(delays));
        const answer = await carryOut();
        await pass(random.pick(delays));
        // The cut came while the answer was on its way.
        if (weather === 'fair' && this.isCut) return this.#lose(name);
        return answer;
      }
      case 'refused':
        throw new InjectedFault(`the connection for ${name} was refused`);
      case 'hanging':
        // No one waits for what arrives so late.
        if (random.chance(0.3))
          void pass(random.below(3 * HANGS_MS))
            .then(carryOut)
            .catch(() => undefined);
        return this.#lose(name);
      case 'mute':
        await carryOut();
        return this.#lose(name);
    }
  }

  async #lose(name: string): Promise<never> {
    const { random, pass } = this.#options;
    this.#hanging++;
    await pass(random.pick([0, 1_000, HANGS_MS]));
    this.#hanging--;
    throw new InjectedFault(`the answer to ${name} was lost`);
  }
}
