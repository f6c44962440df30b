/**
 * ListMessages, an extension that the cloud does not have (docs/extensions.md): the messages that flows sent to queues and topics
 * of this server's own Message Service, newest first, with the state of their push.
 */
import { formatTime } from '../../base/clock.ts';
import type { StoredMessage } from '../../store/messages.ts';
import { defineOperation } from '../operation.ts';
import { PAGE_UNITS, pageLength } from '../page.ts';

const TARGETS = { Queue: 'queue', Topic: 'topic' } as const;
const PUSHES = { none: 'None', due: 'Due', done: 'Done', failed: 'Failed' } as const;

export const listMessages = defineOperation('ListMessages', async ({ messages }, parameters) => {
  const { Kind: kind, Name: name, NextToken: before, Limit: limit } = parameters;
  const page = await messages.list({
    target: kind === null ? null : TARGETS[kind],
    name: name === '' ? null : name,
    before,
    limit,
    textUnits: PAGE_UNITS,
  });
  const entries = page.messages.map(messageReply);
  const shown = pageLength(entries);
  // The next page begins behind the last message of this one.
  const next = shown < entries.length ? (page.messages[shown - 1]?.number ?? null) : page.next;
  return { NextToken: next === null ? undefined : String(next), Messages: entries.slice(0, shown) };
});

function messageReply(message: StoredMessage) {
  const { push } = message;
  return {
    Kind: message.target === 'queue' ? ('Queue' as const) : ('Topic' as const),
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
