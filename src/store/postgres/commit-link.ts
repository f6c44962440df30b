/**
 * The connection for commits. It prepares its statements when it opens, so that a flush is one round trip. A connection that fails, or
 * does not answer in time, is given up, and the next flush opens another.
 */
import type { Client } from 'pg';
import type { Scheduler } from '../../base/scheduler.ts';
import { Batch, Preparation } from './batch.ts';
import type { Statement, Values } from './batch.ts';
import { answerTimeoutMs, createClient } from './connect.ts';
import { codeOf } from './faults.ts';
import type { PostgresOptions } from './options.ts';

/** The rows of each statement. */
export type Answers = readonly (readonly Values[])[];

/** A transaction that has begun. */
export interface Begun {
  readonly answers: Answers;
  /**
   * Runs more statements of the transaction.
   * @throws {ConnectionLost} before it sends anything when the connection has ended, and the transaction with it; else as `run`
   */
  more(statements: readonly Statement[]): Promise<Answers>;
}

/** The connection has ended between two statements of a transaction, which the database has rolled back. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

export class CommitLink {
  readonly #options: PostgresOptions;
  readonly #statements: ReadonlyMap<string, string>;
  readonly #scheduler: Scheduler;
  #client: Client | null = null;

  constructor(options: PostgresOptions, statements: ReadonlyMap<string, string>, scheduler: Scheduler) {
    this.#options = options;
    this.#statements = statements;
    this.#scheduler = scheduler;
  }

  /**
   * Runs statements in one round trip. Returns the rows of each. Call it again only when it has settled.
   * @throws an error of the database, after which the connection is good; or another one, after which it is closed and no one knows
   *   what the database has done
   */
  async run(statements: readonly Statement[]): Promise<Answers> {
    return this.#send(await this.#connected(), statements);
  }

  /**
   * As {@link run}, for statements that begin a transaction and do not end it. The others have to go over the same connection: on another
   * one they would be outside of it, without its locks.
   */
  async begin(statements: readonly Statement[]): Promise<Begun> {
    const client = await this.#connected();
    const answers = await this.#send(client, statements);
    const more = async (others: readonly Statement[]): Promise<Answers> => {
      if (this.#client !== client) throw new ConnectionLost('the connection of a commit has ended before its writes');
      return this.#send(client, others);
    };
    return { answers, more };
  }

  async #connected(): Promise<Client> {
    return (this.#client ??= await this.#open());
  }

  #send(client: Client, statements: readonly Statement[]): Promise<Answers> {
    const batch = new Batch(statements);
    client.query(batch);
    return this.#answer(client, batch.promise);
  }

  get isOpen(): boolean {
    return this.#client !== null;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  async #open(): Promise<Client> {
    const client = createClient(this.#options);
    // An idle connection that the database ends is no error of the next flush.
    for (const event of ['error', 'end'] as const) client.on(event, () => this.#giveUp(client));
    try {
      await client.connect();
      const preparation = new Preparation(this.#statements);
      client.query(preparation);
      await this.#answer(client, preparation.promise);
      return client;
    } catch (error) {
      // No one else knows of it, and each repetition of a flush opens another.
      this.#giveUp(client);
      throw error;
    }
  }

  async #answer<T>(client: Client, answer: Promise<T>): Promise<T> {
    const limitMs = answerTimeoutMs(this.#options);
    let isLate = false;
    const cancel = this.#scheduler.after(limitMs, () => {
      isLate = true;
      client.connection.stream.destroy();
    });
    try {
      return await answer;
    } catch (error) {
      if (codeOf(error) === null || isFatal(error)) this.#giveUp(client);
      if (isLate) throw new Error(`the database did not answer within ${limitMs} ms`, { cause: error });
      throw error;
    } finally {
      cancel();
    }
  }

  #giveUp(client: Client): void {
    if (this.#client === client) this.#client = null;
    client.connection.stream.destroy();
  }
}

/** The database closes the connection with such an error, as when an administrator ends it. */
function isFatal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity !== 'ERROR';
}
