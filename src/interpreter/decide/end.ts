/** The end of a state and of the flow: outputs, retries, catches and failures. */
import type { JsonValue } from '../../base/json.ts';
import type { ChoiceState, State } from '../../language/plan.ts';
import { constructGlobal, constructValue } from '../construct.ts';
import { NO_NEXT } from '../event.ts';
import type { EventFacts, EventType, Failure } from '../event.ts';
import { TASK_TIMEOUT, findCatch, findRetry } from '../failure.ts';
import type { Thread } from '../thread.ts';
import type { Decision } from './decision.ts';

/** Ends a state without work of its own. */
export function finishIdle(decision: Decision, thread: Thread, next: State | null): void {
  finishWith(decision, thread, decision.rules.idleOutput(thread.input), next);
}

/** From the raw result to StateSucceeded. Both constructors see the values from before the state ended (rules.md 8.4). */
export function finishWith(decision: Decision, thread: Thread, output: JsonValue, following: State | null): void {
  const { scope, rules } = decision;
  const { state } = thread;
  let value = output;
  let next = following === null ? NO_NEXT : following.index;
  let facts: EventFacts | null = null;
  if (state.outputConstructor !== null || state.globalConstructor !== null || state.type === 'Choice') {
    scope.enter(thread);
    scope.output = output;
    if (state.type === 'Choice') next = choose(decision, state);
    else if (state.outputConstructor !== null) {
      value = constructValue(scope, state.outputConstructor, rules.words.output);
    }
    if (scope.failure === null && state.globalConstructor !== null) {
      facts = { global: constructGlobal(scope, decision.execution, state.globalConstructor) };
    }
    if (value !== output) scope.failure ??= decision.takeRoom(value, rules.words.output);
    if (facts?.global !== undefined) scope.failure ??= decision.takeRoom(facts.global, '$Global');
    if (scope.failure !== null) return recover(decision, thread, scope.failure);
  }
  const refused = rules.refuseOutput(scope, thread, value);
  if (refused !== null) return recover(decision, thread, refused);
  decision.emitInState('StateSucceeded', thread, value, facts, next);
}

/** Index of the state of the first condition that holds; a condition that fails leaves its failure in the scope. */
function choose({ scope }: Decision, state: ChoiceState): number {
  for (const branch of state.branches) {
    if (scope.attempt(branch.condition, false)) return branch.next.index;
    if (scope.failure !== null) return NO_NEXT;
  }
  return state.default.index;
}

/** How many names the search for a rule may compare. */
function namesOf(state: State): number {
  let names = 0;
  if ('retry' in state) for (const rule of state.retry) names += 1 + rule.errors.length;
  if ('catch' in state) for (const rule of state.catch) names += 1 + rule.errors.length;
  return names;
}

/** Decides about a failure: a retry, a catch, or the end of the thread (rules.md 7.13, 7.14). */
export function recover(decision: Decision, thread: Thread, failure: Failure, retryDecided = false): void {
  const { state } = thread;
  decision.scope.count(namesOf(state));
  const type: EventType = failure.error === TASK_TIMEOUT ? 'StateTimedOut' : 'StateFailed';
  const retry = retryDecided ? null : findRetry(thread, failure);
  if (retry !== null) return decision.emitInState(type, thread, null, { failure, retry });
  const rule = findCatch(state, failure);
  if (rule === null) return decision.emitInState(type, thread, null, { failure });
  const { scope, rules } = decision;
  scope.enter(thread);
  scope.output = rules.caughtOutput(failure);
  scope.error = failure;
  let value = thread.input;
  if (rule.outputConstructor !== null) {
    value = constructValue(scope, rule.outputConstructor, rules.words.caught);
    if (scope.failure === null) scope.failure = rules.refuseOutput(scope, thread, value);
    if (scope.failure !== null) return decision.emitInState('StateFailed', thread, null, { failure: scope.failure });
  }
  decision.emitInState(type, thread, value, { failure, caught: rule.next.name }, rule.next.index);
}

/** Ends the flow with the result of its scope, or of its own output mappings. */
export function exitFlow(decision: Decision, root: Thread): void {
  const { scope, rules } = decision;
  const { outputConstructor } = decision.execution.plan;
  let output = rules.resultOf(root);
  let facts: EventFacts | null = null;
  if (outputConstructor !== null) {
    scope.enterFlow(root, root.incoming, output);
    output = constructValue(scope, outputConstructor, 'The output of the flow');
    facts = decision.withWarnings(null);
    if (scope.failure !== null) return failFlow(decision, root, scope.failure, facts);
  }
  decision.emitOfExecution('ExecutionSucceeded', root.lastEvent, output, facts);
}

/** Ends the execution with a failure that no state has caught. */
export function failFlow(decision: Decision, root: Thread, failure: Failure, facts: EventFacts | null): void {
  decision.emitOfExecution('ExecutionFailed', root.lastEvent, null, { ...facts, failure });
}
