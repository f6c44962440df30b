/** The clock of the server, as far as the browser knows it. */
import { signal } from '@preact/signals';

/** How much the server's clock is ahead of the browser's, milliseconds; a wrong clock must not make negative durations. */
export const serverAheadMs = signal(0);

/** The time of the server, milliseconds since 1970. */
export function serverNowMs(): number {
  return Date.now() + serverAheadMs.value;
}
