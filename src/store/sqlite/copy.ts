/**
 * Writes a copy of a store file while a server may commit to it. `VACUUM INTO` reads one state of the file in one transaction, so
 * the copy is consistent. Commits continue: they go into the log, which grows until the copy is written. SQLite's backup interface
 * begins anew after each commit of another process, so under load it would never end.
 */
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { reasonOf } from '../../base/text.ts';
import { StoreFault } from '../fault.ts';
import type { CopiedStore } from '../store-file.ts';
import { APPLICATION_ID, explain } from './database.ts';
import { createPrivateFile, isSqliteError, SQLITE_CORRUPT } from './files.ts';

/** The end of the name of a copy that is not complete. */
export const UNFINISHED = '.unfinished';
/** How long the copy waits for another program that has locked the file. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Copies the store in `file` to `target`, which only its user can read. Leaves nothing behind when it fails.
 * @throws {StoreFault}
 */
export function copyStore(file: string, target: string): CopiedStore {
  if (!existsSync(file)) {
    throw new StoreFault(`There is no store ${file}. Set MILLRACE_DATA to the data folder of the server.`);
  }
  refuseExisting(target);
  const unfinished = `${target}${UNFINISHED}`;
  rmSync(unfinished, { force: true });
  requireFolder(target);
  createPrivateFile(unfinished);
  try {
    const copied = { ...writeCopy(file, unfinished), bytes: statSync(unfinished).size };
    sync(unfinished);
    // Does not replace a file that has appeared meanwhile.
    linkSync(unfinished, target);
    return copied;
  } catch (error) {
    if (error instanceof StoreFault) throw error;
    if (isSqliteError(error, SQLITE_CORRUPT)) throw new StoreFault(explain(file, error), { cause: error });
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') refuseExisting(target);
    throw new StoreFault(
      `Millrace cannot copy the store ${file} to ${target}: ${reasonOf(error)}. Check that the disk has room and that the folder can be written to.`,
      { cause: error },
    );
  } finally {
    rmSync(unfinished, { force: true });
    if (existsSync(target)) sync(dirname(target));
  }
}

function refuseExisting(target: string): void {
  if (existsSync(target)) throw new StoreFault(`${target} exists. Name a new file, so that no earlier copy is lost.`);
}

function requireFolder(target: string): void {
  const folder = dirname(target);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new StoreFault(
    `There is no folder ${folder}, so Millrace cannot write ${basename(target)} into it. Create it first.`,
  );
}

function writeCopy(file: string, unfinished: string): Omit<CopiedStore, 'bytes'> {
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    if (Number(database.prepare('PRAGMA application_id').get()?.['application_id']) !== APPLICATION_ID) {
      throw new StoreFault(`${file} is not a store of Millrace, so there is nothing to copy.`);
    }
    database.prepare('VACUUM INTO ?').run(unfinished);
  } finally {
    database.close();
  }
  const copy = new DatabaseSync(unfinished, { readOnly: true });
  try {
    const table = copy.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
    // An early version did not have all tables.
    const count = (name: string) =>
      table.get(name) === undefined ? 0 : Number(copy.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.['n']);
    return { flows: count('flows'), executions: count('executions') };
  } finally {
    copy.close();
  }
}

/** Waits until a file or the entries of a folder are on disk. */
function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
