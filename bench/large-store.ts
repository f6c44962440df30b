/** Fills a data folder through the store with many ended executions, which have the texts of one that ran. */
import { join } from 'node:path';
import { systemScheduler } from '../src/base/scheduler.ts';
import type { ExecutionChange, ExecutionRecord, JournalRow } from '../src/store/executions.ts';
import { openSqliteStores } from '../src/store/sqlite/stores.ts';
import { openEngine } from './durable-engine.ts';
import { TEN_STATES } from './flows.ts';

/** The flow of the executions. */
export const FLOW = 'ten';
const BATCH = 1_000;
/** One execution of this many failed, and one of this many ran version 1. */
const RARE = 100;
/** Time between two starts. */
export const APART_MS = 100;
export const FIRST_MS = Date.UTC(2026, 0, 1);

/** Runs one execution, and stores `executions` copies of it. */
export async function fill(folder: string, executions: number): Promise<void> {
  const engine = await openEngine(folder, () => Promise.reject(new Error('no task is expected')));
  await engine.createFlow(FLOW, TEN_STATES);
  await engine.start(FLOW, 'sample');
  await engine.ended(FLOW, 'sample');
  const flow = await engine.stores.flows.get(FLOW);
  const sample = await engine.stores.executions.find(flow?.id ?? '', 'sample');
  if (sample === null) throw new Error('the sample is not in the store');
  const rows = await engine.stores.executions.journal(sample.id, 1, Number.MAX_SAFE_INTEGER);
  await engine.close();
  const stores = openSqliteStores({ file: join(folder, 'millrace.db'), synchronous: 'NORMAL' }, systemScheduler);
  const { node } = await stores.nodes.join({ name: 'bench', version: '', leaseMs: 10_000 }, 0);
  for (let from = 0; from < executions; from += BATCH) {
    const changes: ExecutionChange[] = [];
    for (let i = from; i < Math.min(from + BATCH, executions); i++) changes.push(...changesOf(i, sample, rows));
    await stores.executions.commit(node, changes);
  }
  await stores.close();
}

function changesOf(i: number, sample: ExecutionRecord, rows: readonly JournalRow[]): ExecutionChange[] {
  const id = sample.id + 1 + i;
  const startedMs = FIRST_MS + i * APART_MS;
  const { flowId, flowName, revision, input, output } = sample;
  const version = i % RARE === 1 ? '1' : '';
  const status = i % RARE === 0 ? 'Failed' : 'Succeeded';
  const record = {
    flowId,
    flowName,
    name: `execution-${i}`,
    startedMs,
    revision,
    version,
    alias: '',
    parent: null,
    ancestry: { depth: 0, startedBy: [] },
    identity: '',
    mapItem: null,
    callback: 'none',
    input,
  } as const;
  const end = { status, stoppedMs: startedMs + 5, output, error: '', cause: '' } as const;
  const [first, ...more] = rows;
  return [
    { id, start: { record, snapshot: null }, ...(first !== undefined && { journal: first }) },
    ...more.map((journal) => ({ id, journal })),
    { id, end },
  ];
}
