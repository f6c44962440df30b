/** The store as one node uses it: the first call that is refused because the node is gone ends the node's work. */
import type { ExecutionStore } from '../../../store/executions.ts';
import { LeaseLost } from '../../../store/nodes.ts';
import { notAccepting } from '../not-accepting.ts';

/** Calls that only a live node can make, apart from commits, whose queue notices it by itself. */
type Leased = Pick<ExecutionStore, 'newIds' | 'claim' | 'claimUnowned' | 'claimDue'>;

/**
 * @param unsure is called when a claim fails for another reason: the node may own what it does not know of
 * @param lost is called when a call is refused because the node is gone; the call fails with an {@link ApiError} for a caller who may
 *   wait for it
 */
export function leasedStore(store: ExecutionStore, lost: () => void, unsure: () => void): ExecutionStore {
  async function leased<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      lost();
      throw notAccepting(error);
    }
  }
  async function claiming<T>(call: Promise<T>): Promise<T> {
    try {
      return await leased(call);
    } catch (error) {
      unsure();
      throw error;
    }
  }
  const calls: Leased = {
    newIds: (...given) => leased(store.newIds(...given)),
    claim: (...given) => claiming(store.claim(...given)),
    claimUnowned: (...given) => claiming(store.claimUnowned(...given)),
    claimDue: (...given) => leased(store.claimDue(...given)),
  };
  return Object.assign(Object.create(store) as ExecutionStore, calls);
}
