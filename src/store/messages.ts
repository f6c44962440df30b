/**
 * The port of the message store. The server's built-in Message Service stores here the messages that flows send to queues
 * and topics, with the state of their pushes to subscribers. One contract suite (test/store/) runs on every adapter.
 *
 * Invariants:
 * - A message is durable when `add` resolves.
 * - The store retains at most as many messages as `add` allows. It deletes the oldest ones, but none whose push is due.
 */
import type { TaskReference } from './executions.ts';

export type MessageTarget = 'queue' | 'topic';

export interface Message {
  /** The id in replies of Message Service. Unique. */
  readonly messageId: string;
  readonly target: MessageTarget;
  /** Name of the queue or topic. */
  readonly name: string;
  readonly body: string;
  /** Empty for none. */
  readonly tag: string;
  /** JSON text of an object; empty for none. */
  readonly attributes: string;
  /** 1 to 16. */
  readonly priority: number;
  readonly sentMs: number;
  /** Milliseconds since 1970 from when a consumer may see the message. */
  readonly visibleMs: number;
  /**
   * The task that sent the message. If the task sends again after a crash, this identifies the message. Null for an
   * Express execution.
   */
  readonly task: TaskReference | null;
}

export interface PushState {
  /** `none`: the topic has no subscriber, or the message is in a queue. */
  readonly status: 'none' | 'due' | 'done' | 'failed';
  /** Number of attempts made. */
  readonly attempts: number;
  /** Time of the next attempt, milliseconds since 1970; null unless the push is `due`. */
  readonly nextMs: number | null;
  /** Reason why the last attempt failed; empty if it did not. */
  readonly error: string;
}

/** A message in the store. A later message has a higher `number`, and no number is used twice. */
export interface StoredMessage extends Message {
  readonly number: number;
  readonly push: PushState;
}

export interface MessageQuery {
  /** Null: queues and topics. */
  readonly target: MessageTarget | null;
  /** Null: any name. */
  readonly name: string | null;
  /** Number of the last message of the previous page; null: begin with the newest. */
  readonly before: number | null;
  readonly limit: number;
  /** The page ends once its bodies have more UTF-16 units than this. */
  readonly textUnits: number;
}

export interface MessagePage {
  readonly messages: readonly StoredMessage[];
  /** `before` of the next page; null at the end. */
  readonly next: number | null;
}

export interface MessageStore {
  /**
   * Stores a message, and first deletes the oldest ones whose push is not due until at most `retained` are left with it.
   * Resolves with the id of the stored message, which is an earlier one if the task has sent it before. Resolves with null,
   * and stores nothing, if the pushes of all `retained` messages are due.
   */
  add(message: Message, push: PushState, retained: number): Promise<string | null>;
  /** Stores the outcome of a push. False, and nothing is stored, for a message that was deleted. */
  setPush(number: number, push: PushState): Promise<boolean>;
  /**
   * Messages whose push is due, by `nextMs`, which may be in the future. Leaves out messages of the topics in `without`.
   */
  due(limit: number, without?: readonly string[]): Promise<readonly StoredMessage[]>;
  /** Newest first. */
  list(query: MessageQuery): Promise<MessagePage>;
  /** Finishes the changes under way and closes the store; no call may follow. */
  close(): Promise<void>;
}

/** The push state of a message without a subscriber. */
export const NOT_PUSHED: PushState = { status: 'none', attempts: 0, nextMs: null, error: '' };
