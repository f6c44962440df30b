/**
 * Stores the present time each minute while executions run, even if none of them commits anything: the next start of a server
 * compares it with the clock, and knows by how much someone has set the clock back meanwhile.
 */
import type { Ports } from '../../base/ports.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { RunTable } from './run-table.ts';

export interface HeartbeatOptions {
  readonly ports: Pick<Ports, 'scheduler'>;
  readonly queue: Pick<CommitQueue, 'touch'>;
  readonly table: Pick<RunTable, 'running'>;
}

const BEAT_MS = 60_000;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #cancel: () => void;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#cancel = this.#next();
  }

  close(): void {
    this.#cancel();
  }

  #next(): () => void {
    return this.#options.ports.scheduler.after(BEAT_MS, () => {
      this.#cancel = this.#next();
      if (this.#options.table.running > 0) this.#options.queue.touch();
    });
  }
}
