/** Puts the console of a server together, if the settings want one. */
import type { Settings } from '../config/settings.ts';
import { OPERATIONS } from '../operations/all.ts';
import type { NodeInfo } from '../store/nodes.ts';
import { Console } from './console.ts';
import type { ConsoleOptions } from './console.ts';
import { ChangeReader } from './other-consoles.ts';
import type { OtherConsoles } from './other-consoles.ts';

export interface CreateConsoleOptions extends Pick<ConsoleOptions, 'services' | 'authenticator' | 'changes' | 'ports'> {
  readonly settings: Pick<Settings, 'console' | 'region' | 'account'> & {
    readonly limits: Pick<Settings['limits'], 'requestBytes'>;
  };
  /** This process, for people. */
  readonly info: Pick<NodeInfo, 'version'>;
  /** Those of the other processes that serve together with this one; null: there are none. */
  readonly others: OtherConsoles | null;
}

/** Null with `console: off`. */
export function createConsole({ settings, info, others, ...parts }: CreateConsoleOptions): Console | null {
  if (settings.console === 'off') return null;
  const { region, account, limits } = settings;
  return new Console({
    ...parts,
    others,
    operations: OPERATIONS,
    reader: others === null ? null : new ChangeReader(others, parts.changes, parts.ports),
    place: { region, account },
    requestBytes: limits.requestBytes,
    version: info.version,
  });
}
