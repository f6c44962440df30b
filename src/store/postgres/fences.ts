/** The fences of nodes (`node-store.ts`). */
import { LeaseLost } from '../nodes.ts';
import type { NodeNumber } from '../nodes.ts';
import type { Queries } from './database.ts';

export function leaseLost(): LeaseLost {
  return new LeaseLost('the lease of this node has ended');
}

/** Prevents the removal of a node until the transaction ends. @throws {LeaseLost} */
export async function requireNode(queries: Queries, node: NodeNumber): Promise<void> {
  const [fence] = await queries.rows('SELECT 1 FROM node_fences WHERE number = $1 FOR KEY SHARE', [node]);
  if (fence === undefined) throw leaseLost();
}
