/** The files of the store: who may read them, what a crash has left, and how much of the space is used. */
import { chmodSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { RepairableFinding } from '../../store-file.ts';
import { INCREMENTAL, spaceUse } from '../free-space.ts';
import { fault, repairable, sizeOf } from './finding.ts';

/** Read and write, for the user that the file belongs to. */
const OWN = 0o600;

/** Files that other users may read or write, or that their own user may not. Windows has other permissions; there nothing is checked. */
export function checkPermissions(file: string, user = process.getuid?.()): readonly RepairableFinding[] {
  if (user === undefined) return [];
  return [file, `${file}-wal`, `${file}-shm`, `${file}.lock`].flatMap((path) => {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? OWN;
    const shown = `${path} (mode ${(mode & 0o777).toString(8)})`;
    if ((mode & OWN) !== OWN) {
      // This user may not be able to change the store at all, so a repair would end before it began.
      return fault({
        what: `Its own user may not read and write ${shown}.`,
        means: 'The server does not start, unless it runs as root.',
        advice: `Set the mode with "chmod 600 ${path}".`,
      });
    }
    if ((mode & 0o077) === 0) return [];
    return repairable({
      what: `Other users may read or write ${shown}.`,
      means: 'The store has the key of the task tokens, and the inputs and outputs of all executions.',
      repair: 'sets the mode to 600',
      run: () => chmodSync(path, 0o600),
    });
  });
}

/** @param logBytes size of the write-ahead log before the store was opened */
export function checkLog(database: DatabaseSync, file: string, logBytes: number): readonly RepairableFinding[] {
  if (logBytes === 0) return [];
  return [
    {
      level: 'note',
      what: `The write-ahead log ${file}-wal has ${sizeOf(logBytes)}: the last server did not end in order.`,
      means: 'Nothing is lost. The next start reads the log. Do not delete it, because it has the last commits.',
      repair: 'copies the log into the store and empties it',
      run: () => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'),
      advice: null,
    },
  ];
}

/** Free space from which on it is worth a note: this number of bytes, and this share of the file. */
const NOTED_BYTES = 4 * 1024 * 1024;
const NOTED_SHARE = 0.1;

export function checkSpace(database: DatabaseSync): readonly RepairableFinding[] {
  const { pages, freePages, pageBytes, isIncremental } = spaceUse(database);
  const free = freePages * pageBytes;
  const isMuch = free > NOTED_BYTES && freePages > pages * NOTED_SHARE;
  if (isIncremental && !isMuch) return [];
  const rewrite = () => {
    database.exec(`PRAGMA auto_vacuum = ${INCREMENTAL}`);
    database.exec('VACUUM');
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  };
  return [
    {
      level: 'note',
      what: `The store file has ${sizeOf(pages * pageBytes)}, of which ${sizeOf(free)} are free.`,
      means: isIncremental
        ? 'Later executions use the free space, and the server gives it back to the system while it runs.'
        : 'An earlier version created the file, so a server cannot give free space back to the system.',
      repair: 'writes the file anew without free space, for which the disk needs as much room again',
      run: rewrite,
      advice: null,
    },
  ];
}
