/**
 * The main thread's connection, which the three stores of a file share for reads and for changes of flows.
 *
 * Invariants:
 * - Writers of both threads take turns, so that the main thread never waits for the lock of our own commit.
 * - The last store to close also closes the file and the commit thread.
 */
import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../base/assert.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { OpenDatabase } from './database.ts';

export class SharedConnection {
  readonly #open: OpenDatabase;
  readonly #scheduler: Pick<Scheduler, 'soon'>;
  #lastWrite: Promise<unknown> = Promise.resolve();
  readonly #ends: (() => Promise<void>)[] = [];
  #users = 0;
  /** True if the files were checked in this turn of the event loop. */
  #areFilesChecked = false;

  constructor(open: OpenDatabase, scheduler: Pick<Scheduler, 'soon'>) {
    this.#open = open;
    this.#scheduler = scheduler;
  }

  /** Registers a function that the last user's close calls before it closes the file. */
  endsWith(close: () => Promise<void>): void {
    this.#ends.push(close);
  }

  get database(): DatabaseSync {
    return this.#open.database;
  }

  get files(): OpenDatabase['files'] {
    return this.#open.files;
  }

  /** Adds a user of the connection. `what` is its name in the message about a call after its close. */
  use(what: string): ConnectionUse {
    this.#users++;
    let closed = false;
    const check = () => {
      assert(!closed, `the ${what} is used after it was closed`);
    };
    return {
      read: async (act) => {
        check();
        this.#requireFilesOnce();
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

  /** Checks once in a turn: hundreds of reads come in one turn when many executions start or end. */
  #requireFilesOnce(): void {
    if (this.#areFilesChecked) return;
    this.#open.requireFiles();
    this.#areFilesChecked = true;
    this.#scheduler.soon(() => {
      this.#areFilesChecked = false;
    });
  }

  #turn<T>(act: () => T | Promise<T>): Promise<T> {
    const turn = this.#lastWrite.then(act);
    this.#lastWrite = turn.catch(() => {});
    return turn;
  }
}

export interface ConnectionUse {
  /** Calls `act` at once. @throws {StoreFault} when the file was removed or replaced. */
  read<T>(act: () => T): Promise<T>;
  /** Calls `act` after all earlier writes. @throws {StoreFault} when the file was removed or replaced. */
  write<T>(act: () => T | Promise<T>): Promise<T>;
  /** Ends the use after the writes under way. */
  close(): Promise<void>;
}
