/**
 * Clean-up after all tests of a file, for what a `before` hook has started: a hook that is set inside another hook runs when
 * that one ends, which is too early. A test cleans up after itself with its own context instead.
 */
import { after } from 'node:test';
import type { CleanUp } from '../../src/testing/clean-up.ts';

const works: (() => unknown)[] = [];

/** Undoes what is registered when all tests of the file have run, the latest first. */
export const fileEnd: CleanUp = {
  after(work) {
    works.push(work);
  },
};

after(async () => {
  for (const work of works.reverse()) await work();
});
