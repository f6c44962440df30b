/** The worker thread of the hand-written group commit: writes each flush and confirms it. */
import { parentPort, workerData } from 'node:worker_threads';
import { createWriter } from './group-commit.ts';
import type { Write } from './group-commit.ts';

const writer = createWriter(workerData as string);
parentPort?.on('message', (flush: readonly Write[]) => {
  writer.write(flush);
  parentPort?.postMessage(null);
});
