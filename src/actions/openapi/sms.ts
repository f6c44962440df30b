/**
 * `SMS:SendSms` (integrations.md 9; docs/tasks.md): the OpenAPI operation Dysmsapi:SendSms with the parameters and the
 * result of the integration. A short message that the service did not take fails the task, although the service says so
 * with status 200: a flow that does not look at the code would otherwise take it for sent.
 */
import { isJsonObject, memberOf, stringifyJson } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Action } from '../action.ts';
import { bodyMembers, textOf } from '../answer-body.ts';
import { scalarText, shownHeaders } from '../../outbound/header-fields.ts';
import { callOpenApi } from './openapi.ts';
import type { OpenApiOptions } from './openapi.ts';
import { failed, succeeded } from '../results.ts';

const SEND_SMS = { product: 'Dysmsapi', errors: 'SMS', api: 'SendSms' } as const;

/** The action `SMS:SendSms`. A refusal is `SMS.<Code>`. */
export function sendSmsAction(options: OpenApiOptions): Action {
  return {
    async run(call, signal) {
      const parameters = smsParameters(call.parameters);
      if (typeof parameters === 'string') return failed('SMS.InvalidArgument', parameters);
      const answer = await callOpenApi(options, SEND_SMS, parameters, signal);
      if (!('kind' in answer)) return answer;
      const members = bodyMembers(answer.body);
      const code = textOf(members, 'Code') ?? 'Unknown';
      if (code !== 'OK') return failed(`SMS.${code}`, `SendSms was refused: ${textOf(members, 'Message') ?? ''}`);
      return succeeded({ EntryList: members, Headers: shownHeaders(answer.headers) });
    },
  };
}

/** As the OpenAPI names them, or a sentence that says which one is wrong. */
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
