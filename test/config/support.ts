/** Settings of the tests, made of variables and of the text of a file. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { readEnvironment } from '../../src/config/env.ts';
import { readSettingsText } from '../../src/config/file.ts';
import { makeSettings, SettingsFault } from '../../src/config/make.ts';
import type { Settings } from '../../src/config/settings.ts';

export interface Given {
  readonly env?: Record<string, string>;
  readonly file?: string;
  readonly checkPolicy?: (document: unknown) => string | null;
}

export function make({ env = {}, file, checkPolicy = () => null }: Given = {}): Settings {
  const { texts, faults } = readEnvironment(env);
  return makeSettings(
    {
      environment: texts,
      faults,
      workingFolder: '/srv',
      file:
        file === undefined ? null : { name: 'millrace.yaml', folder: '/etc/millrace', content: readSettingsText(file) },
    },
    checkPolicy,
  );
}

export function faultsOf(given: Given): readonly string[] {
  try {
    make(given);
  } catch (error) {
    assert.ok(error instanceof SettingsFault, inspect(error));
    for (const fault of error.faults) assert.ok(error.message.includes(fault));
    return error.faults;
  }
  assert.fail('the settings are accepted');
}
