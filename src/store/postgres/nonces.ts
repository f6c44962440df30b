/** Nonces that nodes share, so that a request that one of them has accepted is refused by the others. */
import type { NodeNumber, SharedNonces } from '../nodes.ts';
import type { Database } from './database.ts';

/** A nonce is remembered for 15 minutes from the time of its request, which may be 15 minutes ahead. */
const RETAINED_MS = 31 * 60_000;
/** Most batches of one read: a node that joins reads those of half an hour, which may be hundreds of megabytes. */
const READ_BATCHES = 64;

export async function exchangeNonces(
  database: Database,
  nowMs: number,
  node: NodeNumber,
  own: Uint8Array,
  position: number,
): Promise<SharedNonces> {
  if (own.length > 0) await share(database, nowMs, node, own);
  const rows = await database.rows(
    'SELECT position, node, prints FROM nonces WHERE position > $1 ORDER BY position LIMIT $2',
    [position, READ_BATCHES],
  );
  return {
    batches: rows.filter((row) => Number(row['node']) !== node).map((row) => new Uint8Array(row['prints'] as Buffer)),
    position: Math.max(position, ...rows.map((row) => Number(row['position']))),
  };
}

/** The lock of the position makes batches visible in the order of their positions, so that no reader passes one over. */
async function share(database: Database, nowMs: number, node: NodeNumber, own: Uint8Array): Promise<void> {
  await database.transaction(async (queries) => {
    const [row] = await queries.rows('UPDATE nonce_position SET last = last + 1 RETURNING last');
    await queries.rows('INSERT INTO nonces VALUES ($1, $2, $3, $4)', [row?.['last'], node, nowMs, Buffer.from(own)]);
    await queries.rows(
      `DELETE FROM nonces WHERE position IN
         (SELECT position FROM nonces ORDER BY position LIMIT 10) AND shared_ms < $1`,
      [nowMs - RETAINED_MS],
    );
  });
}
