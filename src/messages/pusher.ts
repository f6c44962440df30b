/**
 * Pushes the messages of topics to their subscribers, as Message Service does
 * (https://www.alibabacloud.com/help/doc-detail/210865.htm): a POST, to be answered with a status from 200 to 299 within five
 * seconds. What fails is tried again later, each time twice as long, a bounded number of times.
 *
 * Invariants: every message that is due is pushed at least once, also when the server ends in between, since what is due
 * stands in the store until its push is settled; a bounded number of pushes is under way to each subscriber, so that one that
 * hangs holds up no other; order is not kept.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { SubscriptionSetting } from '../config/settings.ts';
import type { StoredMessage, MessageStore, PushState } from '../store/messages.ts';
import { withDeadline } from '../outbound/deadline.ts';
import { shownUrl } from '../outbound/shown-url.ts';
import { MNS_NAMESPACE, MNS_VERSION } from './protocol.ts';
import type { Answer, Failure, Transport } from '../outbound/transport.ts';
import { xmlElement } from '../outbound/xml.ts';

export interface PusherOptions {
  readonly messages: MessageStore;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly subscriptions: readonly SubscriptionSetting[];
  readonly account: string;
}

export interface Pusher {
  /** Looks whether something has to be pushed. */
  wake(): void;
  /** Resolves when nothing can be pushed at this moment. */
  idle(): Promise<void>;
  /** Gives up the pushes under way, which stay due. */
  close(): Promise<void>;
}

const PATIENCE_MS = 5000;
/** 1 s, 2 s, 4 s … between attempts: a subscriber that is down for 25 minutes misses nothing. */
const ATTEMPTS = 12;
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 512_000;
/** Pushes to one subscriber at a time. */
const CONCURRENCY = 16;
/** When the store failed. */
const TROUBLE_MS = 5000;

export function createPusher(options: PusherOptions): Pusher {
  const { messages, clock } = options;
  const subscriptions = new Map(options.subscriptions.map((each) => [each.topic, each]));
  const closing = new AbortController();
  /** Pushes under way, by the messages' numbers. */
  const running = new Map<number, Promise<void>>();
  /** How many of them each topic has. */
  const load = new Map<string, number>();
  let looking: Promise<void> | null = null;
  let lookAgain = false;
  let cancelTimer: () => void = () => undefined;

  function wake(): void {
    if (closing.signal.aborted) return;
    if (looking !== null) {
      lookAgain = true;
      return;
    }
    cancelTimer();
    looking = look()
      .catch(() => wakeIn(TROUBLE_MS))
      .finally(() => {
        looking = null;
        if (!lookAgain) return;
        lookAgain = false;
        wake();
      });
  }

  function wakeIn(delayMs: number): void {
    cancelTimer();
    if (!closing.signal.aborted) cancelTimer = clock.after(delayMs, wake);
  }

  async function look(): Promise<void> {
    const full = [...load].filter(([, count]) => count >= CONCURRENCY).map(([name]) => name);
    // Those under way are still due, and they are the first.
    const limit = running.size + CONCURRENCY;
    const due = await messages.due(limit, full);
    for (const message of due) {
      if (closing.signal.aborted) return;
      if (running.has(message.number)) continue;
      if (loadOf(message.name) >= CONCURRENCY) {
        // Messages of other topics may stand behind those of one that has become full.
        lookAgain = true;
        continue;
      }
      const delayMs = (message.push.nextMs ?? 0) - clock.nowMs();
      // A longer delay than there is means that the clock was set back since.
      if (delayMs > 0 && delayMs <= MAX_DELAY_MS) {
        wakeIn(delayMs);
        return;
      }
      const push = settle(message).then(
        () => true,
        // The store did not take it: the message is still due, and is pushed once more when the store works.
        () => false,
      );
      const done = push.then((settled) => {
        running.delete(message.number);
        load.set(message.name, loadOf(message.name) - 1);
        if (settled) wake();
        else wakeIn(TROUBLE_MS);
      });
      running.set(message.number, done);
      load.set(message.name, loadOf(message.name) + 1);
    }
  }

  function loadOf(topic: string): number {
    return load.get(topic) ?? 0;
  }

  async function settle(message: StoredMessage): Promise<void> {
    const subscription = subscriptions.get(message.name);
    const error =
      subscription === undefined ? 'nobody is subscribed to the topic any more' : await push(subscription, message);
    if (closing.signal.aborted && error !== null) return;
    await messages.setPush(message.number, nextState(message, error, subscription !== undefined));
  }

  function nextState(message: StoredMessage, error: string | null, mayRetry: boolean): PushState {
    const attempts = message.push.attempts + 1;
    if (error === null) return { status: 'done', attempts, nextMs: null, error: '' };
    if (!mayRetry || attempts >= ATTEMPTS) return { status: 'failed', attempts, nextMs: null, error };
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), MAX_DELAY_MS);
    return { status: 'due', attempts, nextMs: clock.nowMs() + delayMs, error };
  }

  /** Why the push failed; null when it did not. */
  async function push({ url, format }: SubscriptionSetting, message: StoredMessage): Promise<string | null> {
    const target = new URL(url);
    const { value, timedOut } = await withDeadline(clock, closing.signal, PATIENCE_MS, (signal) =>
      options.transport.exchange(
        {
          url: target,
          method: 'POST',
          ...notification(message, format, options),
          maxBodyBytes: 0,
          trusted: true,
          // A push may come twice anyway.
          repeatable: true,
          dropBody: () => true,
        },
        signal,
      ),
    );
    const reason = timedOut ? `no answer within ${PATIENCE_MS} ms` : failureOf(value);
    return reason === null ? null : `${shownUrl(target)}: ${reason}`;
  }

  return {
    wake,
    async idle() {
      while (looking !== null || running.size > 0) await Promise.all([looking, ...running.values()]);
    },
    async close() {
      closing.abort();
      cancelTimer();
      await this.idle();
    },
  };
}

