/**
 * Messages in an SQLite file. The commit thread makes the changes, so that an fsync does not block the main thread. Changes
 * that arrive during a write go together into the next one. The first call prepares the statements, because most servers
 * never store a message.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { MessagePage, MessageQuery, MessageStore } from '../messages.ts';
import type { CommitThread } from './commit-thread.ts';
import type { ConnectionUse, SharedConnection } from './connection.ts';
import type { Row } from './flow-rows.ts';
import { MESSAGE_COLUMNS, messageOf, SAME_MESSAGE, sameMessageValues } from './message-rows.ts';
import type { MessageChange } from './message-rows.ts';

export function createSqliteMessages(shared: SharedConnection, thread: CommitThread): MessageStore {
  const connection = shared.use('message store');
  const changes = new ChangeQueue(connection, thread);
  let statements: Statements | null = null;
  const prepared = (): Statements => (statements ??= prepare(shared.database));

  return {
    add: (message, push, retained) =>
      changes.write({ kind: 'add', message, push, retained }, () => {
        const row = prepared().same.get(...sameMessageValues(message));
        return row === undefined ? null : String(row['message_id']);
      }),
    setPush: (number, push) => changes.write({ kind: 'push', number, push }, (isChanged) => isChanged),
    due: (limit, without = []) =>
      connection.read(() => prepared().due.all(JSON.stringify(without), limit).map(messageOf)),
    list: (query) => connection.read(() => page(prepared(), query)),
    close: () => connection.close(),
  };
}

type Statements = ReturnType<typeof prepare>;

function prepare(database: DatabaseSync) {
  const select = `SELECT number, ${MESSAGE_COLUMNS} FROM messages`;
  return {
    same: database.prepare(SAME_MESSAGE),
    due: database.prepare(`
      ${select} WHERE next_ms IS NOT NULL AND name NOT IN (SELECT value FROM json_each(?1))
      ORDER BY next_ms, number LIMIT ?2`),
    all: database.prepare(`
      ${select} WHERE number < ?1 AND (?2 IS NULL OR target = ?2) ORDER BY number DESC LIMIT ?3`),
    named: database.prepare(`
      ${select} WHERE name = ?4 AND number < ?1 AND (?2 IS NULL OR target = ?2) ORDER BY number DESC LIMIT ?3`),
  };
}

function page({ all, named }: Statements, { target, name, before, limit, textUnits }: MessageQuery): MessagePage {
  const common = [before ?? Number.MAX_SAFE_INTEGER, target, limit + 1] as const;
  const rows: Iterable<Row> = name === null ? all.iterate(...common) : named.iterate(...common, name);
  const messages = [];
  let units = 0;
  for (const row of rows) {
    if (messages.length === limit || units > textUnits) return { messages, next: messages.at(-1)?.number ?? null };
    const message = messageOf(row);
    messages.push(message);
    units += message.body.length;
  }
  return { messages, next: null };
}

interface Waiting {
  readonly change: MessageChange;
  /** Called when the change is durable, in the turn in which the main thread learns of it. */
  written(isChanged: boolean): void;
  reject(error: unknown): void;
}

/** Writes changes in their order. All changes that wait go into one transaction. */
class ChangeQueue {
  readonly #connection: ConnectionUse;
  readonly #thread: CommitThread;
  #waiting: Waiting[] = [];

  constructor(connection: ConnectionUse, thread: CommitThread) {
    this.#connection = connection;
    this.#thread = thread;
  }

  /**
   * Resolves with the result of `after`, which is called once the change is durable.
   * @param after receives whether the change changed a row
   */
  write<T>(change: MessageChange, after: (isChanged: boolean) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, written: (isChanged) => resolve(after(isChanged)), reject });
      if (this.#waiting.length > 1) return;
      this.#connection
        .write(() => this.#flush())
        // The file was removed or the store is closed, so `#flush` was not called.
        .catch((error: unknown) => {
          for (const each of this.#take()) each.reject(error);
        });
    });
  }

  async #flush(): Promise<void> {
    const taken = this.#take();
    try {
      const changed = await this.#thread.ask({ kind: 'messages', changes: taken.map(({ change }) => change) });
      for (const [i, { written }] of taken.entries()) written(changed[i] === true);
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  }

  #take(): readonly Waiting[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}
