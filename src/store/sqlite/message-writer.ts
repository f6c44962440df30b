/**
 * Applies changes of messages to their table. It runs in the commit thread.
 *
 * Invariant: the changes of one call are one transaction.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { MESSAGE_COLUMNS, messageValues, pushValues, SAME_MESSAGE, sameMessageValues } from './message-rows.ts';
import type { MessageChange } from './message-rows.ts';
import { inTransaction } from './transaction.ts';

export class MessageWriter {
  readonly #database: DatabaseSync;
  readonly #add: StatementSync;
  readonly #same: StatementSync;
  readonly #push: StatementSync;
  readonly #removeOldest: StatementSync;
  readonly #number: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#add = database.prepare(
      `INSERT INTO messages (${MESSAGE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#same = database.prepare(SAME_MESSAGE);
    this.#push = database.prepare(
      'UPDATE messages SET push = ?, attempts = ?, next_ms = ?, error = ? WHERE number = ?',
    );
    this.#removeOldest = database.prepare(`
      DELETE FROM messages WHERE number = (SELECT min(number) FROM messages WHERE next_ms IS NULL)`);
    this.#number = database.prepare('SELECT count(*) AS n FROM messages');
  }

  /**
   * Adds no message that the table has (by its id or its task), and none for which it can make no room. Returns for each change
   * whether it changed a row.
   */
  apply(changes: readonly MessageChange[]): readonly boolean[] {
    return inTransaction(this.#database, () => {
      let count = this.#count(changes);
      return changes.map((change) => {
        if (change.kind === 'push')
          return Number(this.#push.run(...pushValues(change.push), change.number).changes) === 1;
        const { isAdded, count: after } = this.#addOne(change, count);
        count = after;
        return isAdded;
      });
    });
  }

  /** Number of messages, counted once for all changes of a transaction; 0 if no change adds one. */
  #count(changes: readonly MessageChange[]): number {
    return changes.some((change) => change.kind === 'add') ? Number(this.#number.get()?.['n']) : 0;
  }

  /** `count` is the number of messages afterwards. */
  #addOne({ message, push, retained }: Extract<MessageChange, { kind: 'add' }>, before: number) {
    if (this.#same.get(...sameMessageValues(message)) !== undefined) return { isAdded: false, count: before };
    let count = before;
    while (count >= retained && Number(this.#removeOldest.run().changes) > 0) count--;
    if (count >= retained) return { isAdded: false, count };
    this.#add.run(...messageValues(message, push));
    return { isAdded: true, count: count + 1 };
  }
}