function failureOf(outcome: Answer | Failure): string | null {
  if (outcome.kind === 'failure') return outcome.detail;
  return outcome.status < 300 ? null : `it answered ${outcome.status}`;
}

/** What the vendor calls NotifyContentFormat (https://www.alibabacloud.com/help/doc-detail/27482.htm). */
function notification(
  message: StoredMessage,
  format: SubscriptionSetting['format'],
  { account, ids }: Pick<PusherOptions, 'account' | 'ids'>,
): { readonly headers: ReadonlyMap<string, string>; readonly body: string } {
  const headers = new Map([
    ['x-mns-version', MNS_VERSION],
    ['x-mns-request-id', ids.uuid()],
    ['x-mns-message-id', message.messageId],
    ['user-agent', 'Millrace'],
  ]);
  if (message.tag !== '') headers.set('x-mns-message-tag', message.tag);
  if (format === 'SIMPLIFIED') {
    headers.set('content-type', 'text/plain;charset=utf-8');
    return { headers, body: message.body };
  }
  const members = {
    TopicOwner: account,
    TopicName: message.name,
    Subscriber: account,
    SubscriptionName: message.name,
    MessageId: message.messageId,
    Message: message.body,
    MessageMD5: bodyDigest(message.body),
    ...(message.tag !== '' && { MessageTag: message.tag }),
    PublishTime: String(message.sentMs),
  };
  if (format === 'JSON') {
    headers.set('content-type', 'application/json;charset=utf-8');
    return { headers, body: JSON.stringify(members) };
  }
  headers.set('content-type', 'text/xml;charset=utf-8');
  const elements = Object.entries(members).map(([name, text]) => xmlElement(name, text));
  const body = `<?xml version="1.0" encoding="utf-8"?><Notification xmlns="${MNS_NAMESPACE}">${elements.join('')}</Notification>`;
  return { headers, body };
}

/** The MD5 of a body as the service writes it: in capital hex digits. */
export function bodyDigest(body: string): string {
  return hash('md5', body, 'hex').toUpperCase();
}
