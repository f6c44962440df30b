/** The files of a data folder beside the store: the root key, and what an interrupted command has left. */
import { chmodSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { requirePrivateFolder, requirePrivateStore } from '../config/private-files.ts';
import { readRootKey, ROOT_KEY_FILE } from '../config/root-key.ts';
import { SettingsFault } from '../config/make.ts';
import type { Settings } from '../config/settings.ts';
import type { Finding } from '../store/store-file.ts';

export interface DoctorFinding {
  readonly said: Finding;
  /** Repairs it; null if that is not possible. */
  readonly fix: (() => void) | null;
}

/** A key that was written and not yet named, and a copy of a store that is not complete. */
const LEFTOVER = /^root-key\.json\.[0-9a-f]{12}$|\.unfinished$/;

export function examineFolder(settings: Settings): readonly DoctorFinding[] {
  return [...folders(settings), ...rootKey(settings), ...leftovers(settings)];
}

function folders({ data, store }: Settings): readonly DoctorFinding[] {
  const found = [...new Set(store.kind === 'sqlite' ? [data, dirname(store.file)] : [data])].flatMap((folder) => {
    const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0;
    if (process.getuid !== undefined && (mode & 0o022) !== 0) {
      return [
        repairable(
          `Other users may write to the data folder ${folder} (mode ${(mode & 0o777).toString(8)}).`,
          'They can replace the root key and the store, so the server does not start.',
          'takes their right to write away',
          () => chmodSync(folder, mode & 0o7755),
        ),
      ];
    }
    return refusals(() => requirePrivateFolder(folder));
  });
  const isLink =
    store.kind === 'sqlite' ? refusals(() => requirePrivateStore(store.file), /symbolic link|another user/) : [];
  return [...found, ...isLink];
}

function rootKey({ data, rootKey: given, auth, store }: Settings): readonly DoctorFinding[] {
  if (given !== null || auth === 'off') return [];
  const file = join(data, ROOT_KEY_FILE);
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  if (process.getuid !== undefined && (mode & 0o077) !== 0) {
    return [
      repairable(
        `Other users may read or write the root key ${file} (mode ${(mode & 0o777).toString(8)}).`,
        'Who has read it may do everything, and the server does not start. If someone may have read it, delete the file: the server makes a new key.',
        'sets the mode to 600',
        () => chmodSync(file, 0o600),
      ),
    ];
  }
  const refused = refusals(() => readRootKey(data));
  if (refused.length > 0 || mode !== 0) return refused;
  if (store.kind === 'sqlite' && !existsSync(store.file)) return [];
  return [
    {
      said: {
        level: 'note',
        what: `There is no root key ${file}, and the settings have none.`,
        means: 'The next start of the server makes a new key. Clients that sign with the former key are refused.',
        repair: null,
        advice: 'Put the file back from a backup, if clients use the former key.',
      },
      fix: null,
    },
  ];
}

function leftovers({ data, store }: Settings): readonly DoctorFinding[] {
  const folders = new Set(store.kind === 'sqlite' ? [data, dirname(store.file)] : [data]);
  return [...folders].flatMap((folder) => {
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => LEFTOVER.test(name));
    return names.map((name) =>
      repairable(
        `${join(folder, name)} is left from a command that did not end.`,
        'No one reads the file.',
        'deletes it',
        () => rmSync(join(folder, name)),
      ),
    );
  });
}

function repairable(what: string, means: string, repair: string, fix: () => void): DoctorFinding {
  return { said: { level: 'fault', what, means, repair, advice: null }, fix };
}

/** The reasons for which the server would refuse to start. */
function refusals(check: () => unknown, only = /./): readonly DoctorFinding[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof SettingsFault)) throw error;
    return error.faults
      .filter((fault) => only.test(fault))
      .map((fault) => ({
        said: {
          level: 'fault',
          what: `${fault}.`,
          means: 'The server does not start.',
          repair: null,
          advice: 'Do what the sentence says.',
        },
        fix: null,
      }));
  }
}
