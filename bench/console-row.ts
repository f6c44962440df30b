/**
 * The console's part in an Express execution: the time that the reports of its start and its end take while a browser reads a stream of
 * lists, and while none does, beside the CPU time of a signed StartSyncExecution of one state.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../src/base/clock.ts';
import { createObserver } from '../src/base/observer.ts';
import type { Observer } from '../src/base/observer.ts';
import { systemPorts } from '../src/base/ports.ts';
import { Changes } from '../src/console/changes.ts';
import { EventStream } from '../src/console/streams/event-stream.ts';
import { ListStream } from '../src/console/streams/list-stream.ts';

export interface ConsoleResults {
  /** Microseconds of a start and an end while no one reads a stream, by round. */
  readonly unread: readonly number[];
  /** The same while a browser reads one. */
  readonly read: readonly number[];
}

/** Executions between two turns of the event loop: about as many as a busy server runs in one. */
const PER_TURN = 20;

/** The times of `executions` executions, in each of `rounds` rounds. */
export async function measureConsole(rounds: number, executions: number): Promise<ConsoleResults> {
  const results = { unread: [] as number[], read: [] as number[] };
  const changes = new Changes(systemClock);
  const observer = createObserver(changes.subscriber);
  const ports = systemPorts(observer);
  const server = createServer((_, response) => {
    let lists: ListStream | null = null;
    const onEnd = (): void => lists?.end();
    const stream = new EventStream({ response, scheduler: ports.scheduler, mayGoOn: () => true, onEnd });
    lists = new ListStream(stream, { changes, reader: null, maySee: () => true, maySeeMessages: () => true, ports });
    lists.begin();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    for (let round = -1; round < rounds; round++) {
      const unread = await microsecondsPerExecution(observer, executions);
      const reader = await fetch(`http://127.0.0.1:${port}/`);
      const done = drained(reader);
      const read = await microsecondsPerExecution(observer, executions);
      await done.stop();
      // The first round warms up.
      if (round < 0) continue;
      results.unread.push(unread);
      results.read.push(read);
    }
    return results;
  } finally {
    server.close();
  }
}

/** Reads a stream until it is stopped. */
function drained({ body }: Response): { stop(): Promise<void> } {
  const reader = body?.getReader();
  const reading = (async () => {
    while (reader !== undefined && !(await reader.read()).done);
  })();
  return {
    async stop() {
      await reader?.cancel();
      await reading;
    },
  };
}

async function microsecondsPerExecution(observer: Observer, executions: number): Promise<number> {
  const names = Array.from({ length: 1_000 }, () => randomUUID());
  let tookMs = 0;
  for (let i = 0; i < executions; ) {
    const beganMs = performance.now();
    for (let turn = 0; turn < PER_TURN; turn++, i++) reportOne(observer, `execution:${names[i % names.length]}`);
    tookMs += performance.now() - beganMs;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return (tookMs * 1000) / executions;
}

/** As `runtime/express/` reports an execution that never waits. */
function reportOne(observer: Observer, executionName: string): void {
  const flowName = 'one';
  observer.executionStarted?.({ mode: 'Express', flowName, executionName, source: 'api' });
  observer.executionEnded?.({
    mode: 'Express',
    flowName,
    flowId: '',
    executionName,
    status: 'Succeeded',
    error: '',
    startedMs: 0,
    tookMs: 1,
    isMapItem: false,
    warnings: [],
  });
}
