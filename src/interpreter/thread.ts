/**
 * A thread: one activation of a scope, which is the flow itself, a branch or an item. It is in one state at a time. Its
 * activity says what comes next, so that an execution can continue after any single event.
 */
import type { JsonArray, JsonObject, JsonValue } from '../base/json.ts';
import type { Scope, State, TaskState } from '../language/plan.ts';
import type { DistributedMapState } from './commands.ts';
import type { Failure } from './event.ts';

/** The next state; null: the scope ends. */
type Next = State | null;

/** The next step of a thread, or the command that it waits for. {@link Group} is the activity of a state with branches or items. */
export type Activity =
  | Simple
  /** Schedules the task call. */
  | { readonly phase: 'schedule'; readonly task: TaskState }
  /** Starts the run of a distributed Map. */
  | { readonly phase: 'start-run'; readonly map: DistributedMapState }
  | Group
  /** Builds the output of the state from the result of its task. */
  | { readonly phase: 'result'; readonly output: JsonValue }
  /** Ends a Switch whose branch has no steps, and continues with `next`. */
  | { readonly phase: 'switched'; readonly next: Next }
  /** Recovers or fails. `retryDecided`: the event that ended the call has tried the retry rules. */
  | { readonly phase: 'failing'; readonly failure: Failure; readonly retryDecided: boolean }
  /** Stops the threads that are left in the group, then recovers or fails. */
  | { readonly phase: 'aborting'; readonly failure: Failure; readonly group: Group }
  /** Classic: exits from a state whose end is decided. `next` is the index of the next state; -1: the scope ends. */
  | { readonly phase: 'leaving'; readonly next: number }
  /** Ends the flow with a failure: of its last state or of its own input mappings. */
  | { readonly phase: 'failed'; readonly failure: Failure }
  /** Waits for the command of a task call, of a Wait, of a retry delay or of a Map run. */
  | { readonly phase: 'task' | 'timer' | 'retry' | 'map'; readonly command: number };

/**
 * `enter` the state; `entered`: build its input; `finish`: build the output of a state without work of its own (Pass, Wait,
 * Choice, Succeed); `exit` the scope; a `dead` thread is out of the execution.
 */
interface Simple {
  readonly phase: 'enter' | 'entered' | 'finish' | 'exit' | 'dead';
}

export type Phase = Activity['phase'];

// Shared by all threads: a state that waits for nothing costs no object for its activities.
export const ENTER: Activity = { phase: 'enter' };
export const ENTERED: Activity = { phase: 'entered' };
export const FINISH: Activity = { phase: 'finish' };
export const DEAD: Activity = { phase: 'dead' };
export const EXIT: Activity = { phase: 'exit' };

/** The branches or items of the state that a thread is in: a Parallel, a Map or a Switch. */
export class Group {
  /** `spawn` the next branch or item; wait for the `children`; all have `joined`: build the result. */
  phase: 'spawn' | 'children' | 'joined';
  /** Map: the items. */
  readonly items: JsonArray;
  /** Switch: the branch taken; null otherwise. */
  readonly branch: number | null;
  /** The state that follows when all have ended. */
  readonly next: Next;
  readonly children: Thread[] = [];
  /** By position; null where a branch or item has not ended. */
  readonly results: JsonValue[];
  /** Results that the runtime has not weighed yet. */
  readonly arrived: JsonValue[] = [];
  spawned = 0;
  done = 0;
  /** Bytes of `results` as JSON text. */
  resultBytes = 0;

  constructor(count: number, items: JsonArray, branch: number | null, next: Next) {
    this.phase = count === 0 ? 'joined' : 'spawn';
    this.items = items;
    this.branch = branch;
    this.next = next;
    this.results = new Array<JsonValue>(count).fill(null);
  }

  /** The position that events name for the child with this index. */
  position(index: number): number {
    return this.branch ?? index;
  }
}

/** The calls and retries of the state that a thread is in. */
export class Tries {
  /** Of its task. */
  calls = 0;
  retries = 0;
  /** Retries by the index of the retry rule. */
  readonly byRule: number[] = [];
}

export class Thread {
  /** Id of the event that opened it. */
  readonly id: number;
  readonly scope: Scope;
  readonly parent: Thread | null;
  /** Branch or item index in the parent's group. */
  readonly index: number;
  state: State;
  activity: Activity = ENTER;
  /** True while it is in the execution's queue. */
  queued = false;
  /** True while it is in the execution's list of changed threads. */
  isTouched = false;
  /** Last event of this thread, the cause of its next one. */
  lastEvent: number;
  /** The output of the state before; classic: the input of the scope. */
  incoming: JsonValue;
  /** Classic: the merged outputs of the states of the scope so far. */
  local: JsonObject = {};
  /** The event with which the current state was entered. */
  entered = 0;
  /** The result of InputConstructor; `incoming` until it has run. */
  input: JsonValue;
  /** True once InputConstructor has run: a retry does not run it again. */
  started = false;
  /** Null until the first call or retry of the current state. */
  tries: Tries | null = null;

  constructor(id: number, scope: Scope, parent: Thread | null, index: number, incoming: JsonValue) {
    this.id = id;
    this.scope = scope;
    this.parent = parent;
    this.index = index;
    this.state = scope.start;
    this.lastEvent = id;
    this.incoming = incoming;
    this.input = incoming;
  }

  get phase(): Phase {
    return this.activity.phase;
  }

  /** Id of the command that the thread waits for; 0 for none. An answer to another command is stale. */
  get waitingFor(): number {
    const { activity } = this;
    switch (activity.phase) {
      case 'task':
      case 'timer':
      case 'retry':
      case 'map':
        return activity.command;
      default:
        return 0;
    }
  }

  /** True while the thread waits for nothing outside it. */
  get isRunnable(): boolean {
    switch (this.activity.phase) {
      case 'task':
      case 'timer':
      case 'retry':
      case 'map':
      case 'children':
      case 'dead':
        return false;
      default:
        return true;
    }
  }

  /** The branches or items of its state; null when it has begun none. */
  get group(): Group | null {
    const { activity } = this;
    switch (activity.phase) {
      case 'spawn':
      case 'children':
      case 'joined':
        return activity;
      case 'aborting':
        return activity.group;
      default:
        return null;
    }
  }

  /** The thread itself while it is in a state; null between two states and at the ends of its scope. */
  get inState(): Thread | null {
    switch (this.activity.phase) {
      case 'enter':
      case 'exit':
      case 'failed':
      case 'dead':
        return null;
      default:
        return this;
    }
  }

  /** The last thread inside this one that is in a state, deepest first; null when none is. */
  get innermost(): Thread | null {
    const children = this.group?.children ?? [];
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i] as Thread;
      const inner = child.innermost ?? child.inState;
      if (inner !== null) return inner;
    }
    return null;
  }

  /** True while a state around the thread is being aborted: answers to the thread change nothing any more. */
  get isBeingAborted(): boolean {
    for (let outer = this.parent; outer !== null; outer = outer.parent) {
      if (outer.activity.phase === 'aborting') return true;
    }
    return false;
  }
}
