/** The examples of the console: the compiler accepts each of them without a word, and each runs with the input beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DEFINITION_LIMITS } from '../../../src/language/limits.ts';
import { compileDefinition } from '../../../src/language/compile.ts';
import { EXAMPLES, exampleInput } from '../../src/pages/flows/examples.ts';

for (const example of EXAMPLES) {
  test(`the compiler accepts the example ${example.name}`, () => {
    const { name, mode, definition } = example;
    const { plan, diagnostics } = compileDefinition(definition, {
      mode,
      flowName: name,
      limits: DEFAULT_DEFINITION_LIMITS,
    });
    assert.deepEqual(diagnostics, []);
    assert.notEqual(plan, null);
  });

  test(`the example ${example.name} has texts in both languages and an input`, () => {
    for (const texts of [example.title, example.about]) assert.ok(texts.en !== '' && texts.zh !== '');
    const input = exampleInput(example, 'http://127.0.0.1:7780/');
    assert.equal(typeof JSON.parse(input), 'object');
    assert.ok(!input.includes('{server}') && !input.includes('7780//'));
  });
}

test('examples have different names', () => {
  assert.equal(new Set(EXAMPLES.map(({ name }) => name)).size, EXAMPLES.length);
});
