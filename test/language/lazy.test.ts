/** The compiler is loaded with the first definition, and the scheduler knows of the load. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lazyCompiler } from '../../src/language/lazy.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';

test('the first definition loads the compiler, and the scheduler knows of it', async () => {
  let loads = 0;
  const outside = <T>(work: Promise<T>): Promise<T> => {
    loads++;
    return work;
  };
  const compile = lazyCompiler({ outside });
  assert.equal(loads, 0);
  const options = { mode: 'Express', flowName: null, limits: DEFAULT_DEFINITION_LIMITS } as const;
  const { plan, diagnostics } = await compile('{}', options);
  assert.equal(plan, null);
  const again = compile('{}', options);
  assert.ok(!(again instanceof Promise), 'a loaded compiler answers at once');
  assert.deepEqual(again.diagnostics, diagnostics);
  assert.equal(loads, 1);
});
