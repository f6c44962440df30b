/** Executions for the tests of the store: changes that start and end one, and its expected record. */
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
export async function purge(store: ExecutionStore, fence: number, members: Partial<Retention>, limit: number) {
  return (await store.purge(fence, retention(members), limit, null)).deleted;
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

/** Takes over the store and commits `changes`. Returns the fence and a function that commits more. */
export async function writing(store: ExecutionStore, changes: readonly ExecutionChange[] = []) {
  const { fence } = await store.takeOver(0);
  const commit = (...more: ExecutionChange[]) => store.commit(fence, more);
  await commit(...changes);
  return { fence, commit };
}
