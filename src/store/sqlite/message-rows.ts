/** Messages to rows and back, and the queries that both threads use. */
import type { StoredMessage, Message, MessageTarget, PushState } from '../messages.ts';
import type { Row } from './flow-rows.ts';

/** A change that the commit thread makes to the messages. */
export type MessageChange =
  | { readonly kind: 'add'; readonly message: Message; readonly push: PushState; readonly retained: number }
  | { readonly kind: 'push'; readonly number: number; readonly push: PushState };

export const MESSAGE_COLUMNS = `message_id, target, name, priority, sent_ms, visible_ms, task_execution, task_event,
  push, attempts, next_ms, error, tag, attributes, body`;

/** Finds a message by its id (?1), or by the task that sent it (?2, ?3). */
export const SAME_MESSAGE = `
  SELECT message_id FROM messages WHERE message_id = ?1 OR task_execution = ?2 AND task_event = ?3 LIMIT 1`;

/** The parameters of {@link SAME_MESSAGE}. */
export function sameMessageValues({ messageId, task }: Message) {
  return [messageId, task?.execution ?? null, task?.event ?? null];
}

export function messageValues(message: Message, push: PushState) {
  return [
    message.messageId,
    message.target,
    message.name,
    message.priority,
    message.sentMs,
    message.visibleMs,
    message.task?.execution ?? null,
    message.task?.event ?? null,
    ...pushValues(push),
    message.tag,
    message.attributes,
    message.body,
  ];
}

export function pushValues({ status, attempts, nextMs, error }: PushState) {
  return [status, attempts, nextMs, error];
}

export function messageOf(row: Row): StoredMessage {
  const execution = row['task_execution'];
  return {
    number: Number(row['number']),
    messageId: String(row['message_id']),
    target: row['target'] as MessageTarget,
    name: String(row['name']),
    body: String(row['body']),
    tag: String(row['tag']),
    attributes: String(row['attributes']),
    priority: Number(row['priority']),
    sentMs: Number(row['sent_ms']),
    visibleMs: Number(row['visible_ms']),
    task: execution === null ? null : { execution: Number(execution), event: Number(row['task_event']) },
    push: {
      status: row['push'] as PushState['status'],
      attempts: Number(row['attempts']),
      nextMs: row['next_ms'] === null ? null : Number(row['next_ms']),
      error: String(row['error']),
    },
  };
}
