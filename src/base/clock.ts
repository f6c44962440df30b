/** The time, as a port: components receive the clock, so that a test can set the time. */
export interface Clock {
  /** Wall clock: milliseconds since 1970-01-01T00:00:00Z. May jump in either direction. */
  nowMs(): number;
  /** Milliseconds on a clock that never jumps; only differences have a meaning. */
  monotonicMs(): number;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

let lastMs = Number.NaN;
let lastText = '';

/**
 * `2019-01-01T01:01:01.001Z`, as the service writes times (rules.md 4.3). The function remembers the last text: an execution that
 * never waits starts and stops within one millisecond, often the same one as others.
 */
export function formatTime(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}
