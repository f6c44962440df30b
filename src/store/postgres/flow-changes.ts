/**
 * The log of changes of flows, by which nodes know which of their plans are old. A change takes the next epoch in its own
 * transaction. The lock of the epoch makes changes visible in the order of their epochs.
 */
import type { ChangesOfFlows } from '../flows.ts';
import type { Database, Queries } from './database.ts';
import { textOf } from './flow-rows.ts';
import { stored } from './texts.ts';

/** Changes that nodes can learn of one by one. */
const RETAINED = 1_000;

export async function recordChange(queries: Queries, flow: string, isDeleted: boolean): Promise<void> {
  const [row] = await queries.rows('UPDATE flow_epoch SET last = last + 1 RETURNING last');
  const epoch = Number(row?.['last']);
  await queries.rows('INSERT INTO flow_changes VALUES ($1, $2, $3)', [epoch, stored(flow), isDeleted]);
  await queries.rows('DELETE FROM flow_changes WHERE epoch <= $1', [epoch - RETAINED]);
}

export async function changesSince(database: Database, epoch: number): Promise<ChangesOfFlows | null> {
  const rows = await database.rows('SELECT epoch, flow, deleted FROM flow_changes WHERE epoch > $1 ORDER BY epoch', [
    epoch,
  ]);
  if (rows.length === 0) return { epoch, flows: [] };
  if (Number(rows[0]?.['epoch']) !== epoch + 1) return null;
  return {
    epoch: Number(rows.at(-1)?.['epoch']),
    flows: rows.map((row) => ({ name: textOf(row['flow']), isDeleted: row['deleted'] === true })),
  };
}
