/**
 * One server a store file. The lock is an exclusive transaction on a small database beside the file: the operating
 * system frees it with the process, however that ends, so no stale lock is ever left to clear by hand. It is a file of
 * its own, and not the store's, so that other programs can still read or copy the store while a server runs.
 */
import { DatabaseSync } from 'node:sqlite';
import { StoreFault } from '../fault.ts';
import { createPrivateFile, isSqliteError, reasonOf, SQLITE_BUSY } from './files.ts';

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
        ? `The store ${file} is in use by another Millrace server. Stop that one first, or give this one a data folder of its own (MILLRACE_DATA).`
        : `The lock file ${lockFile} cannot be used: ${reasonOf(error)}. It holds no data: delete it and start again.`,
      { cause: error },
    );
  }
  const held = lock;
  return { release: () => held.close() };
}
