/** Settings for an engine of a test: the defaults, and what a settings file changes. */
import { readSettingsText } from '../config/file.ts';
import { makeSettings } from '../config/make.ts';
import type { Settings } from '../config/settings.ts';

/** A year of virtual time passes in a moment, so ended executions are retained for ever. */
const DEFAULT_FILE = 'history: { keep: forever }';

/** @param file text of a settings file. @throws {SettingsFault} that names every wrong setting. */
export function testSettings(file = DEFAULT_FILE): Settings {
  const content = readSettingsText(file);
  return makeSettings(
    { environment: new Map(), workingFolder: '/', file: { name: 'settings', folder: '/', content }, faults: [] },
    () => null,
  );
}
