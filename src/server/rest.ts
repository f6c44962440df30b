/** The lines about work that a stopping server did not wait for. */
import type { ServerLog } from './log.ts';

export function warnOfRest(
  log: Pick<ServerLog, 'warn'>,
  { express, calls }: { readonly express: number; readonly calls: number },
): void {
  if (express > 0) {
    log.warn({ executions: express }, 'stopped before these Express executions had ended; their results are lost');
  }
  if (calls > 0) {
    log.warn({ calls }, 'stopped before these tasks had ended; the next start of the server calls them again');
  }
}
