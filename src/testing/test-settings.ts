/** Settings for a test engine: the defaults, and the text of a settings file. */
import { readSettingsText } from '../config/file.ts';
import { makeSettings } from '../config/make.ts';
import type { Settings } from '../config/settings.ts';

/** Without it, executions would be deleted in tests in which years of virtual time pass. */
const RETAINING = 'history: { keep: forever }';

/** @param file text of a settings file; without one, ended executions are retained for ever. @throws {SettingsFault} */
export function testSettings(file = RETAINING): Settings {
  const content = readSettingsText(file);
  return makeSettings(
    { environment: new Map(), workingFolder: '/', file: { name: 'settings', folder: '/', content }, faults: [] },
    () => null,
  );
}
