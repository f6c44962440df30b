/**
 * Asynchronous invocations of functions that this process calls: accepted at once, run after their task has ended. Their
 * number and their time are bounded, because no task waits for them or can stop them.
 */
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import { withDeadline } from '../../outbound/deadline.ts';

/** How many may run at the same time. */
export const MAX_RUNNING = 1000;

/** The time that Function Compute gives a function unless its owner sets another. */
const LIMIT_MS = 600_000;

interface BackgroundPorts extends Pick<Ports, 'scheduler'> {
  readonly observer: Pick<Ports['observer'], 'defect'>;
}

export class Background {
  readonly #ports: BackgroundPorts;
  readonly #closing = new AbortController();
  #running = 0;

  constructor(ports: BackgroundPorts) {
    this.#ports = ports;
  }

  /** Starts an invocation. Returns false, and does nothing, when too many are running or after `close`. */
  start(run: (signal: AbortSignal) => Promise<unknown>): boolean {
    if (this.#running >= MAX_RUNNING || this.#closing.signal.aborted) return false;
    this.#running++;
    const { scheduler, observer } = this.#ports;
    inBackground(observer, 'an asynchronous invocation', () =>
      withDeadline(scheduler, this.#closing.signal, LIMIT_MS, run).finally(() => {
        this.#running--;
      }),
    );
    return true;
  }

  /** Aborts the invocations that are running. */
  close(): void {
    this.#closing.abort();
  }
}
