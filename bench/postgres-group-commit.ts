/**
 * The baseline for the durable runtime on PostgreSQL: a group commit as a competent programmer would write it by hand, with `pg`, one
 * transaction for each flush and one statement for each kind of row. It stores the same texts as Millrace's journal, decides nothing,
 * checks nothing and has no index but the keys.
 */
import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import type { Write } from './group-commit.ts';

export class PostgresGroupCommit {
  readonly #client: Client;
  #waiting: { write: Write; durable: () => void }[] = [];
  #flushing = false;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async open(config: ClientConfig): Promise<PostgresGroupCommit> {
    const client = new Client(config);
    await client.connect();
    await client.query(`
      CREATE TABLE IF NOT EXISTS by_hand_executions (id bigint PRIMARY KEY, name text NOT NULL UNIQUE, status int NOT NULL,
        input text NOT NULL, output text NOT NULL);
      CREATE TABLE IF NOT EXISTS by_hand_journal (execution bigint NOT NULL, first bigint NOT NULL, events text NOT NULL,
        PRIMARY KEY (execution, first))`);
    return new PostgresGroupCommit(client);
  }

  /** Resolves when the write is on disk. */
  append(write: Write): Promise<void> {
    return new Promise((durable) => {
      this.#waiting.push({ write, durable });
      if (this.#flushing) return;
      this.#flushing = true;
      // Writes of the same turn of the event loop go into the same transaction.
      setImmediate(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const taken = this.#waiting;
      this.#waiting = [];
      await this.#flush(taken.map(({ write }) => write));
      for (const { durable } of taken) durable();
      await new Promise(setImmediate);
    }
    this.#flushing = false;
  }

  async #flush(writes: readonly Write[]): Promise<void> {
    const starts = writes.filter((write) => write.kind === 'start');
    const ends = writes.filter((write) => write.kind === 'end');
    await this.#client.query('BEGIN');
    if (starts.length > 0) {
      await this.#client.query({
        name: 'start',
        text: "INSERT INTO by_hand_executions SELECT id, name, 0, input, '' FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u (id, name, input)",
        values: [starts.map(({ id }) => id), starts.map(({ name }) => name), starts.map(({ input }) => input)],
      });
    }
    await this.#client.query({
      name: 'append',
      text: 'INSERT INTO by_hand_journal SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[])',
      values: [
        writes.map(({ id }) => id),
        writes.map((write) => (write.kind === 'start' ? 1 : write.first)),
        writes.map(({ events }) => events),
      ],
    });
    if (ends.length > 0) {
      await this.#client.query({
        name: 'end',
        text: 'UPDATE by_hand_executions e SET status = 1, output = u.output FROM unnest($1::bigint[], $2::text[]) AS u (id, output) WHERE e.id = u.id',
        values: [ends.map(({ id }) => id), ends.map(({ output }) => output)],
      });
    }
    await this.#client.query('COMMIT');
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
