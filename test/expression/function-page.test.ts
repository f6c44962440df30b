/** docs/functions.md agrees with the table of functions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FunctionDefinition } from '../../src/expression/functions/definition.ts';
import { signatureOf } from '../../src/expression/functions/definition.ts';
import { FUNCTIONS } from '../../src/expression/functions/table.ts';
import { stringifyJson } from '../../src/base/json.ts';
import { tableUnder } from '../support/markdown.ts';

function signature(definition: FunctionDefinition): string {
  const [call, result] = signatureOf(definition).split(' → ');
  return `\`${call}\` → ${result}`;
}

function examplesOf({ examples }: FunctionDefinition): string {
  return examples.map(({ expression, value }) => `\`${expression}\` → \`${stringifyJson(value)}\``).join('<br>');
}

describe('docs/functions.md', () => {
  const rows = tableUnder('functions.md', '## All functions');

  it('has exactly the functions of the language', () => {
    assert.deepEqual(
      rows.map(([text]) => text),
      FUNCTIONS.map(signature),
    );
  });

  for (const [i, definition] of FUNCTIONS.entries()) {
    it(`describes ${definition.name} as the table does`, () => {
      const [, aliases, summary, examples] = rows[i] ?? [];
      assert.equal(aliases, (definition.aliases ?? []).map((alias) => `\`${alias}\``).join(', '));
      assert.equal(summary, definition.summary);
      assert.equal(examples, examplesOf(definition));
    });
  }
});
