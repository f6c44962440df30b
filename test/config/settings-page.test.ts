/** docs/settings.md and the table of settings say the same. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONFIG_VARIABLE } from '../../src/config/env.ts';
import { TABLE } from '../../src/config/table.ts';
import type { TableEntry } from '../../src/config/table.ts';
import { tableUnder } from '../support/markdown.ts';

function defaultText({ default: fallback, cloud }: TableEntry<unknown>): string {
  const text = fallback === null ? '–' : `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``;
  return cloud === undefined ? text : `${text}; cloud: \`${String(cloud)}\``;
}

describe('docs/settings.md', () => {
  const rows = tableUnder('settings.md', '## All settings');
  const entries = Object.entries(TABLE) as readonly [string, TableEntry<unknown>][];

  it('has every setting of the program, and no other', () => {
    assert.deepEqual(
      rows.map(([key]) => key),
      entries.map(([key]) => `\`${key}\``),
    );
  });

  for (const [i, [key, entry]] of entries.entries()) {
    it(`says of ${key} what the program does`, () => {
      const [, env, fallback, meaning] = rows[i] as readonly string[];
      assert.equal(env, entry.env === null ? '–' : `\`${entry.env}\``);
      assert.equal(fallback, defaultText(entry));
      assert.equal(meaning, entry.meaning);
    });
  }

  it('names the variable of the file', () => {
    assert.ok(CONFIG_VARIABLE.startsWith('MILLRACE_'));
    assert.deepEqual(
      tableUnder('settings.md', '## Where settings come from').map(([name]) => name),
      [`\`${CONFIG_VARIABLE}\``],
    );
  });
});
