/**
 * The pool of connections, which the stores share for reads and small changes. Commits have a connection of their own
 * (`commit-link.ts`).
 */
import type { Pool, PoolClient } from 'pg';
import { assert } from '../../base/assert.ts';
import { CODES, codeOf, hasCode, isConflict } from './faults.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Runs statements; within a transaction, or each in its own. */
export interface Queries {
  /** The rows of a statement with these parameters. Statements with a name are parsed once a connection. */
  rows(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** How often a transaction is made again when others are in its way. */
const ATTEMPTS = 20;

export class Database implements Queries {
  readonly #pool: Pool;
  readonly #ends: (() => Promise<void>)[] = [];
  #users = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async rows(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return again(() => rowsOf(this.#pool, text, values));
  }

  /** Calls `work` in a transaction. Makes it again when another transaction was in its way. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return again(() => this.#once(work));
  }

  async #once<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | null = null;
    const rows = async (text: string, values: readonly unknown[] = []): Promise<readonly Row[]> => {
      try {
        return await rowsOf(client, text, values);
      } catch (error) {
        // The connection is lost, or does not answer: there is nothing to roll back over it.
        if (codeOf(error) === null || hasCode(error, CODES.planChanged)) broken = asError(error);
        throw error;
      }
    };
    try {
      await rows('BEGIN');
      const result = await work({ rows });
      await rows('COMMIT');
      return result;
    } catch (error) {
      broken ??= await rollBack(client);
      throw error;
    } finally {
      client.release(broken ?? false);
    }
  }

  /** Registers a function that the last user's close calls before it closes the pool. */
  endsWith(close: () => Promise<void>): void {
    this.#ends.push(close);
  }

  /** Adds a user. `what` is its name in the message about a call after its close. */
  use(what: string): DatabaseUse {
    this.#users++;
    let closed = false;
    let underWay = 0;
    let idle = (): void => {};
    return {
      run: async (act) => {
        assert(!closed, `the ${what} is used after it was closed`);
        underWay++;
        try {
          return await act(this);
        } finally {
          if (--underWay === 0) idle();
        }
      },
      close: async () => {
        assert(!closed, `the ${what} is closed twice`);
        closed = true;
        if (underWay > 0) {
          await new Promise<void>((resolve) => {
            idle = resolve;
          });
        }
        if (--this.#users > 0) return;
        for (const end of this.#ends) await end();
        await this.#pool.end();
      },
    };
  }
}

export interface DatabaseUse {
  run<T>(act: (database: Database) => Promise<T>): Promise<T>;
  /** Ends the use after the calls under way. */
  close(): Promise<void>;
}

/** Calls `work` until no other transaction is in its way. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isPassing = isConflict(error) || hasCode(error, CODES.planChanged);
      if (!isPassing || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The names of statements with parameters, by their texts. A connection parses and plans each once, which takes longer than most run. */
const names = new Map<string, string>();
/** Lists have a text for each set of filters, and there are some hundred sets. */
const NAMES = 500;

async function rowsOf(on: Pick<Pool, 'query'>, text: string, values: readonly unknown[]): Promise<readonly Row[]> {
  let name = names.get(text);
  if (name === undefined && values.length > 0 && names.size < NAMES) {
    name = `m${names.size}`;
    names.set(text, name);
  }
  const query = { text, values: [...values], ...(name !== undefined && { name }) };
  const { rows } = await on.query<Record<string, unknown>>(query);
  return rows;
}

/** Null if the connection is good; else it must not be used again. */
async function rollBack(client: PoolClient): Promise<Error | null> {
  try {
    await client.query('ROLLBACK');
    return null;
  } catch (error) {
    return asError(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Null when `work` fails with one of these codes of the database. */
export async function unless<T>(codes: readonly string[], work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, ...codes)) return null;
    throw error;
  }
}
