/** Executions and snapshots to rows and back. */
import { parseJson } from '../../base/json.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { ExecutionRecord, FlowSnapshot } from '../executions.ts';
import type { EnvironmentVariable } from '../flows.ts';
import type { MapItemPlace } from '../map-runs.ts';
import type { Row } from './flow-rows.ts';
import { ancestryOf, callbackOf, statusOf } from '../stored-forms.ts';

/** From a row of `executions` with `flow_id` and `flow_name`, and with `input` and `output` if the query reads them. */
export function executionOf(row: Row): ExecutionRecord {
  const { stop, wake_ms: wakeMs, parent, parent_event: parentEvent } = row;
  return {
    id: Number(row['id']),
    flowId: String(row['flow_id']),
    flowName: String(row['flow_name']),
    name: String(row['name']),
    identity: String(row['identity']),
    status: statusOf(row['status']),
    startedMs: Number(row['started_ms']),
    stoppedMs: Number(row['stopped_ms']),
    revision: Number(row['revision']),
    version: String(row['version']),
    alias: String(row['alias']),
    parent: parent === null ? null : { execution: Number(parent), event: Number(parentEvent) },
    ancestry: ancestryOf(row['depth'], String(row['started_by'])),
    mapItem: mapItemOf(row),
    callback: callbackOf(row['callback']),
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
