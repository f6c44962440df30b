/** The events of a simulated run, one line each with its virtual time. The same seed writes the same lines. */
import type { VirtualTime } from '../../src/testing/virtual-time.ts';

/** Bounds the memory of a run that does something for ever. */
const LINES_MAX = 20_000;

export class Trace {
  readonly lines: string[] = [];
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  add(line: string): void {
    if (this.lines.length >= LINES_MAX) return;
    this.lines.push(`${(this.#time.elapsedMs / 1_000).toFixed(3).padStart(10)} ${line}`);
  }
}
