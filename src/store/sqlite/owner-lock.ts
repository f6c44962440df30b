/**
 * The lock that lets one server at a time use a store file. It is an exclusive transaction on a small database beside the
 * file. The operating system releases it when the process ends in any way, so no one has to delete a stale lock. Locking
 * the store file itself would prevent other programs from reading or copying it while a server runs.
 */
import { DatabaseSync } from 'node:sqlite';
import { reasonOf } from '../../base/text.ts';
import { StoreFault } from '../fault.ts';
import { createPrivateFile, isSqliteError, SQLITE_BUSY } from './files.ts';

export interface OwnerLock {
  release(): void;
}

/**
 * Takes the lock of the store in `file`.
 * @throws {StoreFault} when another server holds it, or the lock file cannot be used.
 */
export function takeOwnerLock(file: string): OwnerLock {
  const lockFile = `${file}.lock`;
  createPrivateFile(lockFile);
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(lockFile, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    throw new StoreFault(
      isSqliteError(error, SQLITE_BUSY)
        ? `Another Millrace server is using the store ${file}, and only one can. Stop that server, or name another data folder for this one (MILLRACE_DATA).`
        : `Millrace cannot use the lock file ${lockFile}: ${reasonOf(error)}. The file contains no data. Delete it and start Millrace again; its user has to be able to write to the folder.`,
      { cause: error },
    );
  }
  const held = lock;
  return { release: () => held.close() };
}
