/** The workers of a server together with the address at which they serve. */
import { randomBytes } from 'node:crypto';
import { callerConnections } from '../base/open-files.ts';
import type { Settings } from '../config/settings.ts';
import { urlOf } from '../wire/server.ts';
import { Distributor } from './distributor.ts';
import type { Link } from './link.ts';
import type { WorkerDuties, WorkerStart } from './ports.ts';
import { Supervisor } from './supervisor.ts';
import type { SupervisorOptions } from './supervisor.ts';

export interface WorkerPoolOptions
  extends Pick<SupervisorOptions, 'ports' | 'program' | 'count'>,
    Pick<WorkerStart, 'files' | 'rootKey' | 'isNode'> {
  readonly settings: Pick<Settings, 'listen' | 'tls'>;
}

/** Of the keys that seal the tickets of TLS sessions, as Node wants them. */
const TICKET_KEYS_BYTES = 48;

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #distributor: Distributor;
  #supervisor: Supervisor | null = null;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#distributor = new Distributor(callerConnections(null), options.ports);
  }

  /** Links to the workers that serve. */
  get links(): readonly Link[] {
    return this.#supervisor?.links ?? [];
  }

  /**
   * Binds the address and starts the workers. Resolves when all of them serve. Rejects when the address cannot be bound.
   * @param bound learns the address before a worker starts
   * @param serve as {@link SupervisorOptions.serve}
   * @throws {WorkerFault}
   */
  async listen(bound: (url: string) => void, serve: (link: Link) => void): Promise<{ readonly url: string }> {
    const { settings, files, rootKey, isNode } = this.#options;
    const url = urlOf(await this.#distributor.listen(settings.listen), settings.tls === null ? 'http' : 'https');
    bound(url);
    const ticketKeys = randomBytes(TICKET_KEYS_BYTES).toString('base64');
    const start = { url, files, rootKey, isNode, ticketKeys };
    this.#supervisor = new Supervisor({ ...this.#options, distributor: this.#distributor, start, serve });
    await this.#supervisor.start();
    return { url };
  }

  /** As {@link Supervisor.askAll}. */
  async askAll(ask: (duties: WorkerDuties) => Promise<void>): Promise<void> {
    await this.#supervisor?.askAll(ask);
  }

  /** Accepts no more connections, and lets the calls of all workers end, within the limit. */
  async drain(limitMs: number): Promise<void> {
    this.#distributor.close();
    await this.#supervisor?.drain(limitMs);
  }

  /** Ends all workers. */
  async close(): Promise<void> {
    this.#distributor.close();
    await this.#supervisor?.close();
  }
}
