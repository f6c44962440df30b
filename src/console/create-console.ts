/** Puts the console of a server together, if the settings want one. */
import type { Settings } from '../config/settings.ts';
import { packageVersion } from '../config/version.ts';
import { OPERATIONS } from '../operations/all.ts';
import { Console } from './console.ts';
import type { ConsoleOptions } from './console.ts';

export interface CreateConsoleOptions extends Pick<ConsoleOptions, 'services' | 'authenticator' | 'changes' | 'ports'> {
  readonly settings: Pick<Settings, 'console' | 'region' | 'account'>;
  /** True if other processes serve together with this one. */
  readonly hasOthers: boolean;
}

/** Null with `console: off`. */
export function createConsole({ settings, hasOthers, ...parts }: CreateConsoleOptions): Console | null {
  if (settings.console === 'off') return null;
  const { region, account } = settings;
  const peers = { hasOthers, sessionEnded: () => undefined };
  return new Console({
    ...parts,
    operations: OPERATIONS,
    peers,
    place: { region, account },
    version: packageVersion(),
  });
}
