/** The clean-up of the test kit: the latest first, and all of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';

/** A test context whose end the test chooses. */
function context(): { readonly t: CleanUp; end(): Promise<void> } {
  const hooks: (() => unknown)[] = [];
  return {
    t: { after: (work) => void hooks.push(work) },
    async end() {
      for (const hook of hooks) await hook();
    },
  };
}

test('the latest work runs first, and each waits for the one before', async () => {
  const { t, end } = context();
  const done: string[] = [];
  atEnd(t, () => done.push('folder'));
  atEnd(t, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    done.push('store');
  });
  atEnd(t, () => done.push('engine'));
  await end();
  assert.deepEqual(done, ['engine', 'store', 'folder']);
});

test('all work runs although some of it fails, and every error is reported', async () => {
  const { t, end } = context();
  let isRemoved = false;
  atEnd(t, () => (isRemoved = true));
  atEnd(t, () => Promise.reject(new Error('the store')));
  atEnd(t, () => {
    throw new Error('the engine');
  });
  await assert.rejects(end(), (error) => {
    assert.ok(error instanceof AggregateError);
    assert.deepEqual(error.errors.map(String), ['Error: the engine', 'Error: the store']);
    return true;
  });
  assert.ok(isRemoved);
});

test('each test has its own clean-up', async () => {
  const [one, other] = [context(), context()];
  const done: string[] = [];
  atEnd(one.t, () => done.push('one'));
  atEnd(other.t, () => done.push('other'));
  await one.end();
  assert.deepEqual(done, ['one']);
});
