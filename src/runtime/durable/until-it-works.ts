/** Work on the store that has to be done, however often the store fails. */
import type { Ports } from '../../base/ports.ts';
import { pause } from '../../base/scheduler.ts';

const RETRY_MS = 1_000;

/**
 * Repeats `work` until it succeeds or `isOver` is true. Each failure is reported as a defect.
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
      observer.defect?.({ error, where });
      await pause(scheduler, RETRY_MS);
    }
  }
}
