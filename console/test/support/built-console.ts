/**
 * The built console, for tests that start servers. Several test files start at once, each in its own process. An exclusive lock of a
 * database file lets one build while the others wait; the system frees the lock of a process that dies.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WEB_FOLDER, buildIfNeeded } from '../../build.ts';

/** A build takes a second, and a busy machine longer. */
const PATIENCE_MS = 60_000;

let building: Promise<void> | null = null;

/** Builds the console unless its built files are current. @throws if it cannot be built here */
export function ensureBuilt(): Promise<void> {
  building ??= build();
  return building;
}

async function build(): Promise<void> {
  const dist = join(WEB_FOLDER, '..');
  mkdirSync(dist, { recursive: true });
  const lock = new DatabaseSync(join(dist, 'console-build.lock'), { timeout: PATIENCE_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    if (!(await buildIfNeeded()))
      throw new Error('The console is not built, and esbuild is not installed: run npm ci.');
  } finally {
    lock.close();
  }
}
