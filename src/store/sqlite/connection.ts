/**
 * The main thread's connection, which the stores of a file share: reads, and the changes of flows.
 *
 * Invariants: writers take turns, whichever thread they write from, so that the main thread never stands still for a
 * lock that a commit of ours holds; the file, and the thread of the commits, are closed when the last store is.
 */
import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../base/assert.ts';
import type { OpenDatabase } from './database.ts';

export class SharedConnection {
  readonly #open: OpenDatabase;
  #lastWrite: Promise<unknown> = Promise.resolve();
  readonly #ends: (() => Promise<void>)[] = [];
  #users = 0;
  /** True when the files were looked at in this turn of the event loop. */
  #looked = false;

  constructor(open: OpenDatabase) {
    this.#open = open;
  }

  /** Something that ends with the last user, before the file is closed. */
  endsWith(close: () => Promise<void>): void {
    this.#ends.push(close);
  }

  get database(): DatabaseSync {
    return this.#open.database;
  }

  get files(): OpenDatabase['files'] {
    return this.#open.files;
  }

  /** A user of the connection; `what` is its name in the message about a call that follows its end. */
  use(what: string): ConnectionUse {
    this.#users++;
    let closed = false;
    const check = () => {
      assert(!closed, `the ${what} is used after it was closed`);
    };
    return {
      read: async (act) => {
        check();
        this.#look();
        return act();
      },
      write: async (act) => {
        check();
        return this.#turn(() => {
          this.#open.requireFiles();
          return act();
        });
      },
      close: async () => {
        assert(!closed, `the ${what} is closed twice`);
        closed = true;
        await this.#turn(async () => {
          if (--this.#users > 0) return;
          for (const end of this.#ends) await end();
          this.#open.close();
        });
      },
    };
  }

  /** Reads come by the hundred in one turn, when many executions start or end; the files are looked at once. */
  #look(): void {
    if (this.#looked) return;
    this.#open.requireFiles();
    this.#looked = true;
    setImmediate(() => {
      this.#looked = false;
    });
  }

  #turn<T>(act: () => T | Promise<T>): Promise<T> {
    const turn = this.#lastWrite.then(act);
    this.#lastWrite = turn.catch(() => {});
    return turn;
  }
}

export interface ConnectionUse {
  /** @throws {StoreFault} when the file is not the one that was opened. */
  read<T>(act: () => T): Promise<T>;
  /** Calls `act` when all earlier writes are done. */
  write<T>(act: () => T | Promise<T>): Promise<T>;
  /** After the writes under way. */
  close(): Promise<void>;
}
