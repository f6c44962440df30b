/** Events of branches and items: they begin, end, and are stopped when one of them fails. */
import { assert } from '../../base/assert.ts';
import type { Scope, State, SwitchState } from '../../language/plan.ts';
import { rulesOf } from '../dialects.ts';
import type { ExecutionEvent, Failure } from '../event.ts';
import { THREADS_MAX } from '../execution.ts';
import type { Execution } from '../execution.ts';
import { Group, Thread } from '../thread.ts';
import type { Activity } from '../thread.ts';
import { drop, enqueue, enqueueFirst, enqueueRunnable, touch } from './queue.ts';

type Branch = NonNullable<SwitchState['default']>;

/** The activity of a Switch that has taken this branch; the number of branches is the default, -1 none. */
export function switchTo(state: SwitchState, index: number): Activity {
  const branch = branchOf(state, index);
  const next = branch?.next ?? state.next;
  return branch === null || branch.scope === null ? { phase: 'switched', next } : new Group(1, [], index, next);
}

function branchOf(state: SwitchState, index: number): Branch | null {
  return index === state.branches.length ? state.default : (state.branches[index] ?? null);
}

export function spawn(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  const group = groupOf(thread);
  if (event.facts?.failure !== undefined) return abortGroup(execution, thread, group, event.facts.failure);
  const index = group.spawned;
  const scope = scopeOf(thread.state, group);
  assert(scope !== null, `no branch ${event.facts?.index}`);
  const child = new Thread(event.id, scope, thread, index, event.value);
  group.children.push(child);
  execution.threads.set(child.id, child);
  group.spawned = index + 1;
  if (!hasRoom(execution, thread.state, group)) group.phase = 'children';
  enqueue(execution, child);
}

/** `thread` is the one that exits; its value goes to its place in the group. */
export function join(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  const { parent } = thread;
  assert(parent !== null, 'a branch has a parent');
  const group = groupOf(parent);
  group.results[thread.index] = event.value;
  group.arrived.push(event.value);
  touch(execution, parent);
  group.done++;
  group.resultBytes += event.facts?.bytes ?? 0;
  parent.lastEvent = event.id;
  drop(execution, thread, group);
  if (event.facts?.failure !== undefined) return abortGroup(execution, parent, group, event.facts.failure);
  if (group.done === group.results.length) group.phase = 'joined';
  else if (hasRoom(execution, parent.state, group)) group.phase = 'spawn';
  enqueueRunnable(execution, parent);
}

/** Aborting comes ahead of all other threads: no sibling takes another step once one has failed (rules.md 7.8). */
export function abortGroup(execution: Execution, thread: Thread, group: Group, failure: Failure): void {
  thread.activity = { phase: 'aborting', failure, group };
  enqueueFirst(execution, thread);
}

/** The branches or items of the state that the thread is in, which must have begun. */
export function groupOf({ id, group }: Thread): Group {
  assert(group !== null, `thread ${id} has no branches`);
  return group;
}

/** The scope of the next branch or item. */
function scopeOf(state: State, { spawned, branch }: Group): Scope | null {
  switch (state.type) {
    case 'Parallel':
      return state.branches[spawned] ?? null;
    case 'Map':
      return state.processor;
    case 'Switch':
      return branchOf(state, branch ?? -1)?.scope ?? null;
    default:
      return null;
  }
}

/** True while another branch or item of the state may begin. */
function hasRoom(execution: Execution, state: State, { spawned, done, results }: Group): boolean {
  if (spawned >= results.length) return false;
  if (spawned === done) return true;
  if (execution.threads.size >= THREADS_MAX) return false;
  if (state.type !== 'Map') return true;
  const limit = rulesOf(execution.plan).mapConcurrency ?? execution.limits.mapConcurrency;
  return spawned - done < Math.min(state.maxConcurrency ?? limit, limit);
}
