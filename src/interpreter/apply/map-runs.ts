/** Events of the run of a distributed Map, which the runtime carries out. */
import { assert } from '../../base/assert.ts';
import { isDistributed } from '../commands.ts';
import { steadyMsOf } from '../event.ts';
import type { ExecutionEvent } from '../event.ts';
import type { Execution } from '../execution.ts';
import type { Thread } from '../thread.ts';
import { openCommand } from './commands.ts';

export function mapRunStarted(execution: Execution, thread: Thread, event: ExecutionEvent): void {
  const { state } = thread;
  const run = event.facts?.mapRun;
  assert(state.type === 'Map' && isDistributed(state), `a Map run started in ${state.type}`);
  assert(run !== undefined, `event ${event.id} says nothing about its Map run`);
  thread.lastEvent = event.id;
  execution.undoneRuns = execution.undoneRuns.filter(
    (undone) => undone.thread !== thread.id || undone.state !== state.index,
  );
  const openedMs = steadyMsOf(event);
  openCommand(execution, thread, 'map', { kind: 'map', id: event.id, thread: thread.id, state, run, openedMs });
}

/** Remembers a run that a redrive has undone: the run that comes next continues it. */
export function undoMapRun(execution: Execution, { id, thread, state, facts }: ExecutionEvent): void {
  if (facts?.mapRun !== undefined) execution.undoneRuns.push({ id, thread, state, run: facts.mapRun });
}
