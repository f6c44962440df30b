/**
 * Bounds the connections to the targets of tasks, for all origins together: each takes a descriptor of the process
 * (`base/open-files.ts`). Above the bound a call waits until another connection closes.
 */
import type { buildConnector } from 'undici';
import { systemScheduler } from '../base/scheduler.ts';

/** A call that got no connection within this time fails like one whose target cannot be reached. */
const WAIT_MS = 10_000;

export class ConnectionBudget {
  readonly #max: number;
  #open = 0;
  readonly #waiting = new Set<() => void>();

  constructor(max: number) {
    this.#max = max;
  }

  /** A connector that waits while as many connections are open as there may be. */
  bound(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) => {
      const begin = (): void => {
        this.#open++;
        connect(options, (...result) => {
          if (result[0] === null && result[1] !== null) result[1].once('close', () => this.#release());
          else this.#release();
          callback(...result);
        });
      };
      if (this.#open < this.#max) begin();
      else this.#wait(begin, () => callback(new Error('too many connections of this server are open'), null));
    };
  }

  #wait(begin: () => void, fail: () => void): void {
    const admit = (): void => {
      cancel();
      begin();
    };
    const cancel = systemScheduler.after(WAIT_MS, () => {
      this.#waiting.delete(admit);
      fail();
    });
    this.#waiting.add(admit);
  }

  #release(): void {
    this.#open--;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    next();
  }
}
