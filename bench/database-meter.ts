/**
 * Reads what the database itself uses: bytes of write-ahead log, bytes on disk and, on Linux, processor time. The cost of a durable step,
 * and so the size of a primary, follows from it.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { configOf } from '../src/store/postgres/connect.ts';
import type { PostgresOptions } from '../src/store/postgres/options.ts';

export interface DatabaseUse {
  readonly walBytes: number;
  readonly diskBytes: number;
  /** Of all processes of the database; null where the system does not show it. */
  readonly processorMs: number | null;
}

/** The unit of times in /proc, which is the same on all machines. */
const TICK_MS = 10;

export class DatabaseMeter {
  readonly #client: Client;
  readonly #postmaster: number;

  private constructor(client: Client, postmaster: number) {
    this.#client = client;
    this.#postmaster = postmaster;
  }

  /** @param options of the database that the tests bring: its socket is in the folder of its data */
  static async open(options: PostgresOptions): Promise<DatabaseMeter> {
    const client = new Client(configOf(options));
    await client.connect();
    return new DatabaseMeter(
      client,
      Number.parseInt(readFileSync(join(options.host, 'data/postmaster.pid'), 'utf8'), 10),
    );
  }

  /** Since the database was made. */
  async read(): Promise<DatabaseUse> {
    const { rows } = await this.#client.query<{ wal: string; disk: string }>(
      "SELECT pg_current_wal_lsn() - '0/0' AS wal, pg_database_size(current_database()) AS disk",
    );
    return {
      walBytes: Number(rows[0]?.wal),
      diskBytes: Number(rows[0]?.disk),
      processorMs: processorMs(this.#postmaster),
    };
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

export function used(before: DatabaseUse, after: DatabaseUse): DatabaseUse {
  return {
    walBytes: after.walBytes - before.walBytes,
    diskBytes: after.diskBytes - before.diskBytes,
    processorMs:
      before.processorMs === null || after.processorMs === null ? null : after.processorMs - before.processorMs,
  };
}

/** Of the process, of its children, and of those of its children that have ended. */
function processorMs(postmaster: number): number | null {
  if (process.platform !== 'linux') return null;
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    let stat: string;
    try {
      stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    } catch {
      // The process has ended.
      continue;
    }
    // The name of the program, in brackets, may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number) as [number, number, number, number];
    if (Number(name) === postmaster) ticks += user + system + endedUser + endedSystem;
    else if (Number(fields[1]) === postmaster) ticks += user + system;
  }
  return ticks * TICK_MS;
}
