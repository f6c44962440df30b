/**
 * Pushes the messages of topics to their subscribers, as Message Service does
 * (https://www.alibabacloud.com/help/doc-detail/210865.htm): a POST that the subscriber must answer with a status from 200 to
 * 299 within five seconds. A failed push is repeated a bounded number of times, and the delay doubles each time.
 *
 * Invariants:
 * - Every message that is due is pushed at least once, even when the server ends in between: it stays due in the store until
 *   the outcome of its push is stored.
 * - A bounded number of pushes to each subscriber is under way, so a subscriber that hangs delays no other.
 * - Messages may arrive in any order.
 */
import type { Clock } from '../base/clock.ts';
import type { Observer } from '../base/observer.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { Ids } from '../base/ids.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { SubscriptionSetting } from '../config/settings.ts';
import { withDeadline } from '../outbound/deadline.ts';
import { shownUrl } from '../outbound/shown-url.ts';
import type { Answer, Failure, Transport } from '../outbound/transport.ts';
import type { StoredMessage, MessageStore, PushState } from '../store/messages.ts';
import { notification } from './notification.ts';
import type { StorePatience } from './store-patience.ts';

export interface PusherOptions {
  /** Its first process pushes the messages of all: every one would find the same. */
  readonly processes: Pick<Cluster, 'rank'>;
  readonly messages: Pick<MessageStore, 'due' | 'setPush'>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  readonly observer: Pick<Observer, 'defect' | 'messagesChanged' | 'storeFailed' | 'storeRecovered'>;
  readonly subscriptions: readonly SubscriptionSetting[];
  readonly account: string;
}

const ANSWER_LIMIT_MS = 5000;
/** After 1 s, 2 s, 4 s and so on, so a subscriber can be down for 25 minutes without missing a message. */
const ATTEMPTS = 12;
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 512_000;
/** Pushes to one subscriber at the same time. */
const CONCURRENCY = 16;
/** The delay before the next look after a defect. */
const DEFECT_RETRY_MS = 5000;

export class Pusher {
  readonly #options: PusherOptions;
  readonly #patience: StorePatience;
  readonly #subscriptions: ReadonlyMap<string, SubscriptionSetting>;
  readonly #closing = new AbortController();
  /** Pushes under way, by the number of their message. */
  readonly #running = new Map<number, Promise<void>>();
  /** How many pushes are under way, by topic. */
  readonly #load = new Map<string, number>();
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #cancelTimer: () => void = () => undefined;

  constructor(options: PusherOptions, patience: StorePatience) {
    this.#options = options;
    this.#patience = patience;
    this.#subscriptions = new Map(options.subscriptions.map((each) => [each.topic, each]));
  }

