/**
 * The log of changes of flows, by which nodes know which of their plans are old. A change takes the next epoch in its own
 * transaction. The lock of the epoch makes changes visible in the order of their epochs.
 */
import type { ChangesOfFlows } from '../flows.ts';
import type { Database, Queries } from './database.ts';
import { storedOrNull, textOf, textOrNull } from './flow-rows.ts';
import { stored } from './texts.ts';

/** Changes that nodes can learn of one by one. */
const RETAINED = 1_000;

/** @param deletedId the id of a flow that was deleted */
export async function recordChange(queries: Queries, name: string, deletedId: string | null = null): Promise<void> {
  const [row] = await queries.rows('UPDATE flow_epoch SET last = last + 1 RETURNING last');
  const epoch = Number(row?.['last']);
  await queries.rows('INSERT INTO flow_changes VALUES ($1, $2, $3)', [epoch, stored(name), storedOrNull(deletedId)]);
  await queries.rows('DELETE FROM flow_changes WHERE epoch <= $1', [epoch - RETAINED]);
}

export async function changesSince(database: Database, epoch: number): Promise<ChangesOfFlows> {
  const rows = await database.rows('SELECT epoch, flow, deleted_id FROM flow_changes WHERE epoch > $1 ORDER BY epoch', [
    epoch,
  ]);
  if (rows.length === 0) return { epoch, flows: [] };
  const last = Number(rows.at(-1)?.['epoch']);
  if (Number(rows[0]?.['epoch']) !== epoch + 1) return { epoch: last, flows: null };
  return {
    epoch: last,
    flows: rows.map((row) => ({ name: textOf(row['flow']), deletedId: textOrNull(row['deleted_id']) })),
  };
}
