/** Work on the store that must be done, even if the store fails many times. */
import type { Ports } from '../../base/ports.ts';
import { pause } from '../../base/scheduler.ts';

const RETRY_MS = 1_000;

/**
 * Repeats `work` each second until it succeeds or `isOver` is true. Reports each failure as a defect.
 * @param where names the work in the report
 */
export async function untilItWorks(
  { scheduler, observer }: Pick<Ports, 'scheduler' | 'observer'>,
  where: string,
  isOver: () => boolean,
  work: () => Promise<void>,
): Promise<void> {
  while (!isOver()) {
    try {
      return await work();
    } catch (error) {
      // It may have failed because this part is closed.
      if (isOver()) return;
      observer.defect?.({ error, where });
      await pause(scheduler, RETRY_MS);
    }
  }
}
