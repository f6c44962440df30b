/** The fields of Amazon States Language, by type of state, and what to say about those that nothing here corresponds to. */
import type { MapNode, Node } from '../../language/text/document.ts';
import { quote, textOf } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';

const COMMON = ['Type', 'Comment', 'QueryLanguage', 'InputPath', 'OutputPath'];
const MOVING = [...COMMON, 'Next', 'End'];
const RECOVERING = [...MOVING, 'Parameters', 'ResultSelector', 'ResultPath', 'Retry', 'Catch'];

const FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  Pass: new Set([...MOVING, 'Parameters', 'Result', 'ResultPath']),
  Task: new Set([...RECOVERING, 'Resource', 'TimeoutSeconds', 'TimeoutSecondsPath']),
  Wait: new Set([...MOVING, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath']),
  Choice: new Set([...COMMON, 'Choices', 'Default']),
  Parallel: new Set([...RECOVERING, 'Branches']),
  Map: new Set([...RECOVERING, 'ItemsPath', 'ItemSelector', 'ItemProcessor', 'Iterator', 'MaxConcurrency']),
  Succeed: new Set(COMMON),
  Fail: new Set(['Type', 'Comment', 'QueryLanguage', 'Error', 'Cause', 'ErrorPath', 'CausePath']),
};

/** Without them the state would do something else. */
const REFUSED: Readonly<Record<string, string>> = {
  Assign: 'variables ("Assign") have no equivalent in this conversion; pass the value on in the data of the states',
  Arguments: '"Arguments" is JSONata; only JSONPath is converted, where it is called "Parameters"',
  Output: '"Output" is JSONata; only JSONPath is converted, where it is called "ResultSelector" and "OutputPath"',
  Items: '"Items" is JSONata; only JSONPath is converted, where it is called "ItemsPath"',
  ItemReader: 'a distributed Map is not built yet; read the items in a task before it',
  ItemBatcher: 'a distributed Map is not built yet; make the batches in a task before it',
  ResultWriter: 'a distributed Map is not built yet; write the results in a task behind it',
  ToleratedFailurePercentage: 'a distributed Map is not built yet; let the inner states catch what may fail',
  ToleratedFailurePercentagePath: 'a distributed Map is not built yet; let the inner states catch what may fail',
  ToleratedFailureCount: 'a distributed Map is not built yet; let the inner states catch what may fail',
  ToleratedFailureCountPath: 'a distributed Map is not built yet; let the inner states catch what may fail',
};

const NOTED: Readonly<Record<string, string>> = {
  HeartbeatSeconds: 'there are no heartbeats; the Timeout of the task bounds it',
  HeartbeatSecondsPath: 'there are no heartbeats; the Timeout of the task bounds it',
  Credentials: 'a task runs with the credentials of the server, or with the role of the flow',
  MaxConcurrencyPath: 'the number of items at once is a constant here; up to 40 run at once',
};

export function knownType(type: string): boolean {
  return Object.hasOwn(FIELDS, type);
}

/** Refuses or notes the fields of a state that do not carry over. */
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

/** Only JSONPath is converted; JSONata is refused by its name. */
export function checkQueryLanguage(outcome: Outcome, holder: MapNode): void {
  const language = holder.entries.get('QueryLanguage')?.value;
  if (language === undefined || textOf(language) === 'JSONPath') return;
  outcome.refuse(language, `QueryLanguage ${textOf(language) ?? ''} cannot be converted; only JSONPath can`);
}

/** The field's node; undefined when it is absent. */
export function field(map: MapNode, key: string): Node | undefined {
  return map.entries.get(key)?.value;
}

export function textField(map: MapNode, key: string): string | null {
  const node = field(map, key);
  return node === undefined ? null : textOf(node);
}

/** A number of the definition; null when it is none. */
export function numberField(map: MapNode, key: string): number | null {
  const node = field(map, key);
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : null;
}
