/**
 * Files of the SQLite store, and errors of SQLite. We create a file before SQLite opens it, so that no other user can read
 * it at any time; SQLite gives its `-wal` and `-shm` files the same permissions.
 */
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { reasonOf } from '../../base/text.ts';
import { StoreFault } from '../fault.ts';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). The first one: the schema does not allow a statement. */
export const SQLITE_ERROR = 1;
export const SQLITE_BUSY = 5;
export const SQLITE_CORRUPT = 11;
export const SQLITE_NOTADB = 26;

/** True for an error of `node:sqlite` with this primary result code. */
export function isSqliteError(error: unknown, primaryCode: number): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  return typeof error.errcode === 'number' && (error.errcode & 0xff) === primaryCode;
}

/**
 * Creates a folder and its parents for this user only. Does not change a folder that exists.
 * @throws {StoreFault} when it cannot be created.
 */
export function createPrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StoreFault(
      `Millrace cannot create the data folder ${folder}: ${reasonOf(error)}. Name a folder that its user can write to (MILLRACE_DATA).`,
      { cause: error },
    );
  }
}

/**
 * Creates an empty file for this user only. Does not open a file that exists: closing it again would release all locks that
 * this process holds on it (POSIX locks belong to a process and a file).
 * @throws {StoreFault} when it cannot be created.
 */
export function createPrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw new StoreFault(
      `Millrace cannot create the file ${file}: ${reasonOf(error)}. Name a data folder that its user can write to (MILLRACE_DATA).`,
      { cause: error },
    );
  }
}

/** A file and its identity when it was opened; `identity` is null if it did not exist. */
export interface FileIdentity {
  readonly path: string;
  readonly identity: string | null;
}

export function identityOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/**
 * Checks that the files are those that were opened. SQLite continues to write to a deleted file, so without this check we
 * would answer for changes that are lost.
 * @throws {StoreFault} when one of the files was removed or replaced.
 */
export function requireFiles(files: readonly FileIdentity[]): void {
  for (const { path, identity } of files) {
    if (identityOf(path) === identity) continue;
    throw new StoreFault(
      `The store's file ${path} was removed or replaced while the server was running, so changes to it would be lost. Restart the server.`,
    );
  }
}
