/** Map runs to rows and back. Store files contain the positions in `STATUSES`: append to the list, and change nothing else in it. */
import type { MapRunRecord, MapRunStatus } from '../map-runs.ts';
import type { Row } from './flow-rows.ts';

const STATUSES: readonly MapRunStatus[] = ['Pending', 'Running', 'Succeeded', 'Failed', 'Aborted'];
/** A run with a lower status than this is open. */
export const FIRST_ENDED = 2;
export const ABORTED = 4;

export function mapRunOf(row: Row): MapRunRecord {
  const { tolerated_count: count, tolerated_percentage: percentage } = row;
  return {
    name: String(row['name']),
    key: Number(row['key']),
    event: Number(row['event']),
    status: STATUSES[Number(row['status'])] as MapRunStatus,
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
    STATUSES.indexOf(run.status),
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
