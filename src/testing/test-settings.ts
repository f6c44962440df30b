/** Settings for an engine of a test: the defaults, and what a settings file would say. */
import { readSettingsText } from '../config/file.ts';
import { makeSettings } from '../config/make.ts';
import type { Settings } from '../config/settings.ts';

/** Time in a test passes by the year. */
const RETAINING = 'history: { keep: forever }';

/** @param file text of a settings file; ended executions are retained for ever when absent. @throws {SettingsFault} */
export function testSettings(file = RETAINING): Settings {
  const content = readSettingsText(file);
  return makeSettings(
    { environment: new Map(), workingFolder: '/', file: { name: 'settings', folder: '/', content }, faults: [] },
    () => null,
  );
}
