/**
 * The baseline for the durable runtime: a group commit as a competent programmer would write it by hand, on `node:sqlite` with
 * WAL and `synchronous=FULL`, one transaction for each flush. It stores the same texts as Millrace's journal and decides
 * nothing. There are two variants, because neither is always faster: one commits in this thread and blocks the event loop while
 * the disk works, the other commits in a worker, as Millrace does.
 */
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';

/** A change of one execution in a flush. */
export type Write =
  | {
      readonly kind: 'start';
      readonly id: number;
      readonly name: string;
      readonly input: string;
      readonly events: string;
    }
  | { readonly kind: 'append'; readonly id: number; readonly first: number; readonly events: string }
  | {
      readonly kind: 'end';
      readonly id: number;
      readonly first: number;
      readonly events: string;
      readonly output: string;
    };

export type Where = 'thread' | 'worker';

/** Writes each flush to disk in one transaction. */
export function createWriter(file: string): { write(flush: readonly Write[]): void; close(): void } {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec(`CREATE TABLE IF NOT EXISTS executions (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    status INTEGER NOT NULL, input TEXT NOT NULL, output TEXT NOT NULL) STRICT`);
  database.exec(`CREATE TABLE IF NOT EXISTS journal (execution INTEGER NOT NULL, first INTEGER NOT NULL,
    events TEXT NOT NULL, PRIMARY KEY (execution, first)) STRICT`);
  const start = database.prepare(`INSERT INTO executions VALUES (?, ?, 0, ?, '')`);
  const append = database.prepare('INSERT INTO journal VALUES (?, ?, ?)');
  const end = database.prepare('UPDATE executions SET status = 1, output = ? WHERE id = ?');
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  return {
    write(flush) {
      begin.run();
      for (const write of flush) {
        if (write.kind === 'start') start.run(write.id, write.name, write.input);
        append.run(write.id, write.kind === 'start' ? 1 : write.first, write.events);
        if (write.kind === 'end') end.run(write.output, write.id);
      }
      commit.run();
    },
    close: () => database.close(),
  };
}

export class GroupCommit {
  readonly #flush: (flush: readonly Write[]) => Promise<void>;
  readonly #close: () => Promise<void>;
  #waiting: { write: Write; durable: () => void }[] = [];
  #flushing = false;

  /** @param flush writes to disk in one transaction; the next one begins when its promise resolves */
  constructor(flush: (flush: readonly Write[]) => Promise<void>, close: () => Promise<void>) {
    this.#flush = flush;
    this.#close = close;
  }

  static inThread(file: string): GroupCommit {
    const writer = createWriter(file);
    return new GroupCommit(
      async (flush) => writer.write(flush),
      async () => writer.close(),
    );
  }

  static inWorker(file: string): GroupCommit {
    const worker = new Worker(new URL('./group-commit-worker.ts', import.meta.url), { workerData: file });
    let done = (): void => {};
    worker.on('message', () => done());
    return new GroupCommit(
      (flush) =>
        new Promise<void>((resolve) => {
          done = resolve;
          worker.postMessage(flush);
        }),
      async () => void (await worker.terminate()),
    );
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

  close(): Promise<void> {
    return this.#close();
  }
}
