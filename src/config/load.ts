/** Loads the settings from the environment and the settings file, if the environment names one. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { reasonOf } from '../base/text.ts';
import { CONFIG_VARIABLE, readEnvironment } from './env.ts';
import type { Environment } from './env.ts';
import { makeSettings } from './make.ts';
import type { CheckPolicy, SettingSources } from './make.ts';
import type { Settings } from './settings.ts';

/** Reads a text file. @throws {ErrnoException} */
export type ReadText = (path: string) => string;

/** Reads a file of this machine. */
export const readText: ReadText = (path) => readFileSync(path, 'utf8');

/**
 * The environment has precedence over the file, and the file over the defaults.
 * @param loadPolicyCheck called only if the file has keys, because most servers have no policies
 * @throws {SettingsFault} with all faults at once.
 */
export async function loadSettings(
  env: Environment,
  workingFolder: string,
  loadPolicyCheck: () => Promise<CheckPolicy>,
  read = readText,
): Promise<Settings> {
  const { configFile, texts, faults } = readEnvironment(env);
  const file = configFile === null ? null : await readFile(configFile, workingFolder, read);
  const given = typeof file === 'string' ? { file: null, faults: [...faults, file] } : { file, faults };
  const checkPolicy = given.file?.content.values.has('keys') === true ? await loadPolicyCheck() : null;
  return makeSettings({ environment: texts, workingFolder, ...given }, checkPolicy ?? (() => null));
}

/** Returns the file, or the reason why it cannot be read. Loads the YAML parser only here: most servers have no file. */
async function readFile(name: string, workingFolder: string, read: ReadText): Promise<SettingSources['file'] | string> {
  const path = resolve(workingFolder, name);
  try {
    const text = read(path);
    const { readSettingsText } = await import('./file.ts');
    return { name, folder: dirname(path), content: readSettingsText(text) };
  } catch (error) {
    return `${CONFIG_VARIABLE}: the file ${path} cannot be read: ${reasonOf(error)}`;
  }
}
