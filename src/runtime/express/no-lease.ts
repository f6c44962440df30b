/**
 * Refuses a start at a node whose lease may have ended: others may have changed flows since, and it would run the old text. A caller gets
 * the error and a schedule tries again, as for a store in trouble. The task of a flow waits and tries again, because the failure would
 * remain in its history although the cause passes.
 */
import { ApiError } from '../../api/error.ts';

export class NoLease extends ApiError {
  constructor() {
    super(
      'InternalServerError',
      'This node starts no executions at this time: it could not renew its lease in the store, and will try again. Retry, or call another node.',
    );
  }
}
