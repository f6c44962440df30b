/**
 * ListMessages, an extension that the cloud does not have (docs/extensions.md): the messages that flows sent to queues and
 * topics of this server's own Message Service, newest first, with what became of their push.
 */
import { actionResource } from '../../api/actions.ts';
import { formatTime } from '../../base/clock.ts';
import type { StoredMessage } from '../../store/messages.ts';
import type { Operation } from '../operation.ts';
import { boundedText, numberToken, oneOf, optionalInteger } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

const LIMIT = { min: 1, max: 100, default: 60 } as const;
/** Bodies in one reply, in UTF-16 units. */
const PAGE_TEXT_UNITS = 4 * 1024 * 1024;
/** Longest name that a queue or topic can have. */
const MAX_NAME = 255;
const TARGETS = { Queue: 'queue', Topic: 'topic', '': null } as const;
const PUSHES = { none: 'None', due: 'Due', done: 'Done', failed: 'Failed' } as const;

export const listMessages: Operation<OperationServices> = {
  action: 'ListMessages',
  resource: (parameters) => actionResource('ListMessages', parameters),
  async run({ messages }, { parameters }) {
    const target = TARGETS[oneOf(parameters, 'Kind', ['Queue', 'Topic', ''], '')];
    const name = boundedText(parameters, 'Name', MAX_NAME);
    const page = await messages.list({
      target,
      name: name === '' ? null : name,
      before: numberToken(parameters),
      limit: optionalInteger(parameters, 'Limit', LIMIT),
      textUnits: PAGE_TEXT_UNITS,
    });
    return {
      NextToken: page.next === null ? undefined : String(page.next),
      Messages: page.messages.map(messageReply),
    };
  },
};

function messageReply(message: StoredMessage) {
  const { push } = message;
  return {
    Kind: message.target === 'queue' ? 'Queue' : 'Topic',
    Name: message.name,
    MessageId: message.messageId,
    MessageBody: message.body,
    MessageTag: message.tag,
    MessageAttributes: message.attributes,
    Priority: message.priority,
    SentTime: formatTime(message.sentMs),
    VisibleTime: formatTime(message.visibleMs),
    Push: {
      Status: PUSHES[push.status],
      Attempts: push.attempts,
      NextTime: push.nextMs === null ? '' : formatTime(push.nextMs),
      Error: push.error,
    },
  };
}