  /** Looks in the store for messages that are due. Must be called after a message was added. */
  wake(): void {
    if (this.#closing.signal.aborted) return;
    if (this.#looking !== null) {
      this.#lookAgain = true;
      return;
    }
    this.#cancelTimer();
    this.#looking = this.#look()
      .catch((error: unknown) => this.#fails(error, 'looking for messages to push'))
      .finally(() => {
        this.#looking = null;
        if (!this.#lookAgain) return;
        this.#lookAgain = false;
        this.wake();
      });
  }

  /** Resolves when no push is under way and no message can be pushed now. */
  async idle(): Promise<void> {
    while (this.#looking !== null || this.#running.size > 0) {
      await Promise.all([this.#looking, ...this.#running.values()]);
    }
  }

  /** Aborts the pushes under way; their messages stay due. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelTimer();
    await this.idle();
  }

  /** This room has a defect. A push that the subscriber does not accept is no error here, nor is a store that fails. */
  #fails(error: unknown, where: string): void {
    this.#options.observer.defect?.({ error, where });
    this.#wakeIn(DEFECT_RETRY_MS);
  }

  #wakeIn(delayMs: number): void {
    this.#cancelTimer();
    if (!this.#closing.signal.aborted) this.#cancelTimer = this.#options.scheduler.after(delayMs, () => this.wake());
  }

  /** Starts the pushes whose time has come, and sets a timer for the next one. */
  async #look(): Promise<void> {
    if (this.#options.processes.rank > 0) return;
    for (const message of await this.#dueMessages()) {
      if (this.#closing.signal.aborted) return;
      if (this.#running.has(message.number)) continue;
      if (this.#loadOf(message.name) >= CONCURRENCY) {
        // Messages of other topics may come after those of this topic, beyond the limit of the query.
        this.#lookAgain = true;
        continue;
      }
      const delayMs = (message.push.nextMs ?? 0) - this.#options.clock.nowMs();
      // No delay is longer than MAX_DELAY_MS, unless the clock was set back since it was stored.
      if (delayMs > 0 && delayMs <= MAX_DELAY_MS) {
        this.#wakeIn(delayMs);
        return;
      }
      this.#begin(message);
    }
  }

  /** None once the pusher is closing. */
  async #dueMessages(): Promise<readonly StoredMessage[]> {
    const fullTopics = [...this.#load].filter(([, count]) => count >= CONCURRENCY).map(([topic]) => topic);
    // Messages whose push is under way are still due, and the store lists them first.
    const read = () => this.#options.messages.due(this.#running.size + CONCURRENCY, fullTopics);
    return (await this.#patience.until(this.#closing.signal, read))?.value ?? [];
  }

  #loadOf(topic: string): number {
    return this.#load.get(topic) ?? 0;
  }

  #begin(message: StoredMessage): void {
    const { number, name } = message;
    const end = (): void => {
      this.#running.delete(number);
      this.#load.set(name, this.#loadOf(name) - 1);
    };
    const done = this.#settle(message).then(
      () => {
        end();
        this.wake();
      },
      (error: unknown) => {
        end();
        // The message is still due, and is pushed once more.
        this.#fails(error, 'pushing a message to its subscriber');
      },
    );
    this.#running.set(number, done);
    this.#load.set(name, this.#loadOf(name) + 1);
  }

  /** Pushes a message and stores the outcome. @throws a defect */
  async #settle(message: StoredMessage): Promise<void> {
    const subscription = this.#subscriptions.get(message.name);
    const error = subscription === undefined ? NO_SUBSCRIBER : await this.#push(subscription, message);
    // A push that `close` aborted is no attempt.
    if (this.#closing.signal.aborted && error !== null) return;
    const state = nextState(message, error, subscription !== undefined, this.#options.clock.nowMs());
    // Waits for a store that fails: a push whose outcome is not stored would be made again.
    const stored = await this.#patience.until(this.#closing.signal, () =>
      this.#options.messages.setPush(message.number, state),
    );
    if (stored !== null) this.#options.observer.messagesChanged?.({ name: message.name });
  }

  /** Makes one attempt. Resolves with the reason why it failed, or null. */
  async #push({ url, format }: SubscriptionSetting, message: StoredMessage): Promise<string | null> {
    const { transport, scheduler, ids, account } = this.#options;
    const target = new URL(url);
    const request = {
      url: target,
      method: 'POST',
      ...notification(message, format, account, ids.uuid()),
      maxBodyBytes: 0,
      trusted: true,
      // Subscribers must expect a message more than once in any case.
      repeatable: true,
      dropBody: () => true,
    };
    const { value, timedOut } = await withDeadline(scheduler, this.#closing.signal, ANSWER_LIMIT_MS, (signal) =>
      transport.exchange(request, signal),
    );
    const reason = timedOut ? `no answer within ${ANSWER_LIMIT_MS} ms` : failureOf(value);
    return reason === null ? null : `${shownUrl(target)}: ${reason}`;
  }
}

const NO_SUBSCRIBER = 'the topic has no subscriber any more (setting mns.subscriptions)';

/** The state after an attempt that ended with `error`, null for none. */
function nextState(message: StoredMessage, error: string | null, mayRetry: boolean, nowMs: number): PushState {
  const attempts = message.push.attempts + 1;
  if (error === null) return { status: 'done', attempts, nextMs: null, error: '' };
  if (!mayRetry || attempts >= ATTEMPTS) return { status: 'failed', attempts, nextMs: null, error };
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), MAX_DELAY_MS);
  return { status: 'due', attempts, nextMs: nowMs + delayMs, error };
}

function failureOf(outcome: Answer | Failure): string | null {
  if (outcome.kind === 'failure') return outcome.detail;
  return outcome.status < 300 ? null : `it answered ${outcome.status}`;
}
