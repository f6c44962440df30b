/** The beginning of an execution and of a state: inputs, and what a type of state has to know before it runs. */
import type { JsonValue } from '../../base/json.ts';
import type { State, SwitchState } from '../../language/plan.ts';
import { isDistributed } from '../commands.ts';
import type { ConstructScope } from '../construct-scope.ts';
import { constructValue, evaluateItems, evaluateSeconds } from '../construct.ts';
import type { EventFacts } from '../event.ts';
import type { Thread } from '../thread.ts';
import type { Decision } from './decision.ts';
import { recover } from './end.ts';

/** Id of the event with which the first state is entered, after ExecutionStarted. */
const FIRST_ENTERED = 2;

export function startExecution(decision: Decision): void {
  const { input, version = '', alias = '' } = decision.execution.start;
  const asked =
    version === '' && alias === '' ? null : { ...(version !== '' && { version }), ...(alias !== '' && { alias }) };
  const mapped = mappedInput(decision, input);
  decision.emitStart(input, mapped === null ? asked : { ...asked, ...mapped });
}

/** The result of the flow's own input mappings, or why they failed; null when it has none. */
function mappedInput(decision: Decision, input: JsonValue): EventFacts | null {
  const { inputConstructor } = decision.execution.plan;
  if (inputConstructor === null) return null;
  const { scope } = decision;
  scope.enterFlow(null, input, null);
  const mapped = constructValue(scope, inputConstructor, 'The input of the flow');
  return decision.withWarnings(scope.failure === null ? { mapped } : { failure: scope.failure });
}

/** Takes an ended execution up again. `undone` ends with the end that it was folded without; otherwise the input is stale. */
export function redrive(decision: Decision, undone: readonly number[]): void {
  const { lastEvent, start, redrives } = decision.execution;
  if (undone.at(-1) !== lastEvent) return;
  decision.emitOfExecution('ExecutionRedriven', lastEvent, start.input, { undone, redrive: redrives + 1 });
}

/** A stop lets a Parallel or Map come to its end, and so every state inside it: it is one step of the flow. */
export function enter(decision: Decision, thread: Thread): void {
  const { stop } = decision;
  if (stop === null || thread.parent !== null) {
    decision.emitInState('StateEntered', thread, thread.incoming, decision.rules.entryFacts(thread));
  } else decision.emitOfExecution('ExecutionStopped', thread.lastEvent, null, { failure: stop });
}

/**
 * From InputConstructor to StateStarted. A retry comes here again and uses the input that was built. A state whose input
 * cannot be built has not started; one whose input is refused has, and StateStarted shows the input (rules.md 13.3).
 */
export function startState(decision: Decision, thread: Thread): void {
  const { scope } = decision;
  scope.enter(thread);
  let { input } = thread;
  // Every other input was measured where it was built.
  if (thread.lastEvent === FIRST_ENTERED) scope.failure = scope.oversize(input, 'The input of the execution');
  if (scope.failure !== null) return recover(decision, thread, scope.failure);
  if (!thread.started) {
    input = decision.rules.buildInput(scope, thread);
    if (input !== thread.input) scope.failure ??= decision.takeRoom(input, decision.rules.words.input);
    if (scope.failure !== null) return recover(decision, thread, scope.failure);
  }
  scope.input = input;
  const facts = startFacts(decision, thread.state);
  if (facts?.items !== undefined) scope.failure ??= decision.takeRoom(facts.items, 'The list of items');
  const { failure } = scope;
  decision.emitInState('StateStarted', thread, input, failure === null ? facts : { failure });
}

/** How long a Wait lasts, the items of a Map, the branch that a Switch takes. A failure is in the scope. */
function startFacts({ scope, rules, execution, nowMs }: Decision, state: State): EventFacts | null {
  switch (state.type) {
    case 'Wait': {
      const max = state.secondsMax ?? execution.limits.waitSeconds;
      const range = { field: rules.words.seconds, min: rules.waitSecondsMin, max };
      return { seconds: evaluateSeconds(scope, state, range, nowMs) };
    }
    case 'Map':
      // The run of a distributed Map evaluates them (`map-runs.ts`).
      if (isDistributed(state)) return null;
      return { items: evaluateItems(scope, state, rules.words.items) };
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
