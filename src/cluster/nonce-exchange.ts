/**
 * How processes that serve together learn which nonces the others have accepted, so that a request which is recorded at one of them
 * is refused at all.
 */
import type { NodeStore } from '../store/nodes.ts';
import type { NodeMembership } from './membership.ts';

export interface NonceExchange {
  /**
   * Passes fingerprints to the other processes, and returns theirs since the call before: at the first call those that are still at
   * hand. Rejects when it could not; the caller passes the same ones again.
   */
  exchange(own: Uint8Array): Promise<readonly Uint8Array[]>;
}

/** Through the store that the nodes share. */
export function exchangeThroughStore(
  nodes: Pick<NodeStore, 'exchangeNonces'>,
  own: Pick<NodeMembership, 'node'>,
): NonceExchange {
  let from = 0;
  return {
    async exchange(prints) {
      const { batches, position } = await nodes.exchangeNonces(own.node, prints, from);
      from = position;
      return batches;
    },
  };
}
