/** Reads the settings for a command from its environment and the settings file. `auth/` checks the policies in them. */
import { loadSettings, readText } from '../config/load.ts';
import type { ReadText } from '../config/load.ts';
import type { CheckPolicy } from '../config/make.ts';
import { SettingsFault } from '../config/make.ts';
import type { Settings } from '../config/settings.ts';
import type { Host } from './host.ts';
import { StartFault } from './host.ts';

/** @throws {StartFault} that lists all faults of the settings */
export async function readSettings(host: Host, read: ReadText = readText): Promise<Settings> {
  try {
    return await loadSettings(host.env, host.workingFolder, loadPolicyCheck, read);
  } catch (error) {
    return rethrow(error);
  }
}

async function loadPolicyCheck(): Promise<CheckPolicy> {
  const { parsePolicy } = await import('../auth/parse-policy.ts');
  return (document) => {
    const { faults } = parsePolicy(document);
    return faults.length === 0 ? null : faults.join('; ');
  };
}

/** Returns the result of `work`. @throws {StartFault} instead of a {@link SettingsFault} */
export function startFaultFor<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return rethrow(error);
  }
}

function rethrow(error: unknown): never {
  if (error instanceof SettingsFault) throw new StartFault(error.message, { cause: error });
  throw error;
}
