/**
 * Clean-up at the end of a test. `node:test` runs the hooks of a test in the order in which they were set, and stops at the
 * first that fails. Parts of a test rest on each other, so the kit undoes the latest first, and all of them.
 */

/** Where the test kit registers its clean-up: the context of a test of `node:test` is one. */
export interface CleanUp {
  after(work: () => unknown): void;
}

type Work = () => unknown;

const works = new WeakMap<CleanUp, Work[]>();

/** Runs `work` at the end of the test, before everything that was registered earlier. */
export function atEnd(t: CleanUp, work: Work): void {
  const known = works.get(t);
  if (known !== undefined) {
    known.push(work);
    return;
  }
  const list = [work];
  works.set(t, list);
  t.after(() => undo(list));
}

/** @throws {AggregateError} with every error, after all of the work has run. */
async function undo(list: Work[]): Promise<void> {
  const errors: unknown[] = [];
  for (let work = list.pop(); work !== undefined; work = list.pop()) {
    try {
      await work();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} parts of the clean-up failed`);
}
