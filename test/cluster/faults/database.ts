/**
 * A PostgreSQL whose faults a program makes: it is killed and started again, gets a standby that is promoted, or has no space left. It
 * ends with this process, in any way that this process ends.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { PostgresOptions } from '../../../src/store/postgres/options.ts';
import { atEnd } from '../../../src/testing/clean-up.ts';
import type { CleanUp } from '../../../src/testing/clean-up.ts';
import { makeDatabase, optionsOf, ready } from '../../support/postgres.ts';
import type { PostgresProgram } from '../../support/postgres.ts';

/** Ends the database when the pipe to this process breaks, and ends when the database does. */
const WATCH = `
  "$1" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=300 -c log_min_messages=fatal &
  database=$!
  # A shell gives its background processes no input of their own.
  exec 3<&0
  ( read -r line <&3; kill -INT "$database" ) 2> /dev/null &
  watch=$!
  wait "$database"
  kill "$watch" 2> /dev/null`;

const PORT = 5432;

export interface DatabaseOptions {
  /** Where the data folder is to be, an empty folder; a temporary one when absent. */
  readonly folder?: string;
  /** Where the log is to be, a folder that does not exist; in the data folder when absent. */
  readonly walFolder?: string;
}

export class FaultyDatabase {
  readonly #t: CleanUp;
  readonly #program: PostgresProgram;
  #watcher: ChildProcess | null = null;

  /** Makes a database and starts it. */
  static async start(t: CleanUp, { folder = newFolder(t), walFolder }: DatabaseOptions = {}): Promise<FaultyDatabase> {
    const database = new FaultyDatabase(
      t,
      makeDatabase(folder, walFolder === undefined ? [] : ['--waldir', walFolder]),
    );
    appendFileSync(join(folder, 'data/pg_hba.conf'), 'local replication all trust\n');
    await database.start();
    return database;
  }

  private constructor(t: CleanUp, program: PostgresProgram) {
    this.#t = t;
    this.#program = program;
  }

  /** Of its socket. */
  get place(): NetConnectOpts {
    return { path: join(this.#program.folder, `.s.PGSQL.${PORT}`) };
  }

  get dataFolder(): string {
    return join(this.#program.folder, 'data');
  }

  /** Options of a schema of this database, past any proxy. */
  options(name: string): PostgresOptions {
    return optionsOf(this.#program.folder, name);
  }

  /** True if the process runs. */
  get isRunning(): boolean {
    return this.#watcher !== null && this.#watcher.exitCode === null;
  }

  /** Starts the process, which is not running, and waits until it accepts connections. A start may meet the last children of a killed one. */
  async start(): Promise<void> {
    const { postgres, folder, env, user } = this.#program;
    for (let attempt = 1; ; attempt++) {
      rmSync(join(this.dataFolder, 'postmaster.pid'), { force: true });
      const watcher = spawn('sh', ['-c', WATCH, 'watch', postgres, folder], {
        ...{ cwd: folder, env, detached: true, ...user },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      this.#watcher = watcher;
      atEnd(this.#t, () => this.stop(watcher));
      try {
        await ready(watcher, folder);
        return;
      } catch (error) {
        if (attempt === 50) throw error;
      }
    }
  }

  /** Ends a process as an administrator would. */
  async stop(watcher = this.#watcher): Promise<void> {
    if (watcher === null || watcher.exitCode !== null) return;
    const ended = once(watcher, 'exit');
    watcher.stdin?.end();
    await ended;
  }

  /** SIGKILL for the first process. The others notice, and end. */
  async kill(): Promise<void> {
    const watcher = this.#watcher;
    if (watcher === null || watcher.exitCode !== null) throw new Error('the database does not run');
    const ended = once(watcher, 'exit');
    process.kill(Number(readFileSync(join(this.dataFolder, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    await ended;
  }

  /** Runs statements past any proxy. */
  async sql(text: string): Promise<readonly Record<string, unknown>[]> {
    const client = new Client({ ...this.#connection() });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const result = await client.query<Record<string, unknown>>(text);
      return result.rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** A synchronous standby: from when this resolves, a commit is at both. Stops this database for a moment to copy its files. */
  async addStandby(): Promise<FaultyDatabase> {
    await this.stop();
    const folder = newFolder(this.#t);
    const copied = spawnSync('cp', ['-a', this.dataFolder, join(this.#program.folder, 'lib'), folder]);
    if (copied.status !== 0) throw new Error(`the data folder cannot be copied: ${String(copied.stderr)}`);
    const { uid, gid } = this.#program.user;
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    const standby = new FaultyDatabase(this.#t, { ...this.#program, folder });
    writeFileSync(join(standby.dataFolder, 'standby.signal'), '');
    const source = `host=${this.#program.folder} port=${PORT} user=${this.#connection().user} application_name=standby`;
    appendFileSync(join(standby.dataFolder, 'postgresql.conf'), `primary_conninfo = '${source}'\n`);
    appendFileSync(join(this.dataFolder, 'postgresql.conf'), "synchronous_standby_names = 'standby'\n");
    await this.start();
    await standby.start();
    return standby;
  }

  /** Makes a standby the primary. */
  async promote(): Promise<void> {
    await this.sql('SELECT pg_promote(true, 60)');
  }

  #connection() {
    const { host, port, user, database } = this.options('');
    return { host, port, user, database };
  }
}

function newFolder(t: CleanUp): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-pg-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder on a disk of its own with room for some megabytes; null if this user may not make one. */
export function smallDisk(t: CleanUp, megabytes: number): string | null {
  const above = newFolder(t);
  chmodSync(above, 0o755);
  const folder = join(above, 'disk');
  mkdirSync(folder);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  if (mounted.status !== 0) return null;
  atEnd(t, () => void spawnSync('umount', ['-l', folder]));
  // The user of the database makes its folders here.
  chmodSync(folder, 0o777);
  return folder;
}
