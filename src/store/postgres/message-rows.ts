/** Messages to rows and back. */
import type { Message, MessageTarget, PushState, StoredMessage } from '../messages.ts';
import type { Row } from './database.ts';
import { numberOrNull, textOf } from './flow-rows.ts';
import { stored } from './texts.ts';

export const MESSAGE_COLUMNS = `message_id, target, name, priority, sent_ms, visible_ms, task_execution, task_event,
  push, attempts, next_ms, error, tag, attributes, body`;

export function messageValues(message: Message, push: PushState) {
  return [
    stored(message.messageId),
    message.target,
    stored(message.name),
    message.priority,
    message.sentMs,
    message.visibleMs,
    message.task?.execution ?? null,
    message.task?.event ?? null,
    ...pushValues(push),
    stored(message.tag),
    stored(message.attributes),
    stored(message.body),
  ];
}

export function pushValues({ status, attempts, nextMs, error }: PushState) {
  return [status, attempts, nextMs, stored(error)];
}

export function messageOf(row: Row): StoredMessage {
  const execution = numberOrNull(row['task_execution']);
  return {
    number: Number(row['number']),
    messageId: textOf(row['message_id']),
    target: row['target'] as MessageTarget,
    name: textOf(row['name']),
    body: textOf(row['body']),
    tag: textOf(row['tag']),
    attributes: textOf(row['attributes']),
    priority: Number(row['priority']),
    sentMs: Number(row['sent_ms']),
    visibleMs: Number(row['visible_ms']),
    task: execution === null ? null : { execution, event: Number(row['task_event']) },
    push: {
      status: row['push'] as PushState['status'],
      attempts: Number(row['attempts']),
      nextMs: numberOrNull(row['next_ms']),
      error: textOf(row['error']),
    },
  };
}
