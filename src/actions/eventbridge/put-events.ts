/**
 * `EventBridge:PutEvents` (rules.md 11.14; docs/tasks.md): one event to an event bus, as a batch of CloudEvents
 * (https://www.alibabacloud.com/help/en/eventbridge/latest/putevents-3). The signature is that of the vendor's SDKs in every
 * language. The vendor's page on signatures also signs `Accept`, but no SDK does.
 */
import { isJsonArray, isJsonObject, memberOf, stringifyJson } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { CloudCredentials } from '../../config/settings.ts';
import type { Answer } from '../../outbound/transport.ts';
import { signPlainHeader } from '../../signatures/plain-header.ts';
import type { Action, TaskCall, TaskResult } from '../action.ts';
import { bodyBeginning, bodyMembers, textOf, untypedValue } from '../answer-body.ts';
import { callCloud } from '../cloud-call.ts';
import type { CloudOptions } from '../cloud-call.ts';
import { failed, succeeded } from '../results.ts';

export interface EventBridgeOptions extends CloudOptions {
  /** `https://host[:port]`; null: `https://{account}.eventbridge.{region}.aliyuncs.com`. */
  readonly endpoint: string | null;
}

const PATH = '/openapi/putEvents';

/** The action `EventBridge:PutEvents`. A refusal is `EventBridge.<Code>`. */
export function putEventsAction(options: EventBridgeOptions): Action {
  const { cloud, region, account } = options;
  const base = options.endpoint ?? `https://${account}.eventbridge.${region}.aliyuncs.com`;
  return {
    async run(call, signal) {
      const event = eventOf(call, options);
      if (typeof event === 'string') return failed('EventBridge.InvalidArgument', event);
      const credentials = cloud.keyFor('EventBridge', call.action);
      if ('ok' in credentials) return credentials;
      const headers = signedHeaders(options, credentials);
      const request = { url: new URL(PATH, base), method: 'POST', headers, body: stringifyJson([event]) };
      const answer = await callCloud(options, 'EventBridge', `PutEvents at ${base}`, request, signal);
      return 'kind' in answer ? answerResult(answer) : answer;
    },
  };
}

/** The event to send, or a sentence that says which parameter is wrong. */
function eventOf(call: TaskCall, { region, account, clock }: EventBridgeOptions): JsonObject | string {
  const given = call.parameters;
  const flow = `acs:fnf:${region}:${account}:flow/${call.flowName}`;
  const texts: Record<string, string> = {};
  for (const [name, absent] of [
    ['eventBusName', null],
    ['source', null],
    ['type', null],
    // A call that is repeated after a crash sends the same event.
    ['id', call.idempotencyKey],
    ['subject', flow],
  ] as const) {
    const text = memberOf(given, name) ?? absent;
    if (typeof text !== 'string' || text === '') return `${name} must be a text that is not empty`;
    texts[name] = text;
  }
  const { eventBusName = '', ...members } = texts;
  const data = memberOf(given, 'data');
  return {
    ...members,
    specversion: '1.0',
    datacontenttype: 'application/json',
    time: new Date(clock.nowMs()).toISOString(),
    aliyuneventbusname: eventBusName,
    ...(data !== undefined && { data }),
  };
}

function signedHeaders({ clock, ids }: EventBridgeOptions, key: CloudCredentials): ReadonlyMap<string, string> {
  const headers = new Map([
    ['date', new Date(clock.nowMs()).toUTCString()],
    ['accept', 'application/json'],
    ['content-type', 'application/cloudevents-batch+json; charset=utf-8'],
    ['x-acs-signature-nonce', ids.uuid()],
    ['x-acs-signature-method', 'HMAC-SHA1'],
    ['x-acs-signature-version', '1.0'],
    ['x-eventbridge-version', '2015-06-06'],
    ['accept-encoding', 'identity'],
    ['user-agent', 'Millrace'],
  ]);
  if (key.securityToken !== null) {
    headers.set('x-acs-accesskey-id', key.accessKeyId);
    headers.set('x-acs-security-token', key.securityToken.reveal());
  }
  const request = { method: 'POST', headers, prefix: 'x-acs-', resource: PATH };
  headers.set(
    'authorization',
    `acs:${key.accessKeyId}:${signPlainHeader('sha1', request, key.accessKeySecret.reveal())}`,
  );
  return headers;
}

function answerResult({ status, body }: Answer): TaskResult {
  const members = bodyMembers(body);
  if (status >= 300) {
    const message = textOf(members, 'message', 'Message') ?? bodyBeginning(body);
    const requestId = textOf(members, 'requestId', 'RequestId') ?? '';
    return failed(
      `EventBridge.${textOf(members, 'code', 'Code') ?? 'Unknown'}`,
      `PutEvents was refused with status ${status}: ${message} (request ${requestId})`,
    );
  }
  const refused = refusedEntry(members);
  if (refused === null) return succeeded(untypedValue(body));
  return failed(
    `EventBridge.${textOf(refused, 'ErrorCode') ?? 'Unknown'}`,
    `EventBridge did not accept the event: ${textOf(refused, 'ErrorMessage') ?? 'it gave no reason'}`,
  );
}

/** The entry of the event when EventBridge refused it in a call that succeeded; `{}` when the answer has no entry. */
function refusedEntry(members: JsonObject): JsonObject | null {
  if (!(Number(memberOf(members, 'FailedEntryCount')) > 0)) return null;
  const entries: JsonValue = memberOf(members, 'EntryList') ?? [];
  const found = isJsonArray(entries) ? entries.find((entry) => isJsonObject(entry)) : undefined;
  return isJsonObject(found) ? found : {};
}
