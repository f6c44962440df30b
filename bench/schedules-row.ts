/**
 * Thousands of schedules that are due in the same second, on a server with a database file: how late their executions start, and what
 * a caller of StartSyncExecution notices of it. The lateness of a Standard execution is that of its first event; the executions
 * are durable within the commit after it. The baseline of the calls is the same server before that second.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemScheduler } from '../src/base/scheduler.ts';
import { openSqliteStores } from '../src/store/sqlite/stores.ts';
import { flowRecord } from '../src/testing/flow-record.ts';
import { startSync } from './calls.ts';
import { ONE_STATE } from './flows.ts';
import { inFolder } from './folder.ts';
import { startLoad } from './load-process.ts';
import type { RoundResult } from './load.ts';
import { CREDENTIALS, createFlow, startMillraceOn } from './servers.ts';
import { percentile } from './statistics.ts';
import { latency, whole } from './table.ts';
import type { Row } from './table.ts';

export interface SchedulesResult {
  readonly schedules: number;
  readonly connections: number;
  readonly lateP50Ms: number;
  readonly lateP99Ms: number;
  readonly lateMaxMs: number;
  readonly meanwhile: readonly RoundResult[];
  readonly before: readonly RoundResult[];
}

const FLOWS = 100;
/** Time for the start of the server and for the calls before. */
const AHEAD_MS = 12_000;
const ROUND_REQUESTS = 500;

/** @param connections of callers meanwhile; 0: none calls */
export async function measureSchedules(schedules: number, connections: number): Promise<SchedulesResult> {
  return inFolder(async (folder) => {
    const dueMs = Math.ceil((Date.now() + AHEAD_MS) / 1_000) * 1_000;
    await fill(folder, schedules, dueMs);
    const server = await startMillraceOn(folder);
    const load = startLoad();
    const reader = new DatabaseSync(join(folder, 'millrace.db'), { readOnly: true });
    try {
      await createFlow(server.port, 'one', ONE_STATE);
      const count = reader.prepare('SELECT count(*) AS n FROM executions');
      const isDone = (): boolean => Number(count.get()?.['n']) === schedules;
      const before: RoundResult[] = [];
      const meanwhile: RoundResult[] = [];
      for (let from = 0; !isDone(); from += ROUND_REQUESTS) {
        if (connections === 0) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          continue;
        }
        const result = await load.drive({
          ...{ port: server.port, credentials: CREDENTIALS, calls: [startSync('one')], connections },
          ...{ requests: ROUND_REQUESTS, from },
        });
        if (Date.now() < dueMs) before.push(result);
        else meanwhile.push(result);
      }
      const late = reader
        .prepare('SELECT started_ms FROM executions')
        .all()
        .map((row) => Number(row['started_ms']) - dueMs);
      const at = (share: number): number => percentile(late, share);
      return {
        ...{ schedules, connections, meanwhile, before },
        ...{ lateP50Ms: at(0.5), lateP99Ms: at(0.99), lateMaxMs: Math.max(...late) },
      };
    } finally {
      reader.close();
      load.stop();
      await server.stop();
    }
  });
}

async function fill(folder: string, number: number, dueMs: number): Promise<void> {
  const stores = openSqliteStores({ file: join(folder, 'millrace.db'), synchronous: 'NORMAL' }, systemScheduler);
  for (let i = 0; i < FLOWS; i++) {
    await stores.flows.create(flowRecord(`timed${i}`, { definition: ONE_STATE, executionMode: 'Standard' }));
  }
  for (let i = 0; i < number; i++) {
    await stores.schedules.create({
      ...{ flowName: `timed${i % FLOWS}`, name: `s${i}`, id: crypto.randomUUID(), description: '', payload: '{"n":1}' },
      // Due once during the measurement.
      ...{ cronExpression: '0 0 0 1 1 ?', isEnabled: true, createdMs: 0, lastModifiedMs: 0, revision: 1 },
      ...{ nextDueMs: dueMs, lastDueMs: null },
    });
  }
  await stores.close();
}

export function schedulesRow(result: SchedulesResult): Row {
  const { schedules, connections, lateP50Ms, lateP99Ms, lateMaxMs, meanwhile, before } = result;
  const late = `late: p50 ${lateP50Ms} ms, p99 ${lateP99Ms} ms, at most ${lateMaxMs} ms`;
  const callers = connections === 0 ? 'no calls meanwhile' : `${connections} callers of StartSyncExecution meanwhile`;
  return {
    what: `${whole(schedules)} schedules due in one second, ${callers}`,
    ours: connections === 0 ? late : `${late}; calls: ${latency(meanwhile)}`,
    beside: connections === 0 ? '–' : `calls before that second: ${latency(before)}`,
    ratio: '–',
    aim: '–',
  };
}
