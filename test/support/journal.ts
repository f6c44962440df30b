/** The journal of an execution under test, from which the execution is folded again after an event (I3, I4). */
import assert from 'node:assert/strict';
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import type { ExecutionEvent } from '../../src/interpreter/event.ts';
import type { Execution } from '../../src/interpreter/execution.ts';
import { fold } from '../../src/interpreter/fold.ts';
import { decodeEvents, encodeEvents } from '../../src/interpreter/journal.ts';
import { Group } from '../../src/interpreter/thread.ts';
import type { Activity, Thread } from '../../src/interpreter/thread.ts';
import type { Plan, State } from '../../src/language/plan.ts';

/** Most events in a row. */
const EVENTS_PER_ROW = 7;

export class Journal {
  readonly events: ExecutionEvent[] = [];
  readonly #rows: string[] = [];
  /** Events in `#rows`. */
  #written = 0;

  /** The execution, folded from the text of its events. It has to be the same as the live one. */
  rebuilt(live: Execution): Execution {
    const { plan, start, limits } = live;
    this.#write(plan);
    const events = this.#rows.flatMap(decodeEvents).map(({ event }) => event);
    const folded = fold(plan, start, limits, events);
    assert.deepEqual(snapshot(folded), snapshot(live));
    return folded;
  }

  #write(plan: Plan): void {
    // The last row may have had room.
    this.#rows.length = Math.floor(this.#written / EVENTS_PER_ROW);
    for (let from = this.#rows.length * EVENTS_PER_ROW; from < this.events.length; from += EVENTS_PER_ROW) {
      this.#rows.push(encodeEvents(this.events.slice(from, from + EVENTS_PER_ROW), plan));
    }
    this.#written = this.events.length;
  }
}

/** The whole state of an execution, as text and numbers. */
function snapshot(execution: Execution): unknown {
  const { status, startedMs, beganMs, stoppedMs, lastEvent, lastMs, eventsMax, redrives } = execution;
  const { global, globalBytes, output, failure, ending, warnings } = execution;
  return {
    ...{ status, startedMs, beganMs, stoppedMs, lastEvent, lastMs, eventsMax, redrives, failure, ending, warnings },
    ...{ global: stringifyJson(global), globalBytes },
    output: stringifyJson(output),
    threads: [...execution.threads.values()].map(threadSnapshot),
    ready: execution.ready.map((thread) => thread.id),
    turn: [execution.turn?.id ?? null, execution.turnEvents],
    commands: [...execution.commands.values()].map((command) => ({
      ...command,
      ...(command.kind !== 'timer' && command.kind !== 'map'
        ? { state: command.state.index, parameters: stringifyJson(command.parameters) }
        : {}),
    })),
  };
}

function threadSnapshot(thread: Thread): unknown {
  const { id, index, queued, lastEvent, entered, started, tries } = thread;
  return {
    ...{ id, index, queued, lastEvent, entered, started },
    tries: tries === null ? null : { ...tries, byRule: [...tries.byRule] },
    scope: thread.scope.start.index,
    state: thread.state.index,
    parent: thread.parent?.id ?? null,
    activity: activitySnapshot(thread.activity),
    values: stringifyJson([thread.incoming, thread.input, thread.local]),
  };
}

/** Every member of an activity; states as their indexes, threads as their ids, values as text. */
function activitySnapshot(activity: Activity): unknown {
  return Object.fromEntries(
    Object.entries(activity).map(([name, member]: [string, unknown]) => {
      if (member instanceof Group) return [name, activitySnapshot(member)];
      if (name === 'children') return [name, (member as readonly Thread[]).map(({ id }) => id)];
      if (name === 'task' || name === 'next') return [name, (member as State | null)?.index ?? member];
      return [name, typeof member === 'object' ? stringifyJson(member as JsonValue) : member];
    }),
  );
}
