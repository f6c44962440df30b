/**
 * Hints between nodes, over LISTEN and NOTIFY on a connection of their own. Those of a moment go together. A hint may be lost; when
 * the connection was lost, each listener looks once, because hints may have been.
 */
import type { Client } from 'pg';
import type { Scheduler } from '../../base/scheduler.ts';
import type { Hint, HintTopic, NodeNumber } from '../nodes.ts';
import { answerTimeoutMs, createClient, quoted } from './connect.ts';
import type { PostgresOptions } from './options.ts';

const TOPICS: readonly HintTopic[] = ['work', 'flows', 'messages'];
const RECONNECT_MS = 1_000;
/** Of a notification; PostgreSQL allows 8,000 bytes. */
const HINTS_AT_ONCE = 200;

export class Hints {
  readonly #options: PostgresOptions;
  readonly #scheduler: Scheduler;
  readonly #channel: string;
  readonly #listeners = new Map<NodeNumber, (topic: HintTopic) => void>();
  readonly #waiting = new Set<string>();
  #client: Client | null = null;
  #isSending = false;
  #isClosed = false;
  #cancelRetry = (): void => {};
  #connecting: Promise<void> = Promise.resolve();

  constructor(options: PostgresOptions, scheduler: Scheduler) {
    this.#options = options;
    this.#scheduler = scheduler;
    this.#channel = `millrace ${options.schema}`;
  }

  /** Connects. A failure is tried again later. */
  open(): Promise<void> {
    this.#connecting = this.#connect();
    return this.#connecting;
  }

  listen(node: NodeNumber, react: (topic: HintTopic) => void): void {
    this.#listeners.set(node, react);
  }

  send({ to, topic }: Hint): void {
    if (this.#isClosed) return;
    this.#waiting.add(`${to ?? '*'}:${topic}`);
    if (this.#isSending || this.#client === null) return;
    this.#isSending = true;
    this.#scheduler.soon(() => void this.#flush());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry();
    await this.#connecting;
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  async #connect(): Promise<void> {
    // A notification needs no disk: it is worth nothing after a crash.
    const client = createClient(
      this.#options,
      { synchronous_commit: 'off' },
      { query_timeout: answerTimeoutMs(this.#options) },
    );
    client.on('notification', ({ payload }) => this.#receive(payload ?? ''));
    client.on('end', () => this.#lose(client));
    try {
      await client.connect();
      await client.query(`LISTEN ${quoted(this.#channel)}`);
    } catch {
      await client.end().catch(() => undefined);
      this.#retry();
      return;
    }
    this.#client = client;
    this.#isSending = true;
    await this.#flush();
  }

  async #flush(): Promise<void> {
    for (let client = this.#client; this.#waiting.size > 0 && client !== null; client = this.#client) {
      const hints = [...this.#waiting].slice(0, HINTS_AT_ONCE);
      for (const hint of hints) this.#waiting.delete(hint);
      try {
        await client.query('SELECT pg_notify($1, $2)', [this.#channel, hints.join()]);
      } catch {
        // These hints are lost, and the connection may be silent for ever.
        client.connection.stream.destroy();
        break;
      }
    }
    this.#isSending = false;
  }

  #receive(payload: string): void {
    for (const hint of payload.split(',')) {
      const [to, topic] = hint.split(':');
      const known = TOPICS.find((each) => each === topic);
      if (known === undefined) continue;
      for (const [node, react] of [...this.#listeners]) if (to === '*' || to === String(node)) react(known);
    }
  }

  #lose(client: Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    this.#retry();
  }

  #retry(): void {
    if (this.#isClosed) return;
    this.#cancelRetry = this.#scheduler.after(RECONNECT_MS, () => {
      this.#connecting = this.#connect().then(() => {
        if (this.#client !== null) this.#touchAll();
      });
    });
  }

  #touchAll(): void {
    for (const react of [...this.#listeners.values()]) for (const topic of TOPICS) react(topic);
  }
}
