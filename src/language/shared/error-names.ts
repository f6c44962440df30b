/**
 * Reads the error names of Retry and Catch, and warns of those that no state can raise (rules.md 6.4): a misspelt name matches nothing,
 * so the rule is silently without effect.
 */
import { nearest } from '../../base/suggest.ts';
import { step } from '../text/path.ts';
import type { FieldReader } from './field-reader.ts';
import { raisedErrors } from './raised-errors.ts';
import type { RaisedErrors } from './raised-errors.ts';

/** Errors of the engine and of `HTTP:Request`. The service gives no other names that begin with these words. */
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  fnf: [
    'FnF.ALL',
    'FnF.TaskTimeout',
    'FnF.ExecutionTimeout',
    'FnF.RuntimeError',
    'FnF.DataLimitExceeded',
    'FnF.Fail',
    'FnF.InvalidLocal',
    'FnF.ActionNotSupported',
    'FnF.ExecutionStopped',
    'FnF.ParentStopped',
    'FnF.FlowDeleted',
    'FnF.ExceedToleratedFailureThreshold',
    'FnF.ItemReaderFailed',
    'FnF.ResultWriterFailed',
    'FnF.MapRunLimitExceeded',
  ],
  http: [
    'HTTP.ConnectionFailed',
    'HTTP.Timeout',
    'HTTP.InvalidRequest',
    'HTTP.RedirectFailed',
    'HTTP.ResponseTooLarge',
    'HTTP.AddressNotAllowed',
  ],
};

/** Frequent errors of services, which have others too. Only a name that is nearly one of them is doubtful. */
const FREQUENT: Readonly<Record<string, readonly string[]>> = {
  fc: [
    'FC.FunctionError',
    'FC.FunctionNotFound',
    'FC.InvalidArgument',
    'FC.ResponseTooLarge',
    'FC.ResourceThrottled',
    'FC.ResourceExhausted',
    'FC.InternalServerError',
    'FC.ServiceNotFound',
    'FC.Unknown',
  ],
};

/** The errors of the engine, of `HTTP:Request` and, as far as they are frequent, of services. */
export function knownErrors(): readonly string[] {
  return [CLOSED, FREQUENT].flatMap((products) => Object.values(products).flat());
}

/** An error that a state raises for the status of an answer: `HTTP.404`. */
const STATUS = /^HTTP\.([1-5]\d\d)$/;

/** The texts of the list, or none if it is faulty. The rule belongs to `state`. */
export function readErrorNames(state: FieldReader, rule: FieldReader, key: string): readonly string[] {
  const names = rule.texts(key) ?? [];
  const list = rule.find(key)?.node;
  if (list?.kind !== 'list') return names;
  for (const [i, item] of list.items.entries()) {
    const name = item.kind === 'scalar' && typeof item.value === 'string' ? item.value : '';
    const doubt = doubtOf(name, rule.report.httpErrorStatuses);
    if (doubt === null || isRaised(name, doubt, raisedErrors(state.node))) continue;
    rule.report.add('odd-error', item.offset, step(rule.at(key), i), doubt.says);
  }
  return names;
}

interface Doubt {
  readonly says: string;
  /** The name is nearly one that exists, so it is probably misspelt, also where a callee chooses the names. */
  readonly isMisspelt: boolean;
}

function isRaised(name: string, { isMisspelt }: Doubt, { names, any }: RaisedErrors): boolean {
  return names.has(name) || (any && !isMisspelt);
}

/** A sentence about a name that matches no error of the engine and its actions; null for any other. */
function doubtOf(name: string, httpErrorStatuses: readonly string[]): Doubt | null {
  const status = STATUS.exec(name)?.[1];
  if (status !== undefined) {
    if (httpErrorStatuses.some((pattern) => matches(pattern, status))) return null;
    const says = `a task whose answer has the status ${status} succeeds, so ${name} occurs only as a refused submission in WaitForCustomCallback; the setting http.errorStatuses turns statuses into errors`;
    return { says, isMisspelt: false };
  }
  if (name === 'FnF.EventLimitExceeded') {
    return { says: `${name} ends the execution at once, and no rule catches it`, isMisspelt: true };
  }
  const product = name.slice(0, Math.max(0, name.indexOf('.'))).toLowerCase();
  const known = CLOSED[product];
  // `FNF.` begins the errors of child flows too, which are those of the API.
  const isChild = product === 'fnf' && !name.startsWith('FnF.');
  if (known !== undefined && (!isChild || known.some((each) => each.toLowerCase() === name.toLowerCase()))) {
    if (known.includes(name)) return null;
    const near = nearest(name, known);
    const hint = near === null ? `; these errors are ${known.join(', ')}` : ` (did you mean ${near}?)`;
    return { says: `no state fails with ${name}${hint}`, isMisspelt: near !== null };
  }
  const frequent = FREQUENT[product] ?? [];
  const near = frequent.includes(name) ? null : nearest(name, frequent);
  if (near === null) return null;
  return { says: `${name} is close to ${near}, an error of the service; check the spelling`, isMisspelt: true };
}

/** `5xx` names a class of statuses, `429` one status. */
function matches(pattern: string, status: string): boolean {
  return /xx$/i.test(pattern) ? pattern.charAt(0) === status.charAt(0) : pattern === status;
}
