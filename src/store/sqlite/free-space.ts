/**
 * Gives the space of deleted data back to the system. Deleted rows leave free pages in the file, which later rows use; a store
 * from which much was deleted would stay large. Files that this version creates can be shortened page by page. A file of an
 * earlier version cannot, until `millrace doctor --fix` has written it anew.
 */
import type { DatabaseSync } from 'node:sqlite';

/** Pages of 4 KiB that one transaction gives back. It moves as many pages from the end of the file to free places. */
const PAGES = 256;
/** Free pages that remain for new rows: this number, or this share of the file. */
const LEFT_PAGES = 1024;
const LEFT_SHARE = 0.1;
/** `PRAGMA auto_vacuum` of a file that can be shortened. */
export const INCREMENTAL = 2;

export interface SpaceUse {
  readonly pages: number;
  readonly freePages: number;
  readonly pageBytes: number;
  /** True if the file can be shortened while a server runs. */
  readonly isIncremental: boolean;
}

export function spaceUse(database: DatabaseSync): SpaceUse {
  const pragma = (name: string) => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  return {
    pages: pragma('page_count'),
    freePages: pragma('freelist_count'),
    pageBytes: pragma('page_size'),
    isIncremental: pragma('auto_vacuum') === INCREMENTAL,
  };
}

/** Gives back some pages, within the caller's transaction. True if there are more to give back. */
export function giveBackPages(database: DatabaseSync): boolean {
  if (!hasMuch(spaceUse(database))) return false;
  database.exec(`PRAGMA incremental_vacuum(${PAGES})`);
  return hasMuch(spaceUse(database));
}

function hasMuch({ pages, freePages, isIncremental }: SpaceUse): boolean {
  return isIncremental && freePages > Math.max(LEFT_PAGES, pages * LEFT_SHARE);
}

/**
 * Copies the log into the file and empties the log, without waiting: if a reader is in the way, the next call does it. The file
 * itself becomes shorter only then.
 * @param timeoutMs the connection's usual patience with locks
 */
export function emptyLog(database: DatabaseSync, timeoutMs: number): void {
  database.exec('PRAGMA busy_timeout = 0');
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.exec(`PRAGMA busy_timeout = ${timeoutMs}`);
  }
}
