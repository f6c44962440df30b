/**
 * The main thread's side of the commits' thread: started by the first request, started again by the next one when it
 * has died, and no reason for the process to live on while nothing is asked of it.
 */
import { Worker } from 'node:worker_threads';
import type { CommitAnswer, CommitMessage, CommitRequest, CommitThreadData } from './commit-messages.ts';
import { errorOf } from './commit-messages.ts';

/** TypeScript in the repository, JavaScript in the package: a compiler does not rewrite the name in a URL. */
const ENTRY = import.meta.url.endsWith('.ts')
  ? new URL('./commit-worker.ts', import.meta.url)
  : new URL('./commit-worker.js', import.meta.url);

interface Waiting {
  resolve(result: number): void;
  reject(error: Error): void;
}

export class CommitThread {
  readonly #data: CommitThreadData;
  #worker: Worker | null = null;
  #waiting = new Map<number, Waiting>();
  #number = 0;

  constructor(data: CommitThreadData) {
    this.#data = data;
  }

  /** The number of executions purged; 0 for anything else. */
  ask(request: CommitRequest): Promise<number> {
    const worker = (this.#worker ??= this.#start());
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      worker.postMessage({ number, request } satisfies CommitMessage);
      if (this.#waiting.size === 0) worker.ref();
      this.#waiting.set(number, { resolve, reject });
    });
  }

  /** Ends the thread when it has done what was asked of it. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage('close' satisfies CommitMessage);
    await ended;
  }

  #start(): Worker {
    // Options of the process's own command line are not for it: some, as those of `node -e`, would keep it from starting.
    const worker = new Worker(ENTRY, { name: 'millrace-commits', workerData: this.#data, execArgv: [] });
    worker.unref();
    worker.on('message', (answer: CommitAnswer) => this.#settle(worker, answer));
    let reason = 'it ended';
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
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
    for (const { reject } of lost.values()) reject(new Error(`The thread that writes the store was lost: ${reason}`));
  }
}
