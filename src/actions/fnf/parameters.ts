/** What the actions of CloudFlow itself read from `Parameters` (integrations.md 5): a flow, a name and an input. Pure. */
import { NAME_RULE, isName } from '../../api/names.ts';
import { JsonFault, isJsonObject, memberOf, parseJson } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';

export interface FlowArn {
  /** Empty when the ARN leaves it out. */
  readonly region: string;
  readonly account: string;
  /** Follows the name rule. */
  readonly name: string;
}

const ARN = /^acs:fnf:(?<region>[^:]*):(?<account>[^:]*):flow\/(?<name>.+)$/;

/** `acs:fnf:<region>:<account>:flow/<name>`; null for anything else. */
export function parseFlowArn(value: JsonValue | undefined): FlowArn | null {
  const parts = typeof value === 'string' ? ARN.exec(value)?.groups : undefined;
  const name = parts?.['name'] ?? '';
  return isName(name) ? { region: parts?.['region'] ?? '', account: parts?.['account'] ?? '', name } : null;
}

/** The name of an execution; null when none is given, undefined when it breaks the name rule. */
export function executionNameOf(value: JsonValue | undefined): string | null | undefined {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' && isName(value) ? value : undefined;
}

/** What to say of a name that breaks the rule. */
export const BAD_EXECUTION_NAME = `executionName must be ${NAME_RULE}`;

/** An object, or the JSON text of one as the API's own parameter is; absent, null and `""` mean `{}`. */
export function inputOrText(given: JsonValue | undefined): JsonObject | null {
  if (given === undefined || given === null || given === '') return {};
  if (typeof given !== 'string') return isJsonObject(given) ? given : null;
  try {
    const value = parseJson(given);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof JsonFault) return null;
    throw error;
  }
}

/** Optimised integrations write names in lower camel case, the API's own begin with a capital: both are read. */
export function eitherOf(parameters: JsonObject, name: string, apiName: string): JsonValue | undefined {
  return memberOf(parameters, name) ?? memberOf(parameters, apiName);
}

/** A version or an alias as text, empty for none; null for what can be neither. YAML reads a version as a number. */
export function qualifierOf(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : null;
}
