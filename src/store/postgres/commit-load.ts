/** The look of a commit that is not usual: it locks and reads the rows that its changes concern. */
import type { ExecutionChange, ExecutionId } from '../executions.ts';
import type { MapRunRecord } from '../map-runs.ts';
import type { NodeNumber } from '../nodes.ts';
import { int8s, texts } from './arrays.ts';
import type { Statement, Values } from './batch.ts';
import type { StatementName } from './commit-statements.ts';
import { mapRunOf } from './execution-rows.ts';
import { numberOrNull, textOf, textOrNull } from './flow-rows.ts';
import { flowKey } from './shards.ts';

/** An execution in the database, or one that the commit starts. */
export interface LoadedExecution {
  readonly id: ExecutionId;
  status: number;
  callback: number;
  readonly parent: ExecutionId | null;
  parentEvent: number | null;
  owner: NodeNumber | null;
  stop: string | null;
  wakeMs: number | null;
  stoppedMs: number;
  endedMs: number | null;
  error: string;
  cause: string;
  nextEvent: number;
  isChanged: boolean;
}

export interface LoadedMapRun {
  readonly id: ExecutionId;
  record: MapRunRecord;
  isChanged: boolean;
}

/** The part of the database that a commit concerns. Keys of several parts are joined by U+0000. */
export interface Loaded {
  readonly executions: Map<ExecutionId, LoadedExecution>;
  /** By {@link nameKey}: the execution of the flow that has the name. */
  readonly names: Map<string, ExecutionId>;
  /** By {@link snapshotKey}. */
  readonly snapshots: Set<string>;
  /** The next due time of schedules, by id. */
  readonly schedules: Map<string, number | null>;
  /** By {@link entryKey}. */
  readonly mapRuns: Map<string, LoadedMapRun>;
  /** The next entry of their logs, by {@link entryKey}. */
  readonly nextEntries: Map<string, number>;
  /** Highest id of a purged execution. An absent execution with a higher id was never started. */
  readonly purgedId: ExecutionId;
}

export function nameKey(flowId: string, name: string): string {
  return `${flowKey(flowId)}\0${name}`;
}

export function snapshotKey(flowId: string, revision: number): string {
  return `${flowId}\0${revision}`;
}

export function entryKey(id: ExecutionId, key: number): string {
  return `${id}\0${key}`;
}

/** The statements that lock and read, in an order that all commits have. */
export function loadStatements(changes: readonly ExecutionChange[], shards: number): readonly Statement[] {
  const count = String(shards);
  const ids = [...new Set(changes.map(({ id }) => id))];
  const stops = changes.flatMap(({ id, stopChildren }) => (stopChildren?.events ?? []).map((event) => ({ id, event })));
  const starts = changes.flatMap(({ start }) => start ?? []);
  const dues = starts.flatMap(({ due }) => due ?? []);
  const logs = changes.flatMap(({ id, mapRuns }) =>
    (mapRuns ?? []).flatMap(({ record, log }) => (log === undefined ? [] : [{ id, key: record.key }])),
  );
  const mapping = changes.filter(
    ({ mapRuns, abortMapRunsMs, stopChildren }) => (mapRuns ?? abortMapRunsMs ?? stopChildren) !== undefined,
  );
  const statement = (name: StatementName, ...values: Statement['values']): Statement => ({ name, values });
  return [
    statement(
      'names',
      int8s(starts.map(({ record }) => flowKey(record.flowId))),
      texts(starts.map(({ record }) => record.name)),
    ),
    statement(
      'snapshots',
      int8s(starts.map(({ record }) => flowKey(record.flowId))),
      int8s(starts.map(({ record }) => record.revision)),
    ),
    statement('lock', count, int8s(ids), int8s(stops.map(({ id }) => id)), int8s(stops.map(({ event }) => event))),
    statement('nextEvents', count, int8s(ids)),
    statement('lockSchedules', texts(dues.map(({ scheduleId }) => scheduleId))),
    statement('mapRuns', int8s(mapping.map(({ id }) => id))),
    statement('nextEntries', count, int8s(logs.map(({ id }) => id)), int8s(logs.map(({ key }) => key))),
    statement('purged'),
  ];
}

/** From the rows of {@link loadStatements}. */
export function loadedOf(answers: readonly (readonly Values[])[]): Loaded {
  const [names, snapshots, executions, nextEvents, schedules, mapRuns, nextEntries, purged] = answers;
  const next = new Map(nextEvents?.map(([id, event]) => [Number(id), Number(event ?? 1)]));
  return {
    executions: new Map(
      executions?.map((row) => {
        const id = Number(row[0]);
        return [id, executionOf(row, next.get(id) ?? 1)];
      }),
    ),
    names: new Map(names?.map(([id, flow, name]) => [`${flow}\0${textOf(name)}`, Number(id)])),
    snapshots: new Set(snapshots?.map(([, revision, flowId]) => snapshotKey(textOf(flowId), Number(revision)))),
    schedules: new Map(schedules?.map(([id, due]) => [textOf(id), numberOrNull(due)])),
    mapRuns: new Map(
      mapRuns?.map((row) => {
        const run = loadedMapRunOf(row);
        return [entryKey(run.id, run.record.key), run];
      }),
    ),
    nextEntries: new Map(
      nextEntries?.map(([id, key, entry]) => [entryKey(Number(id), Number(key)), Number(entry ?? 1)]),
    ),
    purgedId: Number(purged?.[0]?.[0]),
  };
}

function executionOf(row: Values, nextEvent: number): LoadedExecution {
  const [id, status, callback, parent, parentEvent, owner, stop, wakeMs, stoppedMs, endedMs, error, cause] = row;
  return {
    id: Number(id),
    status: Number(status),
    callback: Number(callback),
    parent: numberOrNull(parent),
    parentEvent: numberOrNull(parentEvent),
    owner: numberOrNull(owner),
    stop: textOrNull(stop),
    wakeMs: numberOrNull(wakeMs),
    stoppedMs: Number(stoppedMs),
    endedMs: numberOrNull(endedMs),
    error: textOf(error),
    cause: textOf(cause),
    nextEvent,
    isChanged: false,
  };
}

const MAP_RUN_COLUMNS = [
  'execution',
  'key',
  'name',
  'event',
  'status',
  'started_ms',
  'stopped_ms',
  'concurrency',
  'tolerated_count',
  'tolerated_percentage',
  'total',
  'running',
  'succeeded',
  'failed',
];

function loadedMapRunOf(row: Values): LoadedMapRun {
  const columns = Object.fromEntries(MAP_RUN_COLUMNS.map((column, i) => [column, row[i] ?? null]));
  return { id: Number(row[0]), record: mapRunOf(columns), isChanged: false };
}
