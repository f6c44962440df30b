/**
 * `MNS:SendMessage` (integrations.md 6; docs/tasks.md): a message to a queue or a topic, of the real Message Service or of
 * this server's own. The own one has every queue and every topic, keeps the messages in the store and pushes those of
 * topics to the subscribers that the settings name.
 */
import type { Settings } from '../../config/settings.ts';
import { NOT_PUSHED } from '../../store/messages.ts';
import type { MessageStore } from '../../store/messages.ts';
import type { Action, TaskCall, TaskResult } from '../action.ts';
import type { CloudOptions } from '../cloud-call.ts';
import { missingCredentials } from '../cloud-call.ts';
import { sendToEndpoint } from './endpoint.ts';
import type { MnsMessage } from './message.ts';
import { mnsMessage } from './message.ts';
import { bodyDigest, createPusher } from '../../messages/pusher.ts';
import type { Pusher } from '../../messages/pusher.ts';
import { failed, succeeded } from '../results.ts';

export interface MnsOptions extends CloudOptions {
  readonly mns: Settings['mns'];
  readonly messages: MessageStore;
}

export interface MnsAction extends Action {
  /** Goes on with the pushes that an earlier server left. */
  resume(): void;
  /** Resolves when nothing can be pushed at this moment. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** The action `MNS:SendMessage`. */
export function sendMessageAction(options: MnsOptions): MnsAction {
  const { mns, credentials, clock, ids, messages } = options;
  const topics = new Set(mns.subscriptions.map(({ topic }) => topic));
  let pusher: Pusher | null = null;

  function pushes(): Pusher {
    pusher ??= createPusher({ ...options, subscriptions: mns.subscriptions });
    return pusher;
  }

  async function run(call: TaskCall, signal: AbortSignal): Promise<TaskResult> {
    const message = mnsMessage(call.parameters);
    if (typeof message === 'string') return failed('MNS.InvalidArgument', message);
    if (mns.local) return keep(message, call.task);
    if (credentials === null) return missingCredentials('MNS', call.action);
    return sendToEndpoint({ ...options, credentials, endpoint: mns.endpoint }, message, signal);
  }

  async function keep(message: MnsMessage, task: TaskCall['task']): Promise<TaskResult> {
    const { target, name, body, tag, priority, delaySeconds, attributes } = message;
    const sentMs = clock.nowMs();
    const isPushed = target === 'topic' && topics.has(name);
    const kept = await messages.add(
      {
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
      },
      isPushed ? { status: 'due', attempts: 0, nextMs: sentMs, error: '' } : NOT_PUSHED,
      mns.keep,
    );
    if (isPushed || kept === null) pushes().wake();
    if (kept !== null) return succeeded({ MessageId: kept, RequestId: ids.uuid(), MessageBodyMD5: bodyDigest(body) });
    const cause = `${mns.keep} messages are kept (setting mns.keep) and all of them have yet to be pushed`;
    return failed('MNS.TooManyMessages', cause);
  }

  return {
    run,
    resume() {
      if (mns.local && mns.subscriptions.length > 0) pushes().wake();
    },
    idle: async () => pusher?.idle(),
    close: async () => pusher?.close(),
  };
}
