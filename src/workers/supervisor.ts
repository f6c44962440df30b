/**
 * The workers of a server: starts them, replaces each one that ends, and reaches all of them.
 *
 * Invariants:
 * - When {@link Supervisor.askAll} resolves, every worker that serves has done its duty. The supervisor ends a worker that does not
 *   answer.
 * - A worker serves connections only from the answer to its `begin` on.
 */
import type { Ports } from '../base/ports.ts';
import { atMost, pause } from '../base/scheduler.ts';
import type { Scheduler } from '../base/scheduler.ts';
import { inBackground } from '../base/isolated.ts';
import { reasonOf } from '../base/text.ts';
import type { Distributor } from './distributor.ts';
import type { Link } from './link.ts';
import type { WorkerDuties, WorkerStart } from './ports.ts';
import { WorkerProcess } from './worker-process.ts';
import type { WorkerEnd, WorkerProgram } from './worker-process.ts';

export interface SupervisorOptions {
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
  readonly program: WorkerProgram;
  /** How many workers there are. */
  readonly count: number;
  readonly distributor: Distributor;
  /** Passed to each worker, with its place. */
  readonly start: Omit<WorkerStart, 'rank' | 'workers'>;
  /** Serves a new worker what it calls of the main process. */
  readonly serve: (link: Link) => void;
}

/** One of the places of workers. */
interface Place {
  readonly rank: number;
  /** How many workers in a row have ended soon, or could not start. */
  quickEnds: number;
}

/** A worker could not begin. The message says why. */
export class WorkerFault extends Error {
  override readonly name = 'WorkerFault';
}

