/**
 * Questions between the processes that serve together: the nodes of a shared store, or the workers of one server. They concern what
 * only the memory of a process has, such as the history of Express executions. An answer may be missing, because a process may end
 * or not answer in time; no one waits for it for long.
 */
import type { JsonValue } from '../base/json.ts';
import type { NodeNumber } from '../store/nodes.ts';

/** Answers a question of another process. If it throws, there is no answer. */
export type PeerHandler = (question: JsonValue) => Promise<JsonValue>;

export interface Peers {
  /** The answer of a node; null when there is none within `waitMs`. */
  ask(node: NodeNumber, topic: string, question: JsonValue, waitMs: number): Promise<JsonValue | null>;
  /** The answers of all others that answer within `waitMs`, in no order. */
  askAll(topic: string, question: JsonValue, waitMs: number): Promise<readonly JsonValue[]>;
  /** Answers the questions of a topic from now on. */
  serve(topic: string, handler: PeerHandler): void;
}

/** Of a process that serves alone. */
export const NO_PEERS: Peers = {
  ask: () => Promise.resolve(null),
  askAll: () => Promise.resolve([]),
  serve: () => undefined,
};
