/**
 * The real Message Service (https://www.alibabacloud.com/help/en/mns/developer-reference/sendmessage and
 * …/message-management-publishmessage, version 2015-06-06): a POST of XML, signed with the `x-mns-` headers. The body of a
 * message is not encoded in base64, because the consumers of a workflow's messages do not decode it (rules.md 10.15).
 */
import { beginning } from '../../base/text.ts';
import type { CloudCredentials } from '../../config/settings.ts';
import { MNS_NAMESPACE, MNS_VERSION } from '../../messages/protocol.ts';
import { headerOf } from '../../outbound/answer-headers.ts';
import type { Answer } from '../../outbound/transport.ts';
import { xmlElement, xmlTextOf } from '../../outbound/xml.ts';
import { signPlainHeader } from '../../signatures/plain-header.ts';
import type { TaskResult } from '../action.ts';
import { callCloud } from '../cloud-call.ts';
import type { CloudOptions } from '../cloud-call.ts';
import { failed, succeeded } from '../results.ts';
import type { MnsMessage } from './message.ts';

export interface MessageServiceOptions extends CloudOptions {
  readonly credentials: CloudCredentials;
  /** `https://host[:port]`; null: `https://{account}.mns.{region}.aliyuncs.com`. */
  readonly endpoint: string | null;
}

/** Sends a message. A refusal is `MNS.<Code>`. */
export async function sendToMessageService(
  options: MessageServiceOptions,
  message: MnsMessage,
  signal: AbortSignal,
): Promise<TaskResult> {
  const region = message.region === '' ? options.region : message.region;
  const account = message.account === '' ? options.account : message.account;
  const base = options.endpoint ?? `https://${account}.mns.${region}.aliyuncs.com`;
  const path = `/${message.target}s/${message.name}/messages`;
  const url = new URL(path, base);
  const request = { url, method: 'POST', headers: signedHeaders(options, path), body: messageXml(message) };
  const answer = await callCloud(options, 'MNS', `${message.target} ${message.name} at ${base}`, request, signal);
  return 'kind' in answer ? answerResult(message, answer) : answer;
}

function signedHeaders({ clock, credentials }: MessageServiceOptions, resource: string): ReadonlyMap<string, string> {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const headers = new Map([
    ['content-type', 'text/xml;charset=utf-8'],
    ['date', new Date(clock.nowMs()).toUTCString()],
    ['x-mns-version', MNS_VERSION],
    ['accept-encoding', 'identity'],
    ['user-agent', 'Millrace'],
  ]);
  const request = { method: 'POST', headers, prefix: 'x-mns-', resource };
  headers.set('authorization', `MNS ${accessKeyId}:${signPlainHeader('sha1', request, accessKeySecret.reveal())}`);
  if (securityToken !== null) headers.set('security-token', securityToken.reveal());
  return headers;
}

function messageXml(message: MnsMessage): string {
  const members = [xmlElement('MessageBody', message.body)];
  if (message.target === 'queue') {
    members.push(xmlElement('DelaySeconds', String(message.delaySeconds)));
    members.push(xmlElement('Priority', String(message.priority)));
  } else {
    if (message.tag !== '') members.push(xmlElement('MessageTag', message.tag));
    const attributes = [...message.attributes].map(([name, text]) => xmlElement(name, text));
    if (attributes.length > 0) members.push(`<MessageAttributes>${attributes.join('')}</MessageAttributes>`);
  }
  return `<?xml version="1.0" encoding="UTF-8"?><Message xmlns="${MNS_NAMESPACE}">${members.join('')}</Message>`;
}

function answerResult({ target, name }: MnsMessage, { status, headers, body }: Answer): TaskResult {
  const xml = body.toString();
  const requestId = headerOf(headers, 'x-mns-request-id') ?? xmlTextOf(xml, 'RequestId') ?? '';
  if (status < 300) {
    const receipt = xmlTextOf(xml, 'ReceiptHandle');
    return succeeded({
      MessageId: xmlTextOf(xml, 'MessageId') ?? '',
      RequestId: requestId,
      MessageBodyMD5: xmlTextOf(xml, 'MessageBodyMD5') ?? '',
      ...(receipt !== null && { ReceiptHandle: receipt }),
    });
  }
  const code = xmlTextOf(xml, 'Code') || 'Unknown';
  const reason = xmlTextOf(xml, 'Message') ?? beginning(xml);
  return failed(
    `MNS.${code}`,
    `${target} ${name} refused the message with status ${status}: ${reason} (request ${requestId})`,
  );
}