/** A worker that has not done a duty after this is ended. Its event loop is never busy for a tenth of it. */
const PATIENCE_MS = 5_000;
/** A worker that shows no life for this long is ended, also when there is no duty: callers wait for its answers. */
const LIFE_PATIENCE_MS = 30_000;
const LIFE_LOOK_MS = 10_000;
/** For a worker that begins: it loads the program. */
const BEGIN_PATIENCE_MS = 60_000;
/** A worker that has lived longer than this is replaced at once. */
const LONG_LIFE_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** Beyond the limit of a drain, for the answer of the worker. */
const DRAIN_GRACE_MS = 2_000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #alive = new Set<WorkerProcess>();
  /** Those of them that serve. */
  readonly #serving = new Set<WorkerProcess>();
  #lastNumber = 0;
  #isStopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Links to the workers that serve. */
  get links(): readonly Link[] {
    return [...this.#serving].map(({ link }) => link);
  }

  /** Resolves when all workers serve. @throws {WorkerFault} when one cannot. */
  async start(): Promise<void> {
    const { count, ports } = this.#options;
    const starts = Array.from({ length: count }, (_, rank) => this.#start(rank));
    const workers = await Promise.all(starts);
    inBackground(ports.observer, 'looking whether workers answer', () => this.#watch());
    for (const [rank, worker] of workers.entries()) {
      const place = { rank, quickEnds: 0 };
      inBackground(ports.observer, 'replacing workers that have ended', () => this.#fill(place, worker));
    }
  }

  /** Resolves when every worker has done this duty or has ended. */
  async askAll(ask: (duties: WorkerDuties) => Promise<void>): Promise<void> {
    await Promise.all([...this.#serving].map((worker) => this.#ask(worker, PATIENCE_MS, ask)));
  }

  /** Lets the calls of all workers end, within the limit. Workers that end are not replaced any more. */
  async drain(limitMs: number): Promise<void> {
    this.#isStopping = true;
    const drained = [...this.#serving].map((worker) => worker.duties.drain(limitMs).catch(() => undefined));
    await atMost(this.#options.ports.scheduler, limitMs + DRAIN_GRACE_MS, Promise.all(drained));
  }

  /** Ends all workers. */
  async close(): Promise<void> {
    this.#isStopping = true;
    for (const worker of this.#alive) worker.end();
    const ended = Promise.all([...this.#alive].map((worker) => worker.ended));
    if ((await atMost(this.#options.ports.scheduler, PATIENCE_MS, ended)) !== null) return;
    for (const worker of this.#alive) worker.kill();
    await ended;
  }

  async #start(rank: number): Promise<WorkerProcess> {
    const { ports, program, count, distributor, start, serve } = this.#options;
    const worker = new WorkerProcess(++this.#lastNumber, program, ports.scheduler);
    this.#alive.add(worker);
    void worker.ended.then(() => {
      this.#alive.delete(worker);
      this.#serving.delete(worker);
      distributor.remove(worker);
    });
    const { link } = worker;
    serve(link);
    link.serve('connections.taken', async (connection: number) => distributor.taken(worker, connection));
    link.serve('connections.closed', async () => distributor.closed(worker));
    link.serve('connections.refuse', async () => distributor.remove(worker));
    await this.#begin(worker, { ...start, rank, workers: count });
    this.#serving.add(worker);
    distributor.add(worker);
    return worker;
  }

  /** @throws {WorkerFault} with the reason of a worker that ends, that says why it cannot begin, or that takes too long */
  async #begin(worker: WorkerProcess, start: WorkerStart): Promise<void> {
    const begun = worker.duties.begin(start).then(
      () => null,
      (error: unknown) => reasonOf(error),
    );
    const late = `it was not ready after ${BEGIN_PATIENCE_MS / 1000} s`;
    const reason = await orAfter(this.#options.ports.scheduler, BEGIN_PATIENCE_MS, begun, late);
    if (reason === null) return;
    worker.kill();
    throw new WorkerFault(`worker ${worker.number} could not begin: ${reason} (it ${endText(await worker.ended)})`);
  }

  /** Waits for the end of a worker, and starts another one in its place, again and again. */
  async #fill(place: Place, first: WorkerProcess): Promise<void> {
    const { clock, observer } = this.#options.ports;
    for (let worker: WorkerProcess | null = first; worker !== null; worker = await this.#startAgain(place)) {
      const sinceMs = clock.monotonicMs();
      const { code, signal } = await worker.ended;
      if (this.#isStopping) return;
      if (clock.monotonicMs() - sinceMs > LONG_LIFE_MS) place.quickEnds = 0;
      const pauseMs = pauseAfter(place.quickEnds);
      observer.workerEnded?.({ ...factsOf(worker), code, signal, pauseMs });
    }
  }

  /** Null when the server stops. */
  async #startAgain(place: Place): Promise<WorkerProcess | null> {
    const { scheduler, observer } = this.#options.ports;
    for (;;) {
      await pause(scheduler, pauseAfter(place.quickEnds++));
      if (this.#isStopping) return null;
      try {
        const worker = await this.#start(place.rank);
        observer.workerStarted?.(factsOf(worker));
        return worker;
      } catch (error) {
        if (!this.#isStopping) observer.workerFailed?.({ reason: reasonOf(error) });
      }
    }
  }

  /** Ends workers whose event loop has stopped. */
  async #watch(): Promise<void> {
    while (!this.#isStopping) {
      await pause(this.#options.ports.scheduler, LIFE_LOOK_MS);
      await Promise.all(
        [...this.#serving].map((worker) => this.#ask(worker, LIFE_PATIENCE_MS, (duties) => duties.showLife())),
      );
    }
  }

  async #ask(worker: WorkerProcess, patienceMs: number, ask: (duties: WorkerDuties) => Promise<void>): Promise<void> {
    const { scheduler, observer } = this.#options.ports;
    const answered = ask(worker.duties).then(
      () => null,
      (error: unknown) => reasonOf(error),
    );
    const late = `it did not answer for ${patienceMs / 1000} s`;
    const reason = await orAfter(scheduler, patienceMs, answered, late);
    if (reason === null || this.#isStopping || !this.#alive.has(worker)) return;
    observer.workerStopped?.({ ...factsOf(worker), reason });
    worker.kill();
    await worker.ended;
  }
}

/** The waits of {@link orAfter}. */
const PARTS = 5;

/**
 * The result of `work`, or `late` when `limitMs` pass first. It waits in parts: when all processes were stopped for a while, one part ends
 * at once, and the work can still show its result in the others.
 */
async function orAfter<T>(scheduler: Pick<Scheduler, 'after'>, limitMs: number, work: Promise<T>, late: T): Promise<T> {
  const result = work.then((value) => ({ value }));
  for (let part = 0; part < PARTS; part++) {
    const ended = await atMost(scheduler, limitMs / PARTS, result);
    if (ended !== null) return ended.value;
  }
  return late;
}

/** A worker that ends again and again is replaced later and later. */
function pauseAfter(quickEnds: number): number {
  return quickEnds === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (quickEnds - 1), LONGEST_PAUSE_MS);
}

function factsOf({ number, pid }: WorkerProcess): { readonly number: number; readonly process: number } {
  return { number, process: pid };
}

function endText({ code, signal }: WorkerEnd): string {
  return signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
}
