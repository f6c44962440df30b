/** Map runs to rows and back. */
import type { MapRunRecord } from '../map-runs.ts';
import { mapRunStatusNumber, mapRunStatusOf } from '../stored-forms.ts';
import type { Row } from './flow-rows.ts';

export function mapRunOf(row: Row): MapRunRecord {
  const { tolerated_count: count, tolerated_percentage: percentage } = row;
  return {
    name: String(row['name']),
    key: Number(row['key']),
    event: Number(row['event']),
    status: mapRunStatusOf(row['status']),
    startedMs: Number(row['started_ms']),
    stoppedMs: Number(row['stopped_ms']),
    concurrency: Number(row['concurrency']),
    toleratedCount: count === null ? null : Number(count),
    toleratedPercentage: percentage === null ? null : Number(percentage),
    total: Number(row['total']),
    running: Number(row['running']),
    succeeded: Number(row['succeeded']),
    failed: Number(row['failed']),
  };
}

/** The values of the columns after `execution`, in the order of the table. */
export function valuesOfMapRun(run: MapRunRecord): (string | number | null)[] {
  return [
    run.key,
    run.name,
    run.event,
    mapRunStatusNumber(run.status),
    run.startedMs,
    run.stoppedMs,
    run.concurrency,
    run.toleratedCount,
    run.toleratedPercentage,
    run.total,
    run.running,
    run.succeeded,
    run.failed,
  ];
}
