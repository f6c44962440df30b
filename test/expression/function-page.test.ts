/** docs/functions.md agrees with the table of functions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FunctionDefinition, Parameter } from '../../src/expression/functions/definition.ts';
import { FUNCTIONS } from '../../src/expression/functions/table.ts';
import { stringifyJson } from '../../src/base/json.ts';
import { tableUnder } from '../support/markdown.ts';

function parameterText({ name, types }: Parameter): string {
  return `${name}: ${types.join(' or ')}`;
}

function signature({ name, parameters, rest, result }: FunctionDefinition): string {
  const list = parameters.map(parameterText);
  if (rest !== undefined) list.push(`${parameterText(rest)}…`);
  return `\`${name}(${list.join(', ')})\` → ${result}`;
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
