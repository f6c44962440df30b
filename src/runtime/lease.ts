/** A node whose lease may have ended starts no executions: others may have changed flows since, and it would run the old text. */
import { ApiError } from '../api/error.ts';
import type { Cluster } from '../cluster/cluster.ts';

/** @throws {ApiError} `InternalServerError` while the node has no lease. */
export function requireLease({ holdsLease }: Pick<Cluster, 'holdsLease'>): void {
  if (holdsLease) return;
  const message =
    'This node starts no executions at this time: it could not renew its lease in the store, and will try again. Retry, or call another node.';
  throw new ApiError('InternalServerError', message);
}
