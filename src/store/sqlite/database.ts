/**
 * Opens the file of the SQLite store, or says in one sentence why not and what to do.
 *
 * Invariants: one server a file (`owner-lock.ts`); a commit is on the disk before the call that made it answers
 * (WAL with `synchronous=FULL`, the default); a migration happens wholly or not at all; a file that is not ours, is
 * damaged or was written by a newer Millrace is left as it is.
 */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreFault } from '../fault.ts';
import {
  createPrivateFile,
  createPrivateFolder,
  identityOf,
  isSqliteError,
  reasonOf,
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
  /** Absolute path of the store file; its folder is made when it is not there. */
  readonly file: string;
  /** `NORMAL` can lose the last commits when the power goes, never with the process alone. */
  readonly synchronous: 'FULL' | 'NORMAL';
}

export interface OpenDatabase {
  readonly database: DatabaseSync;
  /** What was opened, for another thread that opens it too. */
  readonly files: readonly FileIdentity[];
  /**
   * A change must not be answered that would be lost: SQLite goes on writing to a file that was deleted under it.
   * @throws {StoreFault} when the file or its log is not the one that was opened.
   */
  requireFiles(): void;
  /** Closes the database and lets another server take it. */
  close(): void;
}

/** Written to the header of every file of ours: `MILR`. */
const APPLICATION_ID = 0x4d494c52;
/** A damaged page is looked for at start in files up to this size; a larger one would delay the start too long. */
const CHECKED_BYTES = 64 * 1024 * 1024;
/** How long the main thread stands still for another program that is writing to the file, which none should. */
const BUSY_TIMEOUT_MS = 2000;

/** @throws {StoreFault} */
export function openDatabase(options: SqliteStoreOptions, migrations: readonly Migration[] = MIGRATIONS): OpenDatabase {
  createPrivateFolder(dirname(options.file));
  // One store must not be locked under two names.
  const file = realFile(options.file);
  const lock = takeOwnerLock(file);
  try {
    createPrivateFile(file);
    const database = openChecked(file, options.synchronous, migrations);
    // SQLite keeps its log beside the file for as long as that is open.
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

function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return join(realpathSync(dirname(file)), basename(file));
  }
}

function openChecked(file: string, synchronous: 'FULL' | 'NORMAL', migrations: readonly Migration[]): DatabaseSync {
  if (!statSync(file).isFile()) throw new StoreFault(`The store ${file} is not a file.`);
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    refuseForeign(database, file, migrations);
    if (statSync(file).size <= CHECKED_BYTES) refuseDamaged(database, file);
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};`);
    migrate(database, migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function refuseForeign(database: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  const known = migrations.at(-1)?.number ?? 0;
  const version = pragma(database, 'user_version');
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
  if (pragma(database, 'application_id') !== APPLICATION_ID) {
    if (tables === 0 && version === 0) return;
    throw new StoreFault(
      `${file} is an SQLite database of another program, and Millrace does not touch it. Name another file (MILLRACE_STORE) or data folder (MILLRACE_DATA).`,
    );
  }
  if (version > known) {
    throw new StoreFault(
      `The store ${file} was written by a newer Millrace (its schema is number ${version}, this version knows ${known}). Start that version or a later one, or name another store.`,
    );
  }
}

function refuseDamaged(database: DatabaseSync, file: string): void {
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw new StoreFault(damaged(file, String(found)));
}

/** Every step that the file has not seen, each in one transaction with its number. */
function migrate(database: DatabaseSync, migrations: readonly Migration[]): void {
  const done = pragma(database, 'user_version');
  for (const migration of migrations) {
    if (migration.number <= done) continue;
    inTransaction(database, () => {
      database.exec(migration.sql);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migration.number};`);
    });
  }
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function explain(file: string, error: unknown): string {
  if (isSqliteError(error, SQLITE_NOTADB)) {
    return `${file} is not an SQLite database, or its beginning is damaged. Put back a copy, or name another file (MILLRACE_STORE).`;
  }
  if (isSqliteError(error, SQLITE_CORRUPT)) return damaged(file, reasonOf(error));
  if (isSqliteError(error, SQLITE_BUSY)) {
    return `The store ${file} is locked by another program. Close that program and start again.`;
  }
  return `The store ${file} cannot be opened: ${reasonOf(error)}.`;
}

function damaged(file: string, reason: string): string {
  return `The store ${file} is damaged (${reason}). Put back a copy, or let "sqlite3 ${basename(file)} .recover" save what can be saved.`;
}
