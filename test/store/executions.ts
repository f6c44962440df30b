/** Executions for the tests of the store: changes that start and end one, and its expected record. */
import assert from 'node:assert/strict';
import type {
  ExecutionChange,
  ExecutionId,
  ExecutionPage,
  ExecutionPosition,
  ExecutionQuery,
  ExecutionRecord,
  ExecutionStore,
  FlowSnapshot,
  Retention,
} from '../../src/store/executions.ts';

import type { Membership } from '../../src/store/nodes.ts';
import type { Stores } from '../../src/store/stores.ts';

type Start = NonNullable<ExecutionChange['start']>;
type End = NonNullable<ExecutionChange['end']>;

export const SNAPSHOT: FlowSnapshot = {
  flowId: 'flow-1',
  revision: 1,
  definition: 'Type: StateMachine\n# 流程\n',
  description: 'what it is for',
  roleArn: 'acs:ram::1:role/r',
  writer: 'key-1',
  environment: [{ name: 'a', value: 'b', description: 'c' }],
};

export function snapshotOf(flowId: string, revision = 1): FlowSnapshot {
  return { ...SNAPSHOT, flowId, revision };
}

export function startOf(id: ExecutionId, members: Partial<Start['record']> = {}): ExecutionChange & { start: Start } {
  const record = {
    flowId: 'flow-1',
    flowName: 'name of the flow',
    name: `run-${id}`,
    identity: `identity-${id}`,
    startedMs: 1_700_000_000_000 + id,
    revision: 1,
    version: '',
    alias: '',
    parent: null,
    ancestry: { depth: 0, startedBy: [] },
    mapItem: null,
    callback: 'none' as const,
    input: `{"n":${id}}`,
    ...members,
  };
  return { id, start: { record, snapshot: snapshotOf(record.flowId, record.revision) } };
}

/** The expected record of {@link startOf} while the execution runs. */
export function runningOf(id: ExecutionId, members: Partial<ExecutionRecord> = {}): ExecutionRecord {
  return {
    id,
    ...startOf(id).start.record,
    status: 'Running',
    stoppedMs: 0,
    stop: null,
    wakeMs: null,
    error: '',
    cause: '',
    output: '',
    ...members,
  };
}

export function endOf(members: Partial<End> = {}): { end: End } {
  return { end: { status: 'Succeeded', stoppedMs: 1_800_000_000_000, output: '{}', error: '', cause: '', ...members } };
}

export function row(first: number, count = 1, text = 'event') {
  const events = Array.from({ length: count }, (_, i) => `${text} ${first + i}`);
  return { first, count, events: JSON.stringify(events) };
}

export const ALL: ExecutionQuery = {
  flowId: 'flow-1',
  status: null,
  startedAfterMs: null,
  startedBeforeMs: null,
  namePrefix: '',
  version: null,
  alias: null,
  mapRun: null,
  after: null,
  limit: 100,
  metadataOnly: false,
  textUnits: Number.MAX_SAFE_INTEGER,
};

/** Retains everything, except for `members`. */
export function retention(members: Partial<Retention> = {}): Retention {
  return { endedBeforeMs: null, executions: null, flows: [], ...members };
}

/** Deletes up to `limit` executions in one step of a round, and returns their number. */
export async function purge(store: ExecutionStore, node: number, members: Partial<Retention>, limit: number) {
  return (await store.purge(node, retention(members), limit, null)).deleted;
}

/** The executions of all pages of a query. Calls `between` before each page after the first. */
export async function pagesOf(
  list: (query: ExecutionQuery) => ExecutionPage | Promise<ExecutionPage>,
  query: ExecutionQuery,
  between: () => Promise<void> = async () => {},
): Promise<ExecutionRecord[]> {
  const found: ExecutionRecord[] = [];
  let after: ExecutionPosition | null = null;
  do {
    if (after !== null) await between();
    const page: ExecutionPage = await list({ ...query, after });
    found.push(...page.executions);
    after = page.next;
  } while (after !== null);
  return found;
}

/** A node of the stores. A store that is not shared has no other one from now on. */
export function newNode({ nodes }: Pick<Stores, 'nodes'>, nowMs = 0, name = 'a node'): Promise<Membership> {
  return nodes.join({ name, version: '1.0.0', leaseMs: 10_000 }, nowMs);
}

/** Joins the stores and commits `changes`. Returns the node and a function that commits more. */
export async function writing(stores: Pick<Stores, 'nodes' | 'executions'>, changes: readonly ExecutionChange[] = []) {
  const { node } = await newNode(stores);
  const commit = (...more: ExecutionChange[]) => stores.executions.commit(node, more);
  await commit(...changes);
  return { node, commit };
}

/** Writes as {@link writing}, and can look for what another node finds to do when the one that wrote is gone. */
export async function writingNodes(stores: Pick<Stores, 'nodes' | 'executions'>, changes: readonly ExecutionChange[]) {
  const { executions, nodes } = stores;
  let { node } = await writing(stores, changes);
  const next = async (): Promise<void> => {
    await nodes.leave(node);
    ({ node } = await newNode(stores));
  };
  return {
    async commit(...more: ExecutionChange[]) {
      const outcomes = await executions.commit(node, more);
      assert.ok(outcomes.every((outcome) => outcome === 'stored'));
    },
    /** Executions without an owner that need one, and ends that are due. */
    async unfinished(afterId: ExecutionId, limit: number) {
      await next();
      const running = await executions.claimUnowned(node, afterId, limit);
      const ended = await executions.dueEnds(node, afterId, limit);
      await next();
      await executions.claimUnowned(node, 0, 1_000);
      await executions.claimDue(node, Number.MAX_SAFE_INTEGER, 1_000);
      return [...running, ...ended].sort((a, b) => a - b).slice(0, limit);
    },
    due: (nowMs: number, limit: number) => executions.claimDue(node, nowMs, limit),
  };
}
