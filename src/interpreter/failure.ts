/** The error names of the engine, and the search for the rule of a state that handles an error. */
import { STANDARD_EXECUTION_SECONDS } from '../language/limits.ts';
import type { CatchRule, RetryRule, State } from '../language/plan.ts';
import type { Failure } from './event.ts';
import type { Thread } from './thread.ts';

/** An expression failed, or its value cannot be used (rules.md 12.5). */
export const RUNTIME_ERROR = 'FnF.RuntimeError';
/** A value is over a data limit (rules.md 12.6). */
export const DATA_LIMIT_EXCEEDED = 'FnF.DataLimitExceeded';
/** A task did not end in its time (rules.md 12.4). */
export const TASK_TIMEOUT = 'FnF.TaskTimeout';
/** Matches every error (rules.md 7.13). */
const ALL = 'FnF.ALL';

/** A value that is larger than `limit` bytes of JSON text. */
export function dataTooLarge(what: string, limit: number): Failure {
  return { error: DATA_LIMIT_EXCEEDED, cause: `${what} is larger than ${limit} bytes of JSON.` };
}

/** All executions together hold nearly as much memory as they may, and this one more than its share (rules.md 12.17). */
export function memoryFull(what: string): Failure {
  const cause = `${what} does not fit into memory: the executions under way hold as much as they may (limits.executionMemory), and this execution has reached its share.`;
  return { error: DATA_LIMIT_EXCEEDED, cause };
}

export function taskTimeout(seconds: number): Failure {
  return { error: TASK_TIMEOUT, cause: `The task did not end within ${counted(seconds)}.` };
}

/** The execution did not end in its time (rules.md 12.4). */
export function executionTimeout(seconds: number): Failure {
  return { error: 'FnF.ExecutionTimeout', cause: `The execution did not end within ${counted(seconds)}.` };
}

/** The execution has as many events as it may (rules.md 12.7). No Catch rule handles this. */
export function eventLimit(events: number): Failure {
  return { error: 'FnF.EventLimitExceeded', cause: `The execution has reached its limit of ${events} events.` };
}

function counted(seconds: number): string {
  return seconds === 1 ? '1 second' : `${seconds} seconds`;
}

function matches(errors: readonly string[], failure: Failure): boolean {
  return errors.includes(failure.error) || errors.includes(ALL);
}

/**
 * The retry that a failure is due: the first rule that matches decides, and counts for itself (rules.md 7.13).
 * Retry n waits min(interval · rate^(n−1), cap) seconds; null when no rule matches or its attempts are used up.
 */
export function findRetry(thread: Thread, failure: Failure): { rule: number; seconds: number } | null {
  const rules: readonly RetryRule[] = 'retry' in thread.state ? thread.state.retry : [];
  const index = rules.findIndex((rule) => matches(rule.errors, failure));
  const rule = rules[index];
  if (rule === undefined) return null;
  const before = thread.tries?.byRule[index] ?? 0;
  if (before >= rule.maxAttempts) return null;
  // Zero times a power that overflowed is NaN.
  const seconds = rule.intervalSeconds === 0 ? 0 : rule.intervalSeconds * rule.backoffRate ** before;
  return { rule: index, seconds: Math.min(seconds, rule.maxBackoffSeconds ?? MAX_DELAY_SECONDS) };
}

/** A day longer than any execution. A delay that grows must not overflow to Infinity. */
const MAX_DELAY_SECONDS = STANDARD_EXECUTION_SECONDS + 86_400;

/** The first catch rule that matches the failure; null for none, and for a state that cannot catch. */
export function findCatch(state: State, failure: Failure): CatchRule | null {
  const rules: readonly CatchRule[] = 'catch' in state ? state.catch : [];
  return rules.find((rule) => matches(rule.errors, failure)) ?? null;
}

/** Stops the executions of a deleted flow (rules.md 12.11). */
export function flowDeleted(flowName: string): Failure {
  return { error: 'FnF.FlowDeleted', cause: `Flow '${flowName}' was deleted.` };
}
