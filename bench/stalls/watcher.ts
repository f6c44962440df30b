/**
 * A worker thread that calls a small Express flow every ten milliseconds, as an innocent caller, and measures how long each call
 * takes, and for how long the server's main thread computes meanwhile. It is a thread of its own, because the attacker's requests
 * take time to build.
 */
import { parentPort, Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { Connection } from '../connection.ts';
import { signedRequest } from '../requests.ts';
import { CREDENTIALS, mainThreadMs } from '../servers.ts';

const EVERY_MS = 10;
/** A call that takes longer counts with this time: the server is as good as dead. */
const LONGEST_MS = 60_000;

export interface Watched {
  /** The longest time from a call to its answer, in milliseconds. */
  readonly longestMs: number;
  /**
   * The longest time that the server's main thread computed from a call to its answer, in milliseconds. Other programs of the
   * machine make the wait longer, but not this.
   */
  readonly busiestMs: number;
  readonly calls: number;
  /** Calls without an answer, because the connection broke. */
  readonly broken: number;
}

/** A server to watch. */
interface Watching {
  readonly port: number;
  readonly pid: number;
}

/** Watches a server until `stop` is called. */
export function watch({ port, pid }: Watching): { readonly stop: () => Promise<Watched> } {
  const worker = new Worker(fileURLToPath(import.meta.url));
  worker.postMessage({ port, pid } satisfies Watching);
  return {
    stop: async () => {
      const watched = new Promise<Watched>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      worker.postMessage('stop');
      const result = await watched;
      await worker.terminate();
      return result;
    },
  };
}

parentPort?.once('message', ({ port, pid }: Watching) => {
  let longestMs = 0;
  let busiestMs = 0;
  let calls = 0;
  let broken = 0;
  let stopped = false;
  let sinceMs: number | null = null;
  let sinceBusyMs = 0;

  const lastMs = (): number => (sinceMs === null ? 0 : Math.min(LONGEST_MS, performance.now() - sinceMs));
  /** A server that has ended computes nothing. */
  const busyMs = (): number => (sinceMs === null ? 0 : Math.max(0, (mainThreadMs(pid) ?? 0) - sinceBusyMs));
  const run = async (): Promise<void> => {
    let connection: Connection | null = null;
    while (!stopped) {
      sinceBusyMs = mainThreadMs(pid) ?? 0;
      sinceMs = performance.now();
      try {
        connection ??= await Connection.open(port);
        const form = { FlowName: 'innocent', Input: '{"name":"Ada"}' };
        await connection.send(signedRequest(`127.0.0.1:${port}`, CREDENTIALS, 'StartSyncExecution', form));
        calls++;
      } catch {
        broken++;
        connection?.close();
        connection = null;
      }
      longestMs = Math.max(longestMs, lastMs());
      busiestMs = Math.max(busiestMs, busyMs());
      const leftMs = EVERY_MS - lastMs();
      sinceMs = null;
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, leftMs)));
    }
    connection?.close();
  };
  parentPort?.once('message', () => {
    stopped = true;
    // A call under way counts with the time that it has taken so far.
    parentPort?.postMessage({
      longestMs: Math.max(longestMs, lastMs()),
      busiestMs: Math.max(busiestMs, busyMs()),
      calls,
      broken,
    } satisfies Watched);
  });
  void run();
});
