/**
 * Clean-up after all tests of a file, for the parts that a `before` hook starts. Such a hook cannot set hooks of its own: they
 * would run as soon as it ends. A test that starts something passes its own context instead.
 */
import { after } from 'node:test';
import type { CleanUp } from '../../src/testing/clean-up.ts';

const works: (() => unknown)[] = [];

export const fileEnd: CleanUp = {
  after(work) {
    works.push(work);
  },
};

after(async () => {
  for (const work of works.reverse()) await work();
});
