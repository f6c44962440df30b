/**
 * Clean-up after all tests of a file. One hook, set where the file is loaded: a hook that is set inside another hook
 * runs when that one ends, which is too early for what a `before` has started.
 */
import { after } from 'node:test';

type CleanUp = () => unknown;
const cleanUps: CleanUp[] = [];

/** Calls `cleanUp` when all tests of the file have run; the latest first. */
export function atEnd(cleanUp: CleanUp): void {
  cleanUps.push(cleanUp);
}

after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});
