/** The `Parameters` of the actions that start flows (rules.md 11.11, 11.12): a flow, a name and an input. Pure. */
import { NAME_RULE, isName } from '../../api/names.ts';
import type { JsonValue } from '../../base/json.ts';

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

/** The sentence for a name that breaks the name rule. */
export const BAD_EXECUTION_NAME = `executionName must be ${NAME_RULE}`;

/** A version or an alias as text, empty without one; null for a value that is neither. YAML reads a version as a number. */
export function qualifierOf(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : null;
}
