/** Parallel, Map and Switch: how their branches and items begin, end and are stopped. */
import { assert } from '../../base/assert.ts';
import { jsonBytes } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import { constructIteration } from '../construct.ts';
import { NO_NEXT } from '../event.ts';
import type { EventFacts, Failure } from '../event.ts';
import { dataTooLarge } from '../failure.ts';
import type { Group, Thread } from '../thread.ts';
import { THREAD_BYTES } from '../weights.ts';
import type { Decision } from './decision.ts';
import { finishWith, recover } from './end.ts';

const NEXT = 'Another branch or item';

/** Begins the next branch or item. */
export function spawn(decision: Decision, thread: Thread, group: Group): void {
  const { state, input } = thread;
  const index = group.spawned;
  const facts = { index: group.position(index) };
  let failure = decision.takeRoomBytes(THREAD_BYTES, NEXT);
  if (failure !== null) return refuseSpawn(decision, thread, { ...facts, failure });
  if (state.type !== 'Map') return decision.emitInState('BranchEntered', thread, input, facts);
  const { scope } = decision;
  let item = group.items[index] as JsonValue;
  if (state.iterationConstructor !== null) {
    scope.enter(thread);
    item = constructIteration(scope, state.iterationConstructor, group.items, index);
    failure = decision.takeRoom(item, NEXT);
    if (failure !== null) return refuseSpawn(decision, thread, { ...facts, failure });
  }
  decision.emitInState('IterationEntered', thread, item, facts);
}

/** A branch or item that finds no room fails the state around it, as a failing one does. */
function refuseSpawn(decision: Decision, thread: Thread, facts: EventFacts): void {
  decision.emitInState(thread.state.type === 'Map' ? 'IterationEntered' : 'BranchEntered', thread, null, facts);
}

/** Ends a branch or item, whose result goes to the state around it. */
export function exitGroup(decision: Decision, thread: Thread, parent: Thread): void {
  const { state, group } = parent;
  assert(group !== null, 'a branch exits into a group');
  const type = state.type === 'Map' ? 'IterationExited' : 'BranchExited';
  const result = decision.rules.resultOf(thread);
  const facts = exitFacts(decision, result, thread, group);
  decision.emitOfState(type, thread.lastEvent, thread.id, state.index, result, NO_NEXT, facts);
}

/** Results that are too large together fail their state at once: thousands of items must not pile up until the last. */
function exitFacts({ execution, rules }: Decision, result: JsonValue, thread: Thread, group: Group): EventFacts {
  const { stateDataBytes } = execution.limits;
  const bytes = jsonBytes(result, stateDataBytes);
  const facts: EventFacts = { index: group.position(thread.index), bytes };
  if (group.resultBytes + bytes <= stateDataBytes) return facts;
  return { ...facts, failure: dataTooLarge(rules.words.joined, stateDataBytes) };
}

/** Ends a state whose branches or items have all ended (rules.md 7.8, 7.9, 10.6–10.8). */
export function joined(decision: Decision, thread: Thread, group: Group): void {
  const { scope, rules } = decision;
  const { type } = thread.state;
  assert(type === 'Map' || type === 'Parallel' || type === 'Switch', `${type} joins nothing`);
  scope.enter(thread);
  const output = rules.joinedOutput(type, group.results);
  scope.failure = scope.oversize(output, rules.words.joined);
  if (scope.failure !== null) return recover(decision, thread, scope.failure);
  finishWith(decision, thread, output, group.next);
}

/** Stops the threads inside a state that is failing, innermost first, then lets the state recover or fail. */
export function abortNext(decision: Decision, thread: Thread, failure: Failure): void {
  const target = thread.innermost;
  if (target === null) return recover(decision, thread, failure);
  const { error } = failure;
  const cause = `A sibling failed with ${error}.`;
  decision.emitCausedBy(thread.lastEvent, 'StateAborted', target, null, { failure: { error, cause } });
}
