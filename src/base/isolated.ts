/**
 * Separates callbacks that share a loop, a timer or a commit. If one of them throws, that is a defect: it is reported and changes
 * nothing for the others.
 */
import type { Observer } from './observer.ts';

/**
 * Calls `work`. An error that it throws goes to the observer, never to the caller.
 * @param where names the work in the report
 */
export function isolated(observer: Pick<Observer, 'defect'>, where: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    observer.defect?.({ error, where });
  }
}

/**
 * Begins `work` and waits for nothing: for work that no caller awaits, whose rejection would otherwise have no one to take it.
 * @param where names the work in the report
 */
export function inBackground(observer: Pick<Observer, 'defect'>, where: string, work: () => Promise<unknown>): void {
  const report = (error: unknown): void => observer.defect?.({ error, where });
  try {
    work().catch(report);
  } catch (error) {
    report(error);
  }
}
