/** A planted fault of the simulated cluster. */
import type { Stores } from '../../../src/store/stores.ts';
import type { VirtualTime } from '../../../src/testing/virtual-time.ts';

export interface Plant {
  /** The store breaks a promise. */
  readonly stores?: (stores: Stores, time: VirtualTime) => Stores;
  /** The nodes poll so rarely. */
  readonly pollMs?: number;
}
