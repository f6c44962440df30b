/**
 * `MNS:SendMessage` (rules.md 11.13; docs/tasks.md): a message to a queue or a topic, of the real Message Service or of
 * this server.
 */
import type { LocalMessages } from '../../messages/local-messages.ts';
import { bodyDigest } from '../../messages/protocol.ts';
import type { Action, TaskCall, TaskResult } from '../action.ts';
import type { CloudOptions } from '../cloud-call.ts';
import { failed, succeeded } from '../results.ts';
import { mnsMessage } from './message.ts';
import type { MnsMessage } from './message.ts';
import { sendToMessageService } from './message-service.ts';

export interface MnsOptions extends CloudOptions {
  /** Of Message Service: `https://host[:port]`; null: `https://{account}.mns.{region}.aliyuncs.com`. */
  readonly endpoint: string | null;
  /** The queues and topics of this server; null when messages go to Message Service. */
  readonly localMessages: LocalMessages | null;
}

/** The action `MNS:SendMessage`. */
export function sendMessageAction(options: MnsOptions): Action {
  const { cloud, localMessages } = options;
  return {
    async run(call, signal) {
      const message = mnsMessage(call.parameters);
      if (typeof message === 'string') return failed('MNS.InvalidArgument', message);
      if (localMessages !== null) return sendLocally(localMessages, options.ids, message, call.task, signal);
      const credentials = cloud.keyFor('MNS', call.action);
      if ('ok' in credentials) return credentials;
      return sendToMessageService({ ...options, credentials }, message, signal);
    },
  };
}

const LIMIT_SETTING = 'mns.keep';

async function sendLocally(
  localMessages: LocalMessages,
  ids: MnsOptions['ids'],
  message: MnsMessage,
  task: TaskCall['task'],
  signal: AbortSignal,
): Promise<TaskResult> {
  const id = await localMessages.send(message, task, signal);
  if (id !== null) {
    return succeeded({ MessageId: id, RequestId: ids.uuid(), MessageBodyMD5: bodyDigest(message.body) });
  }
  return failed(
    'MNS.TooManyMessages',
    `this server stores as many messages as ${LIMIT_SETTING} allows, and all of them are still to be pushed: start the subscribers of their topics, or raise the setting`,
  );
}
