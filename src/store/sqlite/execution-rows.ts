/**
 * Executions and snapshots to rows and back. Store files contain the positions in `STATUSES` and `CALLBACKS`: append to
 * these lists, and change nothing else in them.
 */
import { parseJson } from '../../base/json.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { Ancestry, CallbackState, ExecutionRecord, FlowSnapshot } from '../executions.ts';
import type { EnvironmentVariable } from '../flows.ts';
import type { MapItemPlace } from '../map-runs.ts';
import type { Row } from './flow-rows.ts';

const STATUSES: readonly ExecutionRecord['status'][] = ['Running', 'Succeeded', 'Failed', 'TimedOut', 'Stopped'];
const CALLBACKS: readonly CallbackState[] = ['none', 'owed', 'due', 'done'];

export const RUNNING = 0;
export const OWED = 1;
export const DUE = 2;
export const DONE = 3;

export function statusNumber(status: ExecutionRecord['status']): number {
  return STATUSES.indexOf(status);
}

export function callbackNumber(callback: CallbackState): number {
  return CALLBACKS.indexOf(callback);
}

/** From a row of `executions` with `flow_id` and `flow_name`, and with `input` and `output` if the query reads them. */
export function executionOf(row: Row): ExecutionRecord {
  const { stop, wake_ms: wakeMs, parent, parent_event: parentEvent } = row;
  return {
    id: Number(row['id']),
    flowId: String(row['flow_id']),
    flowName: String(row['flow_name']),
    name: String(row['name']),
    identity: String(row['identity']),
    status: STATUSES[Number(row['status'])] as ExecutionRecord['status'],
    startedMs: Number(row['started_ms']),
    stoppedMs: Number(row['stopped_ms']),
    revision: Number(row['revision']),
    version: String(row['version']),
    alias: String(row['alias']),
    parent: parent === null ? null : { execution: Number(parent), event: Number(parentEvent) },
    ancestry: ancestryOf(row),
    mapItem: mapItemOf(row),
    callback: CALLBACKS[Number(row['callback'])] as CallbackState,
    stop: stop === null ? null : (JSON.parse(String(stop)) as Failure),
    wakeMs: wakeMs === null ? null : Number(wakeMs),
    error: String(row['error']),
    cause: String(row['cause']),
    input: String(row['input'] ?? ''),
    output: String(row['output'] ?? ''),
  };
}

function mapItemOf({ map_run: run, map_state: state, map_item: index }: Row): MapItemPlace | null {
  return run === null ? null : { run: String(run), state: Number(state), index: Number(index) };
}

function ancestryOf(row: Row): Ancestry {
  const startedBy = String(row['started_by']);
  if (startedBy === '') return { depth: Number(row['depth']), startedBy: [] };
  return { depth: Number(row['depth']), startedBy: JSON.parse(startedBy) as readonly string[] };
}

/** The text of `started_by`, empty for most executions. */
export function startedByText({ startedBy }: Ancestry): string {
  return startedBy.length === 0 ? '' : JSON.stringify(startedBy);
}

export function snapshotOf(row: Row): FlowSnapshot {
  return {
    flowId: String(row['flow_id']),
    revision: Number(row['revision']),
    definition: String(row['definition']),
    description: String(row['description']),
    roleArn: String(row['role_arn']),
    environment: parseJson(String(row['environment'])) as unknown as readonly EnvironmentVariable[],
    writer: row['writer'] === null ? null : String(row['writer']),
  };
}
