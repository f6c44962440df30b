/**
 * The main thread's side of the compile thread. The first request starts the thread, and it gets one request at a time. A thread
 * that dies, runs out of memory or takes too long fails the request that it had, and the next request starts another thread.
 * A thread without work ends after some seconds. It lets the process exit while no request is under way.
 */
import { Worker } from 'node:worker_threads';
import { ApiError } from '../api/error.ts';
import type { Scheduler } from '../base/scheduler.ts';
import { reasonOf } from '../base/text.ts';
import type { ThreadAnswer, ThreadRequest } from './compile-messages.ts';

/** The repository has TypeScript, the package JavaScript, and a compiler does not rewrite the name in a URL. */
const ENTRY = import.meta.url.endsWith('.ts')
  ? new URL('./compile-worker.ts', import.meta.url)
  : new URL('./compile-worker.js', import.meta.url);

/** MiB of heap. The worst definition of 1 MiB needs between a half and three quarters of it. */
const HEAP_MIB = 512;
/** The worst definition takes two seconds on an idle machine. */
const LIMIT_MS = 60_000;
/** A thread without work ends: its heap, mostly garbage, would remain as large as the largest definition made it. */
const IDLE_MS = 10_000;

interface Waiting {
  readonly request: ThreadRequest;
  resolve(answer: ThreadAnswer): void;
  reject(error: Error): void;
}

export class CompileThread {
  readonly #scheduler: Pick<Scheduler, 'outside' | 'after'>;
  #worker: Worker | null = null;
  /** The first one is under way. */
  readonly #waiting: Waiting[] = [];
  /** Cancels the timer of the request under way, or of the idle thread. */
  #cancelTimer: () => void = () => {};

  constructor(scheduler: Pick<Scheduler, 'outside' | 'after'>) {
    this.#scheduler = scheduler;
  }

  /** @throws {ApiError} `InternalServerError` when the thread gives no answer. Whether the definition is at fault is not known. */
  ask<R extends ThreadRequest>(request: R): Promise<ThreadAnswer<R>> {
    const answer = new Promise<ThreadAnswer>((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      if (this.#waiting.length === 1) this.#send();
    });
    // The thread answers a request with the answer of its type.
    return this.#scheduler.outside(answer as Promise<ThreadAnswer<R>>);
  }

  /** Ends the thread. Requests under way fail. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    this.#worker = null;
    this.#cancelTimer();
    for (const { reject } of this.#waiting.splice(0)) reject(failed('the server is shutting down'));
    await this.#scheduler.outside(worker.terminate());
  }

  #send(): void {
    this.#cancelTimer();
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#rest();
      return;
    }
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    this.#cancelTimer = this.#scheduler.after(LIMIT_MS, () => {
      this.#lose(worker, `it took longer than ${LIMIT_MS / 1_000} seconds`);
    });
    worker.postMessage(next.request);
  }

  #rest(): void {
    const worker = this.#worker;
    if (worker === null) return;
    worker.unref();
    this.#cancelTimer = this.#scheduler.after(IDLE_MS, () => {
      this.#worker = null;
      void worker.terminate();
    });
  }

  #start(): Worker {
    // A worker inherits the options of the process, and some of them (`node -e`) would make its start fail.
    const worker = new Worker(ENTRY, {
      name: 'millrace-compiler',
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    let reason = 'it exited';
    worker.on('message', (answer: ThreadAnswer) => {
      if (worker === this.#worker) this.#settle((waiting) => waiting.resolve(answer));
    });
    worker.on('error', (error) => {
      reason = reasonOf(error);
    });
    worker.on('exit', () => this.#lose(worker, reason));
    return worker;
  }

  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    void worker.terminate();
    this.#settle(({ reject }) => reject(failed(reason)));
  }

  /** Ends the request under way, and sends the next one. */
  #settle(end: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) end(waiting);
    this.#send();
  }
}

function failed(reason: string): ApiError {
  const message = `The thread that compiles large definitions gave no answer: ${reason}. Retry, or make the definition smaller.`;
  return new ApiError('InternalServerError', message, { cause: new Error(reason) });
}
