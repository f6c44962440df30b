/**
 * Messages in PostgreSQL. Additions of a process that arrive during a write go together into the next one. Those of all nodes take
 * turns by the lock of `message_number`, so that numbers become visible in their order and the bound holds.
 */
import type { Message, MessagePage, MessageQuery, MessageStore, PushState } from '../messages.ts';
import type { Database, DatabaseUse, Queries } from './database.ts';
import { textOf } from './flow-rows.ts';
import { MESSAGE_COLUMNS, messageOf, messageValues, pushValues } from './message-rows.ts';
import { stored } from './texts.ts';

const SELECT = `SELECT number, ${MESSAGE_COLUMNS} FROM messages`;

interface Addition {
  readonly message: Message;
  readonly push: PushState;
  readonly retained: number;
}

export function createPostgresMessages(use: DatabaseUse): MessageStore {
  const additions = new Additions(use);
  return {
    add: (message, push, retained) => additions.add({ message, push, retained }),
    setPush: (number, push) =>
      use.run(async (database) => {
        const rows = await database.rows(
          'UPDATE messages SET push = $1, attempts = $2, next_ms = $3, error = $4 WHERE number = $5 RETURNING 1',
          [...pushValues(push), number],
        );
        return rows.length === 1;
      }),
    due: (limit, without = []) =>
      use.run(async (database) => {
        const rows = await database.rows(
          `${SELECT} WHERE next_ms IS NOT NULL AND name <> ALL($1::text[]) ORDER BY next_ms, number LIMIT $2`,
          [without.map(stored), limit],
        );
        return rows.map(messageOf);
      }),
    list: (query) => use.run((database) => page(database, query)),
    close: () => use.close(),
  };
}

async function page(queries: Queries, query: MessageQuery): Promise<MessagePage> {
  const { target, name, before, limit, textUnits } = query;
  const rows = await queries.rows(
    `${SELECT} WHERE number < $1 AND ($2::text IS NULL OR target = $2) AND ${name === null ? '$4::text IS NULL' : 'name = $4'}
     ORDER BY number DESC LIMIT $3`,
    [before ?? Number.MAX_SAFE_INTEGER, target, limit + 1, name === null ? null : stored(name)],
  );
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
  readonly addition: Addition;
  resolve(id: string | null): void;
  reject(error: unknown): void;
}

/** Adds messages in their order. All that wait go into one transaction. */
class Additions {
  readonly #use: DatabaseUse;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(use: DatabaseUse) {
    this.#use = use;
  }

  add(addition: Addition): Promise<string | null> {
    return this.#use.run(
      (database) =>
        new Promise((resolve, reject) => {
          this.#waiting.push({ addition, resolve, reject });
          if (!this.#isWriting) void this.#write(database);
        }),
    );
  }

  async #write(database: Database): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const taken = this.#waiting;
      this.#waiting = [];
      try {
        const ids = await addAll(
          database,
          taken.map(({ addition }) => addition),
        );
        for (const [i, { resolve }] of taken.entries()) resolve(ids[i] ?? null);
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    this.#isWriting = false;
  }
}

/** The ids of the stored messages; null for one that found no room. */
async function addAll(database: Database, additions: readonly Addition[]): Promise<readonly (string | null)[]> {
  return database.transaction(async (queries) => {
    const [row] = await queries.rows('SELECT last FROM message_number FOR UPDATE');
    const table = new MessageTable(queries, Number(row?.['last']));
    const ids: (string | null)[] = [];
    for (const addition of additions) ids.push(await table.add(addition));
    await table.end();
    return ids;
  });
}

/** The messages, within a transaction that holds the lock of their number. */
class MessageTable {
  readonly #queries: Queries;
  #last: number;
  #count: number | null = null;

  constructor(queries: Queries, last: number) {
    this.#queries = queries;
    this.#last = last;
  }

  async add({ message, push, retained }: Addition): Promise<string | null> {
    const same = await this.#same(message);
    if (same !== null) return same;
    let count = (this.#count ??= Number((await this.#queries.rows('SELECT count(*) AS n FROM messages'))[0]?.['n']));
    if (count >= retained) count -= await this.#removeOldest(count - retained + 1);
    this.#count = count;
    if (count >= retained) return null;
    const parameters = Array.from({ length: 16 }, (_, i) => `$${i + 1}`).join();
    await this.#queries.rows(`INSERT INTO messages (number, ${MESSAGE_COLUMNS}) VALUES (${parameters})`, [
      ++this.#last,
      ...messageValues(message, push),
    ]);
    this.#count++;
    return message.messageId;
  }

  async end(): Promise<void> {
    await this.#queries.rows('UPDATE message_number SET last = $1', [this.#last]);
  }

  /** The id of the message that is stored already, by its id or its task. */
  async #same({ messageId, task }: Message): Promise<string | null> {
    const [row] = await this.#queries.rows(
      `SELECT message_id FROM messages WHERE message_id = $1
       UNION ALL SELECT message_id FROM messages WHERE task_execution = $2 AND task_event = $3 LIMIT 1`,
      [stored(messageId), task?.execution ?? null, task?.event ?? null],
    );
    return row === undefined ? null : textOf(row['message_id']);
  }

  async #removeOldest(count: number): Promise<number> {
    const rows = await this.#queries.rows(
      `DELETE FROM messages WHERE number IN (SELECT number FROM messages WHERE next_ms IS NULL ORDER BY number LIMIT $1)
       RETURNING number`,
      [count],
    );
    return rows.length;
  }
}
