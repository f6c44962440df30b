/** What a simulated run did, line by line with virtual time: the same seed writes the same lines. */
import type { VirtualTime } from '../../src/testing/virtual-time.ts';

/** Lines kept; a run that goes wrong by doing something for ever must not fill the memory. */
const LINES_MAX = 20_000;

export class Trace {
  readonly lines: string[] = [];
  readonly #clock: VirtualTime;

  constructor(clock: VirtualTime) {
    this.#clock = clock;
  }

  add(line: string): void {
    if (this.lines.length >= LINES_MAX) return;
    this.lines.push(`${(this.#clock.elapsedMs / 1_000).toFixed(3).padStart(10)} ${line}`);
  }
}
