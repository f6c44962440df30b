/** The input of one child of a distributed Map (rules.md 7.10), with the values that the state of the Map can read. Pure. */
import type { JsonValue } from '../base/json.ts';
import { ConstructScope } from './construct-scope.ts';
import { constructValue } from './construct.ts';
import type { MapCommand } from './commands.ts';
import { rulesOf } from './dialects.ts';
import type { Failure, Warning } from './event.ts';
import type { Execution } from './execution.ts';
import type { Moment } from './input.ts';

export interface BuiltItem {
  readonly value: JsonValue;
  /** Why it cannot be built, or is too large; null when it is good. */
  readonly failure: Failure | null;
  readonly warnings: readonly Warning[] | null;
}

/** An item after ItemConstructor. The execution must be in the state of the Map. */
export function constructItem(
  execution: Execution,
  { thread: id, state }: MapCommand,
  moment: Moment,
  item: JsonValue,
  index: number,
): BuiltItem {
  const thread = execution.threads.get(id);
  const { itemConstructor } = state;
  const scope = new ConstructScope(execution, moment, rulesOf(execution.plan).buildContext);
  if (thread !== undefined) scope.enter(thread);
  scope.item = item;
  scope.itemIndex = index;
  const what = `The input of item ${index}`;
  const value = itemConstructor === null ? item : constructValue(scope, itemConstructor, what);
  scope.failure ??= scope.oversize(value, what);
  return { value, failure: scope.failure, warnings: scope.takeWarnings() };
}
