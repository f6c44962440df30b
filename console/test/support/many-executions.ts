/**
 * Many ended executions of one flow, written straight into the store of a server that is not running, because starting each would take
 * minutes. All are copies of one that ran.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import type { ExecutionChange, ExecutionRecord, JournalRow } from '../../../src/store/executions.ts';
import { openSqliteStores } from '../../../src/store/sqlite/stores.ts';
import type { CleanUp } from '../../../src/testing/index.ts';
import { PASS, createFlow, startConsole, startExecution } from './console-server.ts';

export interface ManyExecutions {
  readonly flow: string;
  readonly count: number;
  /** The input of each. */
  readonly input: unknown;
}

const BATCH = 2_000;
const APART_MS = 100;
/** One of so many failed. */
const RARE = 100;

/** The name of an execution: `run-000042`. */
export function nameOf(place: number): string {
  return `run-${String(place).padStart(6, '0')}`;
}

/** Returns a data folder with the executions. The last one is the newest and started a moment ago. */
export async function folderWithMany(t: CleanUp, { flow, count, input }: ManyExecutions): Promise<string> {
  const server = await startConsole(t);
  await createFlow(server, flow, PASS);
  await startExecution(server, flow, { name: 'sample', input, waits: true });
  await server.stop();
  const file = join(server.folder, 'millrace.db');
  const stores = openSqliteStores({ file, synchronous: 'NORMAL' }, systemScheduler);
  try {
    const { node } = await stores.nodes.join({ name: 'fill', version: '', leaseMs: 60_000 }, 0);
    const record = await stores.flows.get(flow);
    const sample = await stores.executions.find(record?.id ?? '', 'sample');
    assert.ok(sample !== null);
    const rows = await stores.executions.journal(sample.id, 1, Number.MAX_SAFE_INTEGER);
    const firstMs = Date.now() - count * APART_MS;
    for (let from = 0; from < count; from += BATCH) {
      const changes: ExecutionChange[] = [];
      for (let place = from; place < Math.min(from + BATCH, count); place++) {
        changes.push(...changesOf(place, firstMs + place * APART_MS, sample, rows));
      }
      await stores.executions.commit(node, changes);
    }
  } finally {
    await stores.close();
  }
  return server.folder;
}

function changesOf(
  place: number,
  startedMs: number,
  sample: ExecutionRecord,
  [first, ...more]: readonly JournalRow[],
): ExecutionChange[] {
  const id = sample.id + 1 + place;
  const { flowId, flowName, revision, input, output } = sample;
  const record = {
    ...{ flowId, flowName, name: nameOf(place), startedMs, revision, version: '', alias: '', input },
    ...({
      parent: null,
      ancestry: { depth: 0, startedBy: [] },
      identity: '',
      mapItem: null,
      callback: 'none',
    } as const),
  };
  const status = place % RARE === 0 ? 'Failed' : 'Succeeded';
  return [
    { id, start: { record, snapshot: null }, ...(first !== undefined && { journal: first }) },
    ...more.map((journal) => ({ id, journal })),
    { id, end: { status, stoppedMs: startedMs + 5, output, error: '', cause: '' } },
  ];
}
