/** Divides long work that never waits into turns of the event loop, so that other calls wait for a few milliseconds at most. */
import type { Ports } from '../base/ports.ts';

const TURN_MS = 2;

export class ShortTurns {
  readonly #ports: Pick<Ports, 'clock' | 'scheduler'>;
  #sinceMs: number;

  constructor(ports: Pick<Ports, 'clock' | 'scheduler'>) {
    this.#ports = ports;
    this.#sinceMs = ports.clock.monotonicMs();
  }

  /** Resolves at once, or in the next turn if this one has lasted long. */
  async rest(): Promise<void> {
    const { clock, scheduler } = this.#ports;
    if (clock.monotonicMs() - this.#sinceMs < TURN_MS) return;
    await new Promise<void>((resolve) => scheduler.soon(resolve));
    this.#sinceMs = clock.monotonicMs();
  }
}
