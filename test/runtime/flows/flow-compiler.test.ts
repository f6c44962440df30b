/** Equal definitions in one mode have one plan. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Compiler } from '../../../src/compiler/compiler.ts';
import { compileDefinition } from '../../../src/language/compile.ts';
import { createFlowCompiler } from '../../../src/runtime/flows/flow-compiler.ts';
import { flow } from '../../language/support.ts';

const DEFINITION = flow('  - {Type: Pass, Name: A, End: true}\n');

/** The compiler of the language, later, with its number of calls. */
function counting(): { compiler: Pick<Compiler, 'compile'>; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    compiler: {
      async compile(text, options) {
        calls++;
        return compileDefinition(text, options);
      },
    },
  };
}

test('calls share a compilation under way, and later ones its plan', async () => {
  const { compiler, calls } = counting();
  const compile = createFlowCompiler(compiler);
  const wanted = { name: 'a', definition: DEFINITION, executionMode: 'Standard' } as const;
  const [one, two] = await Promise.all([compile(wanted), compile({ ...wanted, name: 'b' })]);
  assert.equal(one, two);
  assert.equal(await compile(wanted), one);
  assert.equal(calls(), 1);
  assert.notEqual(await compile({ ...wanted, executionMode: 'Express' }), one);
  assert.notEqual(await compile({ ...wanted, definition: `${DEFINITION}\n` }), one);
  assert.equal(calls(), 3);
});

test('a failed compilation is tried again', async () => {
  const { compiler, calls } = counting();
  const compile = createFlowCompiler(compiler);
  const wanted = { name: 'a', definition: '{}', executionMode: 'Standard' } as const;
  for (const turn of [1, 2]) {
    await assert.rejects(compile(wanted), { code: 'InvalidArgument', message: /flow 'a' cannot be run/ });
    assert.equal(calls(), turn);
  }
});
