/**
 * Compiles a RAM policy document, as parsed JSON, to a {@link Policy}, and reports all of its faults. An unknown member is
 * a fault: ignoring `NotAction` or `Principal` would change the meaning of a policy.
 */
import { compileCondition } from './conditions.ts';
import type { Condition, Policy, Statement } from './policy.ts';

export type ParsedPolicy =
  | { readonly policy: Policy; readonly faults: readonly [] }
  | { readonly policy: null; readonly faults: readonly string[] };

/** Each fault is a sentence that begins with its place: `Statement[0].Effect: …`. */
export function parsePolicy(document: unknown): ParsedPolicy {
  const faults: string[] = [];
  if (!isRecord(document)) return { policy: null, faults: ['must be an object with Version and Statement'] };
  refuseOthers(document, ['Version', 'Statement'], '', faults);
  if (member(document, 'Version') !== '1') faults.push('Version: must be "1"');
  const list = member(document, 'Statement');
  if (!Array.isArray(list) || list.length === 0) {
    faults.push('Statement: must be a list with at least one statement');
    return { policy: null, faults };
  }
  const statements = list.map((item: unknown, i) => parseStatement(item, `Statement[${i}]`, faults));
  return faults.length === 0 ? { policy: { statements }, faults: [] } : { policy: null, faults };
}

function parseStatement(item: unknown, place: string, faults: string[]): Statement {
  const statement = isRecord(item) ? item : {};
  if (!isRecord(item)) faults.push(`${place}: must be an object`);
  refuseOthers(statement, ['Effect', 'Action', 'Resource', 'Condition'], `${place}.`, faults);
  const effect = member(statement, 'Effect');
  if (effect !== 'Allow' && effect !== 'Deny') faults.push(`${place}.Effect: must be "Allow" or "Deny"`);
  return {
    effect: effect === 'Allow' ? 'Allow' : 'Deny',
    actions: textsOf(member(statement, 'Action'), `${place}.Action`, faults).map((text) =>
      readAction(text, `${place}.Action`, faults),
    ),
    resources: textsOf(member(statement, 'Resource'), `${place}.Resource`, faults).map((text) =>
      readResource(text, `${place}.Resource`, faults),
    ),
    conditions: readConditions(member(statement, 'Condition'), `${place}.Condition`, faults),
  };
}

function readAction(text: string, place: string, faults: string[]): string {
  if (!/^(?:\*|[\w*?-]+:[\w*?]+)$/.test(text))
    faults.push(`${place}: "${text}" is neither "*" nor "<service>:<action>"`);
  return text.toLowerCase();
}

/** `acs:<service>:<region>:<account>:<id>`; an empty region or account matches any (rules.md 3.10). */
function readResource(text: string, place: string, faults: string[]): string {
  if (/^\*+$/.test(text)) return '*';
  const [acs, service = '', region, account, ...id] = text.split(':');
  if (acs !== 'acs' || service === '' || (id.length === 0 && !text.endsWith('*'))) {
    faults.push(`${place}: "${text}" is neither "*" nor "acs:<service>:<region>:<account>:<resource>"`);
  }
  if (region === undefined || account === undefined || id.length === 0) return text;
  return [acs, service, region === '' ? '*' : region, account === '' ? '*' : account, ...id].join(':');
}

function readConditions(value: unknown, place: string, faults: string[]): Condition[] {
  if (value === undefined) return [];
  if (!isRecord(value)) {
    faults.push(`${place}: must be an object of operators`);
    return [];
  }
  const conditions: Condition[] = [];
  for (const [operator, keys] of Object.entries(value)) {
    if (!isRecord(keys) || Object.keys(keys).length === 0) {
      faults.push(`${place}.${operator}: must be an object with at least one key`);
      continue;
    }
    for (const [key, values] of Object.entries(keys)) {
      const where = `${place}.${operator}.${key}`;
      const compiled = compileCondition(operator, key, textsOf(values, where, faults));
      if ('fault' in compiled) faults.push(`${where}: ${compiled.fault}`);
      else conditions.push(compiled.holds);
    }
  }
  return conditions;
}

/** Text or a list of texts. A number or boolean becomes text, as in `{"acs:SecureTransport": true}`. */
function textsOf(value: unknown, place: string, faults: string[]): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter(
    (item) => typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean',
  );
  if (texts.length === 0 || texts.length !== list.length) {
    faults.push(`${place}: must be text or a list with at least one text`);
  }
  return texts.map(String);
}

function refuseOthers(object: object, known: readonly string[], prefix: string, faults: string[]): void {
  for (const name of Object.keys(object)) {
    if (!known.includes(name)) faults.push(`${prefix}${name}: is not supported; use only ${known.join(', ')}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
