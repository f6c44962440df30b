/**
 * The HTTP request that pushes a message to a subscriber, in the formats that the vendor calls NotifyContentFormat
 * (https://www.alibabacloud.com/help/doc-detail/27482.htm).
 */
import type { SubscriptionSetting } from '../config/settings.ts';
import { xmlElement } from '../outbound/xml.ts';
import type { StoredMessage } from '../store/messages.ts';
import { MNS_NAMESPACE, MNS_VERSION, bodyDigest } from './protocol.ts';

export interface Notification {
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The push of a message of a topic. Each push needs a new `requestId`. `account` owns topic and subscription. */
export function notification(
  message: StoredMessage,
  format: SubscriptionSetting['format'],
  account: string,
  requestId: string,
): Notification {
  const { type, body } = content(message, format, account);
  const headers = new Map([
    ['x-mns-version', MNS_VERSION],
    ['x-mns-request-id', requestId],
    ['x-mns-message-id', message.messageId],
    ['user-agent', 'Millrace'],
    ['content-type', `${type};charset=utf-8`],
  ]);
  if (message.tag !== '') headers.set('x-mns-message-tag', message.tag);
  return { headers, body };
}

function content(message: StoredMessage, format: SubscriptionSetting['format'], account: string) {
  switch (format) {
    case 'SIMPLIFIED':
      return { type: 'text/plain', body: message.body };
    case 'JSON':
      return { type: 'application/json', body: JSON.stringify(members(message, account)) };
    case 'XML': {
      const elements = Object.entries(members(message, account)).map(([name, text]) => xmlElement(name, text));
      const body = `<?xml version="1.0" encoding="utf-8"?><Notification xmlns="${MNS_NAMESPACE}">${elements.join('')}</Notification>`;
      return { type: 'text/xml', body };
    }
  }
}

function members(message: StoredMessage, account: string): Readonly<Record<string, string>> {
  return {
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
}
