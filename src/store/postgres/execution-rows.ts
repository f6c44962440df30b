/** Executions, snapshots and Map runs to rows and back. */
import type { Failure } from '../../interpreter/event.ts';
import type { ExecutionRecord, FlowSnapshot, JournalRow } from '../executions.ts';
import type { MapItemPlace, MapRunRecord } from '../map-runs.ts';
import type { Row } from './database.ts';
import { environmentOf, numberOrNull, textOf, textOrNull } from './flow-rows.ts';
import { ancestryOf, callbackOf, mapRunStatusOf, statusOf } from '../stored-forms.ts';

/** From a row of `executions` with `flow_id` and `flow_name`, and with `input` and `output` if the query reads them. */
export function executionOf(row: Row): ExecutionRecord {
  const parent = numberOrNull(row['parent']);
  const stop = textOrNull(row['stop']);
  return {
    id: Number(row['id']),
    flowId: textOf(row['flow_id']),
    flowName: textOf(row['flow_name']),
    name: textOf(row['name']),
    identity: textOf(row['identity']),
    status: statusOf(row['status']),
    startedMs: Number(row['started_ms']),
    stoppedMs: Number(row['stopped_ms']),
    revision: Number(row['revision']),
    version: textOf(row['version']),
    alias: textOf(row['alias']),
    parent: parent === null ? null : { execution: parent, event: Number(row['parent_event']) },
    ancestry: ancestryOf(row['depth'], textOf(row['started_by'])),
    mapItem: mapItemOf(row),
    callback: callbackOf(row['callback']),
    stop: stop === null ? null : failureOf(stop),
    wakeMs: numberOrNull(row['wake_ms']),
    error: textOf(row['error']),
    cause: textOf(row['cause']),
    input: textOrNull(row['input']) ?? '',
    output: textOrNull(row['output']) ?? '',
  };
}

export function failureOf(text: string): Failure {
  return JSON.parse(text) as Failure;
}

function mapItemOf(row: Row): MapItemPlace | null {
  const run = textOrNull(row['map_run']);
  return run === null ? null : { run, state: Number(row['map_state']), index: Number(row['map_item']) };
}

export function snapshotOf(row: Row): FlowSnapshot {
  return {
    flowId: textOf(row['flow_id']),
    revision: Number(row['revision']),
    definition: textOf(row['definition']),
    description: textOf(row['description']),
    roleArn: textOf(row['role_arn']),
    environment: environmentOf(row['environment']),
    writer: textOrNull(row['writer']),
  };
}

/** From `first`, `count` and the text as `events`. */
export function journalRowOf(row: Row): JournalRow {
  return { first: Number(row['first']), count: Number(row['count']), events: textOf(row['events']) };
}

export function mapRunOf(row: Row): MapRunRecord {
  return {
    name: textOf(row['name']),
    key: Number(row['key']),
    event: Number(row['event']),
    status: mapRunStatusOf(row['status']),
    startedMs: Number(row['started_ms']),
    stoppedMs: Number(row['stopped_ms']),
    concurrency: Number(row['concurrency']),
    toleratedCount: numberOrNull(row['tolerated_count']),
    toleratedPercentage: numberOrNull(row['tolerated_percentage']),
    total: Number(row['total']),
    running: Number(row['running']),
    succeeded: Number(row['succeeded']),
    failed: Number(row['failed']),
  };
}
