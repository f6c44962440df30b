/**
 * `SMS:SendSms` (rules.md 11.16; docs/tasks.md): the OpenAPI operation Dysmsapi:SendSms with the parameters and the result
 * of the integration. The service answers with status 200 even when it did not accept the message. The task then fails,
 * because a flow that does not look at the code would take the message for sent.
 */
import { isJsonObject, memberOf, stringifyJson } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { shownHeaders } from '../../outbound/answer-headers.ts';
import type { Action } from '../action.ts';
import { bodyMembers, textOf } from '../answer-body.ts';
import { callOperation } from '../openapi/call-operation.ts';
import type { OpenApiOptions } from '../openapi/call-operation.ts';
import { scalarText } from '../parameters.ts';
import { failed, succeeded } from '../results.ts';

const SEND_SMS = { product: 'Dysmsapi', errors: 'SMS', api: 'SendSms', action: 'SMS:SendSms' } as const;

/** The action `SMS:SendSms`. A refusal is `SMS.<Code>`. */
export function sendSmsAction(options: OpenApiOptions): Action {
  return {
    async run(call, signal) {
      const parameters = smsParameters(call.parameters);
      if (typeof parameters === 'string') return failed('SMS.InvalidArgument', parameters);
      const answer = await callOperation(options, SEND_SMS, parameters, signal);
      if (!('kind' in answer)) return answer;
      const members = bodyMembers(answer.body);
      const code = textOf(members, 'Code') ?? 'Unknown';
      if (code === 'OK') return succeeded({ EntryList: members, Headers: shownHeaders(answer.headers) });
      const message = textOf(members, 'Message') ?? 'the service gave no reason';
      return failed(`SMS.${code}`, `SendSms was refused: ${message}`);
    },
  };
}

/** The parameters by the names of the OpenAPI, or a sentence that says which parameter is wrong. */
function smsParameters(given: JsonObject): JsonObject | string {
  const texts: Record<string, string> = {};
  for (const [name, apiName] of [
    ['phoneNumbers', 'PhoneNumbers'],
    ['signName', 'SignName'],
    ['templateCode', 'TemplateCode'],
  ] as const) {
    const text = scalarText(memberOf(given, name) ?? null);
    if (text === null || text === '') return `${name} must be a text that is not empty`;
    texts[apiName] = text;
  }
  const values = memberOf(given, 'templateParam') ?? null;
  if (values === null) return texts;
  if (!isJsonObject(values)) return 'templateParam must be an object';
  return { ...texts, TemplateParam: stringifyJson(values) };
}
