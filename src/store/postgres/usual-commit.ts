/**
 * The usual commit: starts of new executions, and changes of executions that the node owns, for the first time. It needs no look
 * at the database: its statements fail unless all is as expected, and then the commit looks (`commit-plan.ts`).
 */
import type { ExecutionChange, ExecutionId } from '../executions.ts';
import { snapshotKey } from './commit-load.ts';
import { Writes } from './commit-writes.ts';

const USUAL = new Set<string>(['id', 'start', 'journal', 'wakeMs', 'end', 'release']);

/**
 * Null if the commit has a change of another kind, or two of one execution.
 * @param stored keys of snapshots that the database has, as far as this process knows: a start need not send them again
 */
export function usualWrites(changes: readonly ExecutionChange[], stored: ReadonlySet<string>): Writes | null {
  const writes = new Writes();
  const ids = new Set<ExecutionId>();
  for (const change of changes) {
    if (ids.has(change.id) || !isUsual(change)) return null;
    ids.add(change.id);
    add(writes, change, stored);
  }
  return writes;
}

function isUsual(change: ExecutionChange): boolean {
  const names = Object.keys(change);
  return names.length > 1 && names.every((name) => USUAL.has(name)) && change.start?.due === undefined;
}

function add(
  writes: Writes,
  { id, start, journal, wakeMs, end, release }: ExecutionChange,
  stored: ReadonlySet<string>,
): void {
  if (start !== undefined) {
    const { record, snapshot } = start;
    const isStored = snapshot === null || stored.has(snapshotKey(snapshot.flowId, snapshot.revision));
    if (!isStored) writes.snapshots.push({ snapshot, flowName: record.flowName });
    writes.starts.push({ id, record });
  }
  if (journal !== undefined) writes.ownRows.push({ id, row: journal });
  if (end !== undefined) {
    writes.ends.push({ id, end });
    if (end.output !== '') writes.outputs.set(id, end.output);
  } else if (wakeMs !== undefined || release === true) {
    writes.rests.push({ id, releases: release === true, ...(wakeMs === undefined ? {} : { wakeMs }) });
  }
}
