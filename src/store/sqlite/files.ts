/**
 * Files of the SQLite store and the errors that come from them. A file is made before SQLite opens it, so that it is
 * readable by its user only from its first moment; SQLite gives its `-wal` and `-shm` files the same rights.
 */
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { StoreFault } from '../fault.ts';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
export const SQLITE_BUSY = 5;
export const SQLITE_CORRUPT = 11;
export const SQLITE_NOTADB = 26;

/** True for an error of `node:sqlite` with this primary result code. */
export function isSqliteError(error: unknown, primaryCode: number): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  return typeof error.errcode === 'number' && (error.errcode & 0xff) === primaryCode;
}

/** Makes a folder and those above it, for its user only. One that exists stays as it is. @throws {StoreFault} */
export function createPrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StoreFault(`The data folder ${folder} cannot be made: ${reasonOf(error)}.`, { cause: error });
  }
}

/**
 * Makes an empty file for its user only; one that exists is not even opened, because closing it again would free the
 * locks that this process holds on it (POSIX locks belong to process and file). @throws {StoreFault}
 */
export function createPrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw new StoreFault(`The file ${file} cannot be made: ${reasonOf(error)}.`, { cause: error });
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A file as it was when it was opened; `identity` is null when it was not there. */
export interface FileIdentity {
  readonly path: string;
  readonly identity: string | null;
}

export function identityOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/**
 * A change must not be answered that would be lost: SQLite goes on writing to a file that was deleted under it.
 * @throws {StoreFault} when one of the files is not the one that was opened.
 */
export function requireFiles(files: readonly FileIdentity[]): void {
  for (const { path, identity } of files) {
    if (identityOf(path) === identity) continue;
    throw new StoreFault(`The store's file ${path} was removed or replaced while the server runs. Start it again.`);
  }
}
