/**
 * The queues and topics of this server, for when there is no Message Service. Every queue and every topic exists. Messages
 * are stored, and those of a topic with a subscriber in the settings are pushed to it.
 */
import { reasonOf } from '../base/text.ts';
import { NOT_PUSHED } from '../store/messages.ts';
import type { Message, MessageStore, MessageTarget } from '../store/messages.ts';
import { setProgress } from '../outbound/call-progress.ts';
import { Pusher } from './pusher.ts';
import { StorePatience } from './store-patience.ts';
import type { PusherOptions } from './pusher.ts';

export interface LocalMessagesOptions extends Omit<PusherOptions, 'messages'> {
  readonly messages: Pick<MessageStore, 'add'>;
  /** The same store for pushes; null when another process pushes its messages. */
  readonly pushes: PusherOptions['messages'] | null;
  /** How many messages the store retains. */
  readonly maxMessages: number;
}

export interface NewMessage {
  readonly target: MessageTarget;
  /** Of the queue or topic. */
  readonly name: string;
  readonly body: string;
  /** 1 to 16; of a queue. */
  readonly priority: number;
  /** Of a queue. */
  readonly delaySeconds: number;
  /** Of a topic; empty for none. */
  readonly tag: string;
  /** Of a topic, by the names of the service (`DirectMail`). */
  readonly attributes: ReadonlyMap<string, string>;
}

export class LocalMessages {
  readonly #options: LocalMessagesOptions;
  readonly #subscribedTopics: ReadonlySet<string>;
  readonly #pusher: Pusher | null;
  readonly #patience: StorePatience;

  constructor(options: LocalMessagesOptions) {
    this.#options = options;
    this.#subscribedTopics = new Set(options.subscriptions.map(({ topic }) => topic));
    this.#patience = new StorePatience(options);
    const { pushes } = options;
    this.#pusher = pushes === null ? null : new Pusher({ ...options, messages: pushes }, this.#patience);
  }

  /**
   * Stores a message, and starts its push if its topic has a subscriber. Resolves with the message's id when it is durable;
   * null when there is no room, because `maxMessages` are stored and all of them are still to be pushed. A `task` that sends
   * its message again, after a crash, gets the id of the first one. Waits while the store fails, until `signal` is aborted.
   */
  async send(message: NewMessage, task: Message['task'], signal: AbortSignal): Promise<string | null> {
    const { messages, clock, ids, maxMessages } = this.#options;
    const { target, name, body, tag, priority, delaySeconds, attributes } = message;
    const sentMs = clock.nowMs();
    const isPushed = target === 'topic' && this.#subscribedTopics.has(name);
    const stored: Message = {
      messageId: ids.uuid().replaceAll('-', '').toUpperCase(),
      target,
      name,
      body,
      tag,
      attributes: attributes.size === 0 ? '' : JSON.stringify(Object.fromEntries(attributes)),
      priority,
      sentMs,
      visibleMs: target === 'queue' ? sentMs + delaySeconds * 1000 : sentMs,
      task,
    };
    const push = isPushed ? ({ status: 'due', attempts: 0, nextMs: sentMs, error: '' } as const) : NOT_PUSHED;
    const added = await this.#patience.until(
      signal,
      () => messages.add(stored, push, maxMessages),
      (reason) =>
        setProgress(
          signal,
          reason === null ? null : `the store, which is not accepting messages (${reasonOf(reason)})`,
          true,
        ),
    );
    const id = added?.value ?? null;
    if (id !== null) this.#options.observer.messagesChanged?.({ name });
    // A full store may hold pushes for a subscriber that the settings no longer name. Only the pusher ends them.
    if (isPushed || id === null) this.#pusher?.wake();
    return id;
  }

  /** Continues the pushes that an earlier server left. */
  resume(): void {
    this.#pusher?.wake();
  }

  /** Resolves when no push is under way and no message can be pushed now. */
  async idle(): Promise<void> {
    await this.#pusher?.idle();
  }

  /** Aborts the pushes under way; their messages stay due. */
  async close(): Promise<void> {
    await this.#pusher?.close();
  }
}
