/**
 * Which executions sleep, and until when. An execution that only waits, and for longer than a minute, has a wake time in the
 * store and need not be in memory.
 */
import type { CallCommand, Execution } from '../../../interpreter/execution.ts';
import { awaitsChild } from '../../driver/calls.ts';

/** An execution that waits longer than this leaves memory. */
export const SLEEP_MIN_MS = 60_000;

/** When the first of its timers and timeouts is due, by the times in its events; milliseconds since 1970. */
export function earliestDueMs(execution: Execution): number {
  let dueMs = execution.deadlineMs;
  for (const command of execution.commands.values()) dueMs = Math.min(dueMs, execution.dueMs(command) ?? dueMs);
  return dueMs;
}

/**
 * Until when nothing but a callback wakes the execution, milliseconds since 1970; null while it has to be in memory.
 * @param calls its calls under way
 * @param setBackMs how far the wall clock was set back since the times in its events were taken
 */
export function sleepUntilMs(execution: Execution, calls: number, setBackMs: number, nowMs: number): number | null {
  if (execution.status !== 'Running' || execution.canGoOn || calls > 0) return null;
  // Work of this process, and calls that it has yet to make, need the process.
  for (const command of execution.commands.values()) {
    if (command.kind !== 'timer' && !waitsForOthers(command)) return null;
  }
  const wakeMs = earliestDueMs(execution) - setBackMs;
  return wakeMs - nowMs > SLEEP_MIN_MS ? wakeMs : null;
}

/** True when nothing but a report or its timeout ends the task. */
function waitsForOthers(command: CallCommand): boolean {
  return command.submitted && (command.state.mode !== 'WaitForSystemCallback' || awaitsChild(command));
}
