/** The health of the server, as a worker answers it: that of the main process with its store, and whether the main process answers. */
import { atMost } from '../base/scheduler.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { Health, HealthSource } from '../wire/health.ts';

/** The main process answers within two seconds even if its store does not. */
const PATIENCE_MS = 3_000;

export class WorkerHealth implements HealthSource {
  readonly #main: HealthSource;
  readonly #scheduler: Pick<Scheduler, 'after'>;
  readonly #log: { readonly lost: number };
  #isStopping = false;

  /** @param log counts the lines that this worker has lost */
  constructor(main: HealthSource, scheduler: Pick<Scheduler, 'after'>, log: { readonly lost: number }) {
    this.#main = main;
    this.#scheduler = scheduler;
    this.#log = log;
  }

  /** From now on the server is not ready. */
  stop(): void {
    this.#isStopping = true;
  }

  alive(): Promise<Health> {
    return this.#ask(this.#main.alive());
  }

  async ready(): Promise<Health> {
    if (this.#isStopping) return { reason: 'The server is stopping.', lostLogLines: this.#log.lost };
    return this.#ask(this.#main.ready());
  }

  async #ask(asked: Promise<Health>): Promise<Health> {
    const { reason, lostLogLines } = (await atMost(this.#scheduler, PATIENCE_MS, asked)) ?? SILENT;
    return { reason, lostLogLines: lostLogLines + this.#log.lost };
  }
}

const SILENT: Health = {
  reason: `The main process of the server has not answered for ${PATIENCE_MS / 1000} s.`,
  lostLogLines: 0,
};
