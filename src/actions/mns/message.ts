/** The `Parameters` of `MNS:SendMessage` (rules.md 11.13) as a message. Pure. */
import { isJsonObject, setMember, stringifyJson } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { fieldNumber } from '../../expression/value.ts';
import { MESSAGE_DELAY_SECONDS } from '../../language/limits.ts';
import type { NewMessage } from '../../messages/local-messages.ts';
import { isXmlText } from '../../outbound/xml.ts';
import { eitherOf, inputOrText } from '../parameters.ts';

export interface MnsMessage extends NewMessage {
  /** Of the queue or topic; empty when the ARN leaves it out. */
  readonly region: string;
  readonly account: string;
}

/** The largest message of the service. */
const MAX_BODY_BYTES = 65_536;
const ARN =
  /^acs:mns:(?<region>[a-z0-9-]*):(?<account>\d*):\/?(?<kind>queues|topics)\/(?<name>[A-Za-z0-9][A-Za-z0-9_-]{0,254})\/messages$/;

/** The message, or a sentence that says which parameter is wrong. Parameters may also have the names of the service's API. */
export function mnsMessage(parameters: JsonObject): MnsMessage | string {
  const resource = eitherOf(parameters, 'resourceArn', 'ResourceArn');
  const arn = typeof resource === 'string' ? ARN.exec(resource)?.groups : undefined;
  if (arn === undefined) {
    return 'resourceArn must be acs:mns:<region>:<account>:/queues/<queue>/messages or acs:mns:<region>:<account>:/topics/<topic>/messages';
  }
  const body = bodyText(eitherOf(parameters, 'message', 'MessageBody'));
  if (body === null) return 'message must be a text that is not empty, an object or a list';
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) return `message is larger than ${MAX_BODY_BYTES} bytes`;
  if (!isXmlText(body)) return 'message has a control character, which Message Service does not accept';
  const priority = wholeNumber(eitherOf(parameters, 'priority', 'Priority'), 1, 16, 8);
  if (priority === null) return 'priority must be a whole number from 1 to 16';
  const delaySeconds = wholeNumber(eitherOf(parameters, 'delaySeconds', 'DelaySeconds'), 0, MESSAGE_DELAY_SECONDS, 0);
  if (delaySeconds === null) return `delaySeconds must be a whole number from 0 to ${MESSAGE_DELAY_SECONDS}`;
  const tag = eitherOf(parameters, 'messageTag', 'MessageTag') ?? '';
  if (typeof tag !== 'string' || !/^[\x20-\x7e]{0,64}$/.test(tag)) {
    return 'messageTag must be a text of up to 64 printable ASCII characters';
  }
  const given = inputOrText(eitherOf(parameters, 'messageAttributes', 'MessageAttributes'));
  const attributes = given === null ? null : attributesOf(given);
  if (attributes === null) return 'messageAttributes must be an object of objects or texts, such as MailAttributes';
  const { region = '', account = '', kind, name = '' } = arn;
  const target = kind === 'queues' ? 'queue' : 'topic';
  return { target, name, region, account, body, priority, delaySeconds, tag, attributes };
}

/** A text unchanged, any other value as JSON; null for no message. */
function bodyText(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' ? value : stringifyJson(value);
}

function wholeNumber(value: JsonValue | undefined, min: number, max: number, absent: number): number | null {
  if (value === undefined || value === null) return absent;
  const number = fieldNumber(value);
  return number !== null && Number.isInteger(number) && number >= min && number <= max ? number : null;
}

/** Groups of attributes: the name in the workflow service, and the name in Message Service. */
const GROUPS: ReadonlyMap<string, string> = new Map([
  ['MailAttributes', 'DirectMail'],
  ['SMSAttributes', 'DirectSMS'],
]);

function attributesOf(given: JsonObject): ReadonlyMap<string, string> | null {
  const attributes = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const group = GROUPS.get(name) ?? name;
    if (!/^[A-Za-z][\w-]{0,63}$/.test(group)) return null;
    const text = isJsonObject(value) ? stringifyJson(groupOf(group, value)) : value;
    if (typeof text !== 'string' || !isXmlText(text)) return null;
    attributes.set(group, text);
  }
  return attributes;
}

/** The members in the form that the service expects: switches as 0 and 1, the parameters of a short message as JSON text. */
function groupOf(group: string, members: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(members)) {
    if (group === 'DirectMail' && key === 'IsHTML') setMember(result, 'IsHtml', switchNumber(value));
    else if (group === 'DirectMail') setMember(result, key, switchNumber(value));
    else if (group === 'DirectSMS' && isJsonObject(value)) setMember(result, key, stringifyJson(value));
    else setMember(result, key, value);
  }
  return result;
}

function switchNumber(value: JsonValue): JsonValue {
  return typeof value === 'boolean' ? Number(value) : value;
}
