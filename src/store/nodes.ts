/**
 * The port of the nodes of a store. A node is one process that runs executions of the store. It has a number, which is never used
 * twice, and a lease, which it extends by beats. While its lease lasts it owns executions: it alone may change them. One contract
 * suite (test/store/) runs on every adapter.
 *
 * Invariants:
 * - The store's clock decides whether a lease has ended. A node whose lease has ended is *gone*: it changes nothing more, its number
 *   does not come back, and what it owned has no owner.
 * - A node is gone only after its lease, after `leave`, or in a store that is not shared when another one joins.
 * - Hints, messages and shared nonces may be lost. Nothing depends on them but how soon something happens.
 */
import type { NodeNumber, RunningCounts } from './ids.ts';

export type { NodeNumber } from './ids.ts';

export interface NodeInfo {
  /** For people: host and process. */
  readonly name: string;
  /** Version of Millrace. */
  readonly version: string;
  /** How long the node lives without a beat. */
  readonly leaseMs: number;
}

/** The result of joining. */
export interface Membership {
  readonly node: NodeNumber;
  /** Highest id that any execution has had; 0 for none. */
  readonly lastId: number;
  /** 32 random bytes that seal task tokens. The first node makes them and they never change. */
  readonly tokenKey: Uint8Array;
  /**
   * By how much the wall clock was set back since the store is used, all set-backs together, that before this call included:
   * the difference between the last time that the store has seen and the present.
   */
  readonly setBackMs: number;
  /** As {@link Beat.flowEpoch}: the node has read no flow before. */
  readonly flowEpoch: number;
  readonly running: RunningCounts;
}

/** The figures that a node reports with each beat. */
export interface NodeReport {
  /** Executions in its memory. */
  readonly executions: number;
  /** The node uses no flow as it was before this change ({@link Beat.flowEpoch}). */
  readonly flowEpoch: number;
  /** By how much its event loop was late lately, milliseconds. */
  readonly lagMs: number;
}

export interface Beat {
  /** Set-backs of the clock so far, as {@link Membership.setBackMs}; null: this process knows it best. */
  readonly setBackMs: number | null;
  /** Number of live nodes, 1 or more. */
  readonly size: number;
  /** Place of this node among them, by number, from 0. */
  readonly rank: number;
  /** Number of the last change of any flow. */
  readonly flowEpoch: number;
  /** How many executions of all nodes are running. */
  readonly running: RunningCounts;
}

/** A node as `millrace nodes` shows it. */
export interface NodeRecord extends NodeInfo, NodeReport {
  readonly node: NodeNumber;
  readonly joinedMs: number;
  /** Milliseconds since its last beat. */
  readonly sinceBeatMs: number;
  /** Running executions that it owns, by the store. */
  readonly owned: number;
}

/** `work`: look for executions and mail. `flows`: flows have changed, or a node has noticed. `messages`: look for messages of nodes. */
export type HintTopic = 'work' | 'flows' | 'messages';

export interface Hint {
  /** Null: every node. */
  readonly to: NodeNumber | null;
  readonly topic: HintTopic;
}

/** A message from a node to another one. */
export interface NodeMessage {
  readonly from: NodeNumber;
  readonly to: NodeNumber;
  /** JSON text. */
  readonly text: string;
}

/** Fingerprints of nonces, as `auth/nonces.ts` writes them. */
export interface SharedNonces {
  readonly batches: readonly Uint8Array[];
  /** For the next call. */
  readonly position: number;
}

export interface NodeStore {
  /** True if several processes may use the store at the same time. */
  readonly isShared: boolean;
  /**
   * Makes the caller a node. In a store that is not shared, every other node is gone from now on.
   * @param nowMs wall time, milliseconds since 1970, for a store without a clock of its own
   */
  join(info: NodeInfo, nowMs: number): Promise<Membership>;
  /** Extends the lease of a node, and removes nodes whose lease has ended. @param nowMs as `join` @throws {LeaseLost} */
  beat(node: NodeNumber, report: NodeReport, nowMs: number): Promise<Beat>;
  /** The node changes nothing more. Its executions have no owner from now on. Resolves for a node that is gone as well. */
  leave(node: NodeNumber): Promise<void>;
  /** The numbers of the live nodes, ascending. Cheaper than `list`. @param nowMs as `join` */
  live(nowMs: number): Promise<readonly NodeNumber[]>;
  /** The live nodes, by number. @param nowMs as `join` */
  list(nowMs: number): Promise<readonly NodeRecord[]>;
  /** The lowest flow epoch that a live node has said it uses. Removes nodes whose lease has ended. @param nowMs as `join` */
  lowestFlowEpoch(nowMs: number): Promise<number>;

  /** Asks other nodes to look now instead of at their next poll. Never rejects. */
  hint(hint: Hint): void;
  /** Calls `react` for hints to this node or to all; again for another node when this process has joined again. */
  onHint(node: NodeNumber, react: (topic: HintTopic) => void): void;
  send(message: NodeMessage): Promise<void>;
  /** Takes the messages to a node, in the order in which they were sent. */
  receive(node: NodeNumber): Promise<readonly NodeMessage[]>;
  /**
   * Shares fingerprints of nonces that this node has accepted, and returns those of other nodes since `position`; 0 for those that
   * the store still has. If there are many, it returns the first, and the next call the following ones.
   */
  exchangeNonces(node: NodeNumber, own: Uint8Array, position: number): Promise<SharedNonces>;
  /** Closes the store; no call may follow. */
  close(): Promise<void>;
}

/** The lease of the node has ended, so it can change nothing more. It has to join again. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
