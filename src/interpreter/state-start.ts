/** What a state is started with: its input, and what its type has to know from the beginning. Failures are in the scope. */
import { isJsonObject } from '../base/json.ts';
import type { JsonValue } from '../base/json.ts';
import type { State, SwitchState } from '../language/plan.ts';
import { constructValue, evaluateItems, evaluateSeconds } from './construct.ts';
import type { ConstructScope } from './construct-scope.ts';
import type { DataFlow } from './dialects.ts';
import type { EventFacts } from './event.ts';
import type { ExecutionLimits, Thread } from './execution.ts';

/** By InputConstructor, or what the dialect hands over. */
export function buildInput(scope: ConstructScope, flow: DataFlow, thread: Thread): JsonValue {
  const { inputConstructor } = thread.state;
  if (inputConstructor !== null) {
    if (flow.hasLocal) scope.output = thread.local;
    return constructValue(scope, inputConstructor, flow.words.input);
  }
  const input = flow.inputOf(thread);
  if (flow.hasLocal) {
    if (isJsonObject(input)) scope.countMerge(input);
    scope.failure = scope.oversize(input, flow.words.input);
  }
  return input;
}

/** How long a Wait lasts, what a Map goes through, which branch a Switch takes. */
export function startFacts(
  scope: ConstructScope,
  state: State,
  limits: ExecutionLimits,
  nowMs: number,
): EventFacts | null {
  switch (state.type) {
    case 'Wait':
      return { seconds: evaluateSeconds(scope, limits, state, nowMs) };
    case 'Map':
      return { items: evaluateItems(scope, state) };
    case 'Switch':
      return { branch: chooseBranch(scope, state) };
    default:
      return null;
  }
}

/** The branch whose condition holds; the number of branches for the default, -1 when there is none. */
function chooseBranch(scope: ConstructScope, { branches, default: otherwise }: SwitchState): number {
  for (const [index, branch] of branches.entries()) {
    if (scope.attempt(branch.condition, false)) return index;
    if (scope.failure !== null) return -1;
  }
  return otherwise === null ? -1 : branches.length;
}
