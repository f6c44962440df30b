/**
 * What changes of messages do to their table. It runs in the thread of `commit-worker.ts`.
 *
 * Invariant: one list of changes, one transaction.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { MESSAGE_COLUMNS, messageValues, pushValues } from './message-rows.ts';
import type { MessageChange } from './message-rows.ts';
import { inTransaction } from './transaction.ts';

export class MessageWriter {
  readonly #database: DatabaseSync;
  readonly #add: StatementSync;
  readonly #known: StatementSync;
  readonly #push: StatementSync;
  readonly #removeOldest: StatementSync;
  readonly #number: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#add = database.prepare(
      `INSERT INTO messages (${MESSAGE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#known = database.prepare(`
      SELECT 1 FROM messages WHERE message_id = ?1 OR task_execution = ?2 AND task_event = ?3 LIMIT 1`);
    this.#push = database.prepare(
      'UPDATE messages SET push = ?, attempts = ?, next_ms = ?, error = ? WHERE number = ?',
    );
    this.#removeOldest = database.prepare(`
      DELETE FROM messages WHERE number = (SELECT min(number) FROM messages WHERE next_ms IS NULL)`);
    this.#number = database.prepare('SELECT count(*) AS n FROM messages');
  }

  /** A message that is there already, by its id or its task, is not added again; nor one for which no room can be made. */
  apply(changes: readonly MessageChange[]): void {
    inTransaction(this.#database, () => {
      let count = this.#count(changes);
      for (const change of changes) {
        if (change.kind === 'push') this.#push.run(...pushValues(change.push), change.number);
        else count = this.#keep(change, count);
      }
    });
  }

  /** How many there are; counted once for all changes of a transaction. */
  #count(changes: readonly MessageChange[]): number {
    return changes.some((change) => change.kind === 'add') ? Number(this.#number.get()?.['n']) : 0;
  }

  /** Gives the number of messages afterwards. */
  #keep({ message, push, keep }: Extract<MessageChange, { kind: 'add' }>, before: number): number {
    const { messageId, task } = message;
    if (this.#known.get(messageId, task?.execution ?? null, task?.event ?? null) !== undefined) return before;
    let count = before;
    while (count >= keep && Number(this.#removeOldest.run().changes) > 0) count--;
    if (count >= keep) return count;
    this.#add.run(...messageValues(message, push));
    return count + 1;
  }
}
