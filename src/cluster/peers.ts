/**
 * Questions between the processes that serve together: the nodes of a shared store, or the workers of one server. They concern what
 * only the memory of a process has, such as the history of Express executions. An answer may be missing, because a process may end
 * or not answer in time; no one waits for it for long.
 */
import type { JsonValue } from '../base/json.ts';

/** Answers a question of another process; null: it has nothing to say. An error of it is no answer. */
export type PeerHandler = (question: JsonValue) => Promise<JsonValue>;

export interface Peers {
  /** The first answer that is not null; null when no other process gives one within `waitMs`. */
  askAny(topic: string, question: JsonValue, waitMs: number): Promise<JsonValue>;
  /** The answers of all others that answer within `waitMs`, without the nulls, in no order. */
  askAll(topic: string, question: JsonValue, waitMs: number): Promise<readonly JsonValue[]>;
  /** Answers the questions of a topic from now on. */
  serve(topic: string, handler: PeerHandler): void;
}

/** Of a process that serves alone. */
export const NO_PEERS: Peers = {
  askAny: () => Promise.resolve(null),
  askAll: () => Promise.resolve([]),
  serve: () => undefined,
};
