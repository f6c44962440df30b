/**
 * Which executions sleep, and until when. An execution that only waits, and for longer than a minute, gets a wake time in the
 * store and may leave memory.
 */
import { waitsForOthers } from '../../../interpreter/commands.ts';
import type { Execution } from '../../../interpreter/execution.ts';

/** Only an execution that waits for longer than this sleeps. */
export const SLEEP_MIN_MS = 60_000;

/** When the earliest timer or timeout of the execution is due, steady time. */
function earliestDueMs(execution: Execution): number {
  let dueMs = execution.deadlineMs;
  for (const command of execution.commands.values()) dueMs = Math.min(dueMs, execution.dueMs(command) ?? dueMs);
  return dueMs;
}

/**
 * The steady time before which only a callback wakes the execution, milliseconds since 1970; null while it has to be in memory.
 * @param calls its calls under way
 * @param isQuiet true for a Map run that only waits for Standard children, by the id of its command
 * @param nowMs the present, steady time
 */
export function sleepUntilMs(
  execution: Execution,
  calls: number,
  isQuiet: (mapRun: number) => boolean,
  nowMs: number,
): number | null {
  if (execution.status !== 'Running' || execution.canContinue || calls > 0) return null;
  // A call that this process makes, or has yet to make, needs the run in memory.
  for (const command of execution.commands.values()) {
    if (command.kind === 'map' ? !isQuiet(command.id) : command.kind !== 'timer' && !waitsForOthers(command))
      return null;
  }
  const wakeMs = earliestDueMs(execution);
  return wakeMs - nowMs > SLEEP_MIN_MS ? wakeMs : null;
}
