/**
 * Asks the layout worker. One question is under way at a time; a newer one of the same asker replaces its waiting one. The last
 * answers are held, so that undoing an edit or opening a node again shows the graph at once.
 */
import type { WorkerAnswer, WorkerQuestion } from './layout-worker.ts';
import type { Layout } from './layout.ts';

/** File name of the built worker. */
declare const LAYOUT_WORKER: string;

interface Asked {
  readonly question: string;
  readonly resolve: (layout: Layout | null) => void;
  readonly reject: (error: Error) => void;
}

const HELD_ANSWERS = 16;

const answers = new Map<string, Layout>();
const waiting = new Map<symbol, Asked>();
let underWay: (Asked & { readonly id: number }) | null = null;
let worker: Worker | null = null;
let lastId = 0;

/** The layout if it is held. */
export function heldLayout(question: string): Layout | null {
  return answers.get(question) ?? null;
}

/** Null when another question of the same asker came first. @throws {Error} when the worker fails. */
export function askLayout(asker: symbol, question: string): Promise<Layout | null> {
  const held = heldLayout(question);
  if (held !== null) return Promise.resolve(held);
  return new Promise((resolve, reject) => {
    waiting.get(asker)?.resolve(null);
    waiting.delete(asker);
    waiting.set(asker, { question, resolve, reject });
    askNext();
  });
}

function askNext(): void {
  if (underWay !== null) return;
  const [first] = waiting;
  if (first === undefined) return;
  const [asker, asked] = first;
  waiting.delete(asker);
  underWay = { ...asked, id: ++lastId };
  try {
    worker ??= startWorker();
    worker.postMessage({ id: underWay.id, question: asked.question } satisfies WorkerQuestion);
  } catch (error) {
    fail(error as Error);
  }
}

function startWorker(): Worker {
  const started = new Worker(LAYOUT_WORKER);
  started.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => {
    if (underWay?.id !== data.id) return;
    if ('fault' in data) return fail(new Error(data.fault));
    const { question, resolve } = underWay;
    underWay = null;
    answers.set(question, data.layout);
    for (const old of answers.keys()) if (answers.size > HELD_ANSWERS) answers.delete(old);
    resolve(data.layout);
    askNext();
  });
  started.addEventListener('error', (event) => {
    // Its file did not load, for example because the server was updated. The next question starts a new one.
    started.terminate();
    worker = null;
    fail(new Error(event.message || 'The layout worker did not start.'));
  });
  return started;
}

function fail(error: Error): void {
  const failed = underWay;
  underWay = null;
  failed?.reject(error);
  askNext();
}
