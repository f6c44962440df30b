/**
 * Entry of the commit thread. Commits run in a thread, so that an fsync does not block the main thread. The first request
 * opens the thread's connection. If a request fails and leaves a transaction open, the thread closes the connection, and
 * the next request opens another.
 */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../base/assert.ts';
import type { CommitAnswer, CommitMessage, CommitRequest, CommitResult, CommitThreadData } from './commit-messages.ts';
import { faultOf } from './commit-messages.ts';
import { requireFiles } from './files.ts';
import { emptyLog } from './free-space.ts';
import { MessageWriter } from './message-writer.ts';
import { Writer } from './writer.ts';

/** Longer than that of the main thread: this thread can wait for another program that writes to the file. */
const BUSY_TIMEOUT_MS = 10_000;
/** KiB of page cache: enough for the ends of the tables and the upper index pages of a large store. */
const CACHE_KIB = 16 * 1024;
/** The log is shortened to this size when it begins anew. A long read of another program lets it grow beyond. */
const LOG_BYTES = 16 * 1024 * 1024;

const { files, synchronous } = workerData as CommitThreadData;
assert(parentPort !== null, 'this file is the entry of a worker thread');
const port = parentPort;

let database: DatabaseSync | null = null;
let writer: Writer | null = null;
/** Created by the first request about messages. */
let messages: MessageWriter | null = null;

function open(): DatabaseSync {
  const opened = new DatabaseSync(files[0]?.path as string, { timeout: BUSY_TIMEOUT_MS });
  try {
    opened.exec(
      `PRAGMA synchronous = ${synchronous}; PRAGMA cache_size = -${CACHE_KIB}; PRAGMA journal_size_limit = ${LOG_BYTES};`,
    );
    database = opened;
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

function close(): void {
  database?.close();
  database = null;
  writer = null;
  messages = null;
}

function act(request: CommitRequest): CommitResult {
  requireFiles(files);
  const used = database ?? open();
  if (request.kind === 'messages') {
    messages ??= new MessageWriter(used);
    return messages.apply(request.changes);
  }
  writer ??= new Writer(used);
  if (request.kind === 'take') return writer.take(request.times);
  if (request.kind === 'purge') return writer.purge(request.retention, request.limit, request.after);
  if (request.kind === 'space') return giveBackSpace(used, writer);
  return writer.commit(request.changes, request.seen);
}

function giveBackSpace(used: DatabaseSync, from: Writer): boolean {
  const isMore = from.giveBackSpace();
  if (!isMore) emptyLog(used, BUSY_TIMEOUT_MS);
  return isMore;
}

function answer(number: number, request: CommitRequest): CommitAnswer {
  try {
    return { number, result: act(request), fault: null };
  } catch (error) {
    if (database?.isTransaction === true) close();
    return { number, result: null, fault: faultOf(error) };
  }
}

port.on('message', (message: CommitMessage) => {
  if (message === 'close') {
    close();
    port.close();
  } else {
    port.postMessage(answer(message.number, message.request));
  }
});
