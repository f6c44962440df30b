/** The fields of Amazon States Language by type of state, and the remarks about fields without an equivalent. */
import type { MapNode, Node } from '../../language/text/document.ts';
import { quote, textOf } from '../../language/text/document.ts';
import { CONCURRENCY_MAX } from '../limits.ts';
import type { Outcome } from '../outcome.ts';

const COMMON = ['Type', 'Comment', 'QueryLanguage', 'InputPath', 'OutputPath'];
const MOVING = [...COMMON, 'Next', 'End', 'Assign'];
const RECOVERING = [...MOVING, 'Parameters', 'ResultSelector', 'ResultPath', 'Retry', 'Catch'];

const FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  Pass: new Set([...MOVING, 'Parameters', 'Result', 'ResultPath']),
  Task: new Set([...RECOVERING, 'Resource', 'TimeoutSeconds', 'TimeoutSecondsPath']),
  Wait: new Set([...MOVING, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath']),
  Choice: new Set([...COMMON, 'Choices', 'Default', 'Assign']),
  Parallel: new Set([...RECOVERING, 'Branches']),
  Map: new Set([
    ...RECOVERING,
    ...['ItemsPath', 'ItemSelector', 'ItemProcessor', 'Iterator', 'MaxConcurrency'],
    ...['ItemReader', 'ItemBatcher', 'ResultWriter', 'ToleratedFailurePercentage', 'ToleratedFailurePercentagePath'],
    ...['ToleratedFailureCount', 'ToleratedFailureCountPath'],
  ]),
  Succeed: new Set(COMMON),
  Fail: new Set(['Type', 'Comment', 'QueryLanguage', 'Error', 'Cause', 'ErrorPath', 'CausePath']),
};

/** Fields that cannot be left out, because the state would do something else. */
const REFUSED: Readonly<Record<string, string>> = {
  Assign: 'a state of this type cannot assign variables',
  Arguments: '"Arguments" is JSONata, which cannot be converted; use JSONPath with "Parameters"',
  Output: '"Output" is JSONata, which cannot be converted; use JSONPath with "ResultSelector" and "OutputPath"',
  Items: '"Items" is JSONata, which cannot be converted; use JSONPath with "ItemsPath"',
};

const NOTED: Readonly<Record<string, string>> = {
  HeartbeatSeconds: 'tasks have no heartbeats here; the Timeout limits the time of a task',
  HeartbeatSecondsPath: 'tasks have no heartbeats here; the Timeout limits the time of a task',
  Credentials: 'a task uses the credentials of the server or the role of the flow',
  Label: 'the names of the child executions begin with that of the execution of the Map',
  MaxConcurrencyPath: `the number of items that run at once is a constant here; ${CONCURRENCY_MAX} run at once, and as many as the server allows in a distributed Map`,
};

/** True if a state of this type has the field. */
export function hasField(type: string, key: string): boolean {
  return Object.hasOwn(FIELDS, type) && (FIELDS[type]?.has(key) ?? false);
}

export function knownType(type: string): boolean {
  return Object.hasOwn(FIELDS, type);
}

/** Adds refusals and notes for the fields of a state that have no equivalent. */
export function checkFields(outcome: Outcome, type: string, state: MapNode): void {
  const known = FIELDS[type];
  for (const { key, keyOffset } of state.entries.values()) {
    if (known?.has(key)) continue;
    if (Object.hasOwn(REFUSED, key)) outcome.refuse(keyOffset, REFUSED[key] as string);
    else if (Object.hasOwn(NOTED, key)) outcome.note(keyOffset, `"${key}" is left out: ${NOTED[key]}`);
    else outcome.note(keyOffset, `${quote(key)} has no equivalent and is left out`);
  }
  checkQueryLanguage(outcome, state);
}

/** Refuses a query language other than JSONPath. */
export function checkQueryLanguage(outcome: Outcome, holder: MapNode): void {
  const language = holder.entries.get('QueryLanguage')?.value;
  if (language === undefined || textOf(language) === 'JSONPath') return;
  outcome.refuse(language, `QueryLanguage ${textOf(language) ?? ''} cannot be converted; use JSONPath`);
}

/** Returns the field's node; undefined if it is absent. */
export function field(map: MapNode, key: string): Node | undefined {
  return map.entries.get(key)?.value;
}

export function textField(map: MapNode, key: string): string | null {
  const node = field(map, key);
  return node === undefined ? null : textOf(node);
}

/** Returns the field's number; null if it is absent or not a number. */
export function numberField(map: MapNode, key: string): number | null {
  const node = field(map, key);
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : null;
}
