/**
 * Opens the file of the SQLite store, or explains why it cannot.
 *
 * Invariants:
 * - One server at a time has a file (`owner-lock.ts`).
 * - A commit is on disk before its call returns (WAL with `synchronous=FULL`, the default).
 * - A migration is applied whole or not at all.
 * - A file of another program, a damaged file and a file of a newer Millrace are not changed.
 */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { reasonOf } from '../../base/text.ts';
import { StoreFault } from '../fault.ts';
import {
  createPrivateFile,
  createPrivateFolder,
  identityOf,
  isSqliteError,
  requireFiles,
  SQLITE_BUSY,
  SQLITE_CORRUPT,
  SQLITE_NOTADB,
} from './files.ts';
import type { FileIdentity } from './files.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Migration } from './migrations.ts';
import { takeOwnerLock } from './owner-lock.ts';
import { inTransaction } from './transaction.ts';

export interface SqliteStoreOptions {
  /** Absolute path of the store file. Its folder is created if it does not exist. */
  readonly file: string;
  /** With `NORMAL`, a power failure can lose the last commits; a crash of the process cannot. */
  readonly synchronous: 'FULL' | 'NORMAL';
}

export interface OpenDatabase {
  readonly database: DatabaseSync;
  /** The opened file and its log, for the other thread that opens them. */
  readonly files: readonly FileIdentity[];
  /**
   * Checks that the file and its log are those that were opened.
   * @throws {StoreFault} when one of them was removed or replaced.
   */
  requireFiles(): void;
  /** Closes the database and releases the lock, so that another server can open it. */
  close(): void;
}

/** `MILR`, in the header of every file that Millrace creates. */
export const APPLICATION_ID = 0x4d494c52;
/** Files up to this size are checked for damage at the start. Checking a larger file would take too long. */
const CHECKED_BYTES = 64 * 1024 * 1024;
/** How long the main thread may wait for another program that writes to the file, which is unusual. */
const BUSY_TIMEOUT_MS = 2000;

/**
 * Opens the file, creates it if it does not exist, and applies the migrations that it lacks.
 * @throws {StoreFault} when the file cannot be opened, is not ours, is damaged, is in use or is of a newer Millrace.
 */
export function openDatabase(options: SqliteStoreOptions, migrations: readonly Migration[] = MIGRATIONS): OpenDatabase {
  createPrivateFolder(dirname(options.file));
  // A symbolic link and its target need the same lock.
  const file = realFile(options.file);
  const lock = takeOwnerLock(file);
  try {
    createPrivateFile(file);
    const database = openChecked(file, options.synchronous, migrations);
    // SQLite creates the log with the first connection and deletes it with the last.
    const files = [file, `${file}-wal`].map((path) => ({ path, identity: identityOf(path) }));
    return {
      database,
      files,
      requireFiles: () => requireFiles(files),
      close() {
        database.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error instanceof StoreFault ? error : new StoreFault(explain(file, error), { cause: error });
  }
}

/** The file behind a symbolic link. */
export function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return join(realpathSync(dirname(file)), basename(file));
  }
}

function openChecked(file: string, synchronous: 'FULL' | 'NORMAL', migrations: readonly Migration[]): DatabaseSync {
  if (!statSync(file).isFile())
    throw new StoreFault(
      `The store ${file} is a folder or a device, so Millrace cannot use it. Name a file (MILLRACE_STORE).`,
    );
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    refuseForeign(database, file, migrations);
    if (statSync(file).size <= CHECKED_BYTES) refuseDamaged(database, file);
    // Has an effect on a new file only, before the first page is written: purges can then shorten the file (`free-space.ts`).
    database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};`);
    migrate(database, migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** @throws {StoreFault} for a file of another program, and for one of a newer Millrace */
export function refuseForeign(database: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  const known = migrations.at(-1)?.number ?? 0;
  const version = pragma(database, 'user_version');
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
  if (pragma(database, 'application_id') !== APPLICATION_ID) {
    if (tables === 0 && version === 0) return;
    throw new StoreFault(
      `${file} is an SQLite database of another program, so Millrace does not use it. Name another file (MILLRACE_STORE) or data folder (MILLRACE_DATA).`,
    );
  }
  if (version > known) {
    throw new StoreFault(
      `The store ${file} was written by a newer Millrace (schema ${version}; this version supports up to ${known}), so this version cannot read it. Start that version or a later one, or name another file (MILLRACE_STORE).`,
    );
  }
}

function refuseDamaged(database: DatabaseSync, file: string): void {
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw new StoreFault(damaged(file, String(found)));
}

/** Applies the migrations that the file lacks, each in one transaction with its number. */
export function migrate(database: DatabaseSync, migrations: readonly Migration[]): void {
  const done = schemaOf(database);
  for (const migration of migrations) {
    if (migration.number <= done) continue;
    inTransaction(database, () => {
      database.exec(migration.sql);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migration.number};`);
    });
  }
}

/** The number of the last migration of a file. */
export function schemaOf(database: DatabaseSync): number {
  return pragma(database, 'user_version');
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** A sentence about an error of SQLite. */
export function explain(file: string, error: unknown): string {
  if (isSqliteError(error, SQLITE_NOTADB)) {
    return `${file} is not an SQLite database, or its beginning is damaged, so Millrace cannot read it. Restore a backup, or name another file (MILLRACE_STORE).`;
  }
  if (isSqliteError(error, SQLITE_CORRUPT)) return damaged(file, reasonOf(error));
  if (isSqliteError(error, SQLITE_BUSY)) {
    return `Another program has locked the store ${file}, so Millrace cannot open it. Close that program and start Millrace again.`;
  }
  return `Millrace cannot open the store ${file}: ${reasonOf(error)}. Check that its user can read and write the file and its folder, or name another file (MILLRACE_STORE).`;
}

function damaged(file: string, reason: string): string {
  return `The store ${file} is damaged (${reason}), so Millrace does not use it. Restore a backup, or run "sqlite3 ${basename(file)} .recover" to save as much of it as possible.`;
}
