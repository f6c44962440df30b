/**
 * Several prepared statements in one round trip. The client sends all of them, then one Sync; the database makes one transaction of
 * what comes before a Sync, unless they begin one themselves. The pipeline of `pg` sends a Sync after each statement, so a transaction
 * would need a BEGIN and a COMMIT, and the database would send each answer apart.
 */
import type { Connection, Submittable } from 'pg';

export interface Statement {
  /** Of a statement that the connection has prepared. */
  readonly name: string;
  readonly values: readonly (Buffer | string | null)[];
}

/** The values of a row, in the order of the columns, as texts. */
export type Values = readonly (string | null)[];

interface DataRow {
  readonly fields: readonly (string | null)[];
}

/** What `pg` calls while a query is under way. After an error of a statement the database ignores the others of the batch. */
class Answer {
  /** The rows of each statement that has run. */
  readonly rows: Values[][] = [];
  readonly promise: Promise<readonly (readonly Values[])[]>;
  #current: Values[] = [];
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = () => resolve(this.rows);
      this.#reject = reject;
    });
  }

  handleDataRow({ fields }: DataRow): void {
    this.#current.push(fields);
  }

  handleCommandComplete(): void {
    this.rows.push(this.#current);
    this.#current = [];
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }

  handleError(error: Error): void {
    this.#reject(error);
  }
}

/** Runs prepared statements. */
export class Batch extends Answer implements Submittable {
  readonly #statements: readonly Statement[];

  constructor(statements: readonly Statement[]) {
    super();
    this.#statements = statements;
  }

  submit(connection: Connection): void {
    connection.stream.cork();
    for (const { name, values } of this.#statements) {
      connection.bind({ statement: name, values: [...values] }, true);
      connection.execute({}, true);
    }
    connection.sync();
    connection.stream.uncork();
  }
}

/** Prepares statements, by name. */
export class Preparation extends Answer implements Submittable {
  readonly #texts: ReadonlyMap<string, string>;

  constructor(texts: ReadonlyMap<string, string>) {
    super();
    this.#texts = texts;
  }

  submit(connection: Connection): void {
    connection.stream.cork();
    for (const [name, text] of this.#texts) connection.parse({ name, text, types: [] }, true);
    connection.sync();
    connection.stream.uncork();
  }
}
