/**
 * The main thread's side of the commit thread. The first request starts the thread. If the thread dies, the next request
 * starts another. The thread lets the process exit while no request is under way.
 */
import { Worker } from 'node:worker_threads';
import type { Scheduler } from '../../base/scheduler.ts';
import { reasonOf } from '../../base/text.ts';
import type {
  CommitAnswer,
  CommitMessage,
  CommitRequest,
  CommitResult,
  CommitResults,
  CommitThreadData,
} from './commit-messages.ts';
import { errorOf } from './commit-messages.ts';

/** The repository has TypeScript, the package JavaScript, and a compiler does not rewrite the name in a URL. */
const ENTRY = import.meta.url.endsWith('.ts')
  ? new URL('./commit-worker.ts', import.meta.url)
  : new URL('./commit-worker.js', import.meta.url);

interface Waiting {
  resolve(result: CommitResult | null): void;
  reject(error: Error): void;
}

export class CommitThread {
  readonly #data: CommitThreadData;
  readonly #scheduler: Pick<Scheduler, 'outside'>;
  #worker: Worker | null = null;
  #waiting = new Map<number, Waiting>();
  #number = 0;

  constructor(data: CommitThreadData, scheduler: Pick<Scheduler, 'outside'>) {
    this.#data = data;
    this.#scheduler = scheduler;
  }

  /**
   * Returns the result of the request.
   * @throws the error of the request, or an error when the thread dies before it answers.
   */
  ask<Kind extends keyof CommitResults>(
    request: Extract<CommitRequest, { readonly kind: Kind }>,
  ): Promise<CommitResults[Kind]> {
    const worker = (this.#worker ??= this.#start());
    const number = ++this.#number;
    const answer = new Promise<CommitResult | null>((resolve, reject) => {
      worker.postMessage({ number, request } satisfies CommitMessage);
      if (this.#waiting.size === 0) worker.ref();
      this.#waiting.set(number, { resolve, reject });
    });
    // The thread answers a request with the result of its kind.
    return this.#scheduler.outside(answer) as Promise<CommitResults[Kind]>;
  }

  /** Ends the thread after the requests under way. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage('close' satisfies CommitMessage);
    await this.#scheduler.outside(ended);
  }

  #start(): Worker {
    // A worker inherits the options of the process, and some of them (`node -e`) would make its start fail.
    const worker = new Worker(ENTRY, { name: 'millrace-commits', workerData: this.#data, execArgv: [] });
    worker.unref();
    worker.on('message', (answer: CommitAnswer) => this.#settle(worker, answer));
    let reason = 'it exited';
    worker.on('error', (error) => {
      reason = reasonOf(error);
    });
    worker.on('exit', () => this.#lose(worker, reason));
    return worker;
  }

  #settle(worker: Worker, { number, result, fault }: CommitAnswer): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (this.#waiting.size === 0) worker.unref();
    if (fault === null) waiting?.resolve(result);
    else waiting?.reject(errorOf(fault));
  }

  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const lost = this.#waiting;
    this.#waiting = new Map();
    for (const { reject } of lost.values()) reject(new Error(`The thread that writes to the store died: ${reason}`));
  }
}
