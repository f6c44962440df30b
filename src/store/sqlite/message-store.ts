/**
 * Messages in an SQLite file. Changes are made by the thread of the commits, so that an fsync holds nobody up; those that
 * come while others are being written are written together. Nothing is prepared before the first call: most servers keep
 * no message.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { MessagePage, MessageQuery, MessageStore } from '../messages.ts';
import type { CommitThread } from './commit-thread.ts';
import type { ConnectionUse, SharedConnection } from './connection.ts';
import type { Row } from './flow-rows.ts';
import { MESSAGE_COLUMNS, messageOf } from './message-rows.ts';
import type { MessageChange } from './message-rows.ts';

export function createSqliteMessages(shared: SharedConnection, thread: CommitThread): MessageStore {
  const connection = shared.use('message store');
  const changes = new ChangeQueue(connection, thread);
  let statements: Statements | null = null;
  const prepared = (): Statements => (statements ??= prepare(shared.database));

  return {
    add: (message, push, keep) =>
      changes.write({ kind: 'add', message, push, keep }, () => {
        const { messageId, task } = message;
        const row = prepared().kept.get(messageId, task?.execution ?? null, task?.event ?? null);
        return row === undefined ? null : String(row['message_id']);
      }),
    setPush: (number, push) => changes.write({ kind: 'push', number, push }, () => undefined),
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
    kept: database.prepare(
      'SELECT message_id FROM messages WHERE message_id = ?1 OR task_execution = ?2 AND task_event = ?3 LIMIT 1',
    ),
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
  /** Called in the same turn, when the change is on the disk. */
  written(): void;
  reject(error: unknown): void;
}

/** Writes changes in their order, all that wait at a time in one transaction. */
class ChangeQueue {
  readonly #connection: ConnectionUse;
  readonly #thread: CommitThread;
  #waiting: Waiting[] = [];

  constructor(connection: ConnectionUse, thread: CommitThread) {
    this.#connection = connection;
    this.#thread = thread;
  }

  /** What `after` finds once the change is on the disk. */
  write<T>(change: MessageChange, after: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, written: () => resolve(after()), reject });
      if (this.#waiting.length > 1) return;
      this.#connection
        .write(() => this.#flush())
        // The file is gone or the store closed: nothing was taken off the queue.
        .catch((error: unknown) => {
          for (const each of this.#take()) each.reject(error);
        });
    });
  }

  async #flush(): Promise<void> {
    const taken = this.#take();
    try {
      await this.#thread.ask({ kind: 'messages', changes: taken.map(({ change }) => change) });
      for (const { written } of taken) written();
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
