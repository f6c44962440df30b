/** docs/settings.md agrees with the table of settings. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parsePolicy } from '../../src/auth/parse-policy.ts';
import { CONFIG_VARIABLE } from '../../src/config/env.ts';
import { readSettingsText } from '../../src/config/file.ts';
import { makeSettings } from '../../src/config/make.ts';
import { TABLE } from '../../src/config/table.ts';
import type { TableEntry } from '../../src/config/table-entry.ts';
import { tableUnder } from '../support/markdown.ts';

function defaultText({ default: fallback, cloud }: TableEntry<unknown>): string {
  const text = fallback === null ? '–' : `\`${textOf(fallback)}\``;
  return cloud === undefined ? text : `${text}; cloud: \`${textOf(cloud)}\``;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

describe('docs/settings.md', () => {
  const rows = tableUnder('settings.md', '## All settings');
  const entries = Object.entries(TABLE) as readonly [string, TableEntry<unknown>][];

  it('has exactly the settings of the program', () => {
    assert.deepEqual(
      rows.map(([key]) => key),
      entries.map(([key]) => `\`${key}\``),
    );
  });

  for (const [i, [key, entry]] of entries.entries()) {
    it(`describes ${key} as the table does`, () => {
      const [, env, fallback, meaning] = rows[i] as readonly string[];
      assert.equal(env, entry.env === null ? '–' : `\`${entry.env}\``);
      assert.equal(fallback, defaultText(entry));
      assert.equal(meaning, entry.meaning);
    });
  }

  it('has an example that loads', () => {
    const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
    const text = /^```yaml\n(.*?)^```$/ms.exec(page)?.[1];
    assert.ok(text !== undefined);
    const file = { name: 'settings.md', folder: '/srv', content: readSettingsText(text) };
    const settings = makeSettings(
      { environment: new Map(), workingFolder: '/srv', file, faults: [] },
      (policy) => parsePolicy(policy).faults[0] ?? null,
    );
    assert.equal(settings.keys.length, 2);
    assert.equal(settings.limits.startsPerSecond, 1000);
  });

  it('names the variable of the file', () => {
    assert.ok(CONFIG_VARIABLE.startsWith('MILLRACE_'));
    assert.deepEqual(
      tableUnder('settings.md', '## Where settings come from').map(([name]) => name),
      [`\`${CONFIG_VARIABLE}\``],
    );
  });
});
