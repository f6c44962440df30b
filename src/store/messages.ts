/**
 * The port of the message store: what the built-in Message Service of a server keeps of the messages that flows sent to
 * queues and topics, and which of them still have to be pushed to a subscriber. The adapters are `memory/` and
 * `sqlite/`, and one contract suite (test/store/) runs on each.
 *
 * Invariants. A message is durable when `add` resolves. No more messages are kept than `add` allows; the oldest go, but none
 * that has yet to be pushed.
 */
import type { TaskReference } from './executions.ts';

export type MessageTarget = 'queue' | 'topic';

export interface Message {
  /** As replies say it; no two messages have the same. */
  readonly messageId: string;
  readonly target: MessageTarget;
  /** Of the queue or topic. */
  readonly name: string;
  readonly body: string;
  /** Empty for none. */
  readonly tag: string;
  /** JSON text of an object; empty for none. */
  readonly attributes: string;
  /** 1 to 16. */
  readonly priority: number;
  readonly sentMs: number;
  /** When a consumer may see it. */
  readonly visibleMs: number;
  /** The task that sent it: a message that it sends again after a crash is the same one. Null for an Express execution. */
  readonly task: TaskReference | null;
}

export interface PushState {
  /** `none`: nobody is subscribed. */
  readonly status: 'none' | 'due' | 'done' | 'failed';
  /** Attempts made. */
  readonly attempts: number;
  /** When the next attempt is made, milliseconds since 1970; null unless it is `due`. */
  readonly nextMs: number | null;
  /** Why the last attempt failed; empty for none. */
  readonly error: string;
}

/** A message as it is kept. `number` grows with each message and is never used twice. */
export interface KeptMessage extends Message {
  readonly number: number;
  readonly push: PushState;
}

export interface MessageQuery {
  /** Null: queues and topics. */
  readonly target: MessageTarget | null;
  /** Null: of any name. */
  readonly name: string | null;
  /** Number of the last message of the page before; null: from the newest. */
  readonly before: number | null;
  readonly limit: number;
  /** The page ends after the message with whose body the bodies pass this sum of UTF-16 units. */
  readonly textUnits: number;
}

export interface MessagePage {
  readonly messages: readonly KeptMessage[];
  /** Number to go on after; null at the end. */
  readonly next: number | null;
}

export interface MessageStore {
  /**
   * Keeps a message, and lets the oldest settled ones go until there are `keep` at most. Resolves with the id of the
   * message that is kept, an earlier one if its task has sent it before; null when all that are kept have yet to be pushed.
   */
  add(message: Message, push: PushState, keep: number): Promise<string | null>;
  /** Notes what became of a push. */
  setPush(number: number, push: PushState): Promise<void>;
  /**
   * Messages that have to be pushed, those that are due first, first; whether their time has come or not. Those of the
   * topics of these names are left out.
   */
  due(limit: number, without?: readonly string[]): Promise<readonly KeptMessage[]>;
  /** Newest first. */
  list(query: MessageQuery): Promise<MessagePage>;
  /** Lets go of what the store holds, after the changes under way; no call may follow. */
  close(): Promise<void>;
}

/** The push of a message that nobody is subscribed to. */
export const NOT_PUSHED: PushState = { status: 'none', attempts: 0, nextMs: null, error: '' };
