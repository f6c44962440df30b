/**
 * The order in which ListExecutions lists Express executions: newest first. Ids count the executions of one process, so executions of two
 * processes may have the same one; names decide then, because each has a UUID in it.
 */
import type { ExecutionPosition, ExecutionQuery } from '../../../store/executions.ts';

export interface ExpressPosition extends ExecutionPosition {
  readonly name: string;
}

export type ExpressQuery = Omit<ExecutionQuery, 'after'> & { readonly after: ExpressPosition | null };

/** A place in the order of SearchExecutions, which lists executions of all flows. */
export interface SearchPosition extends ExpressPosition {
  readonly flowName: string;
}

/**
 * The same order, in which executions of several flows that started in the same millisecond are in the order of the names of their flows.
 */
export function compareFound(one: SearchPosition, other: SearchPosition): number {
  if (one.startedMs !== other.startedMs) return other.startedMs - one.startedMs;
  if (one.flowName !== other.flowName) return one.flowName < other.flowName ? -1 : 1;
  return comparePositions(one, other);
}

/** Below 0 if `one` comes before `other` in a list. */
export function comparePositions(one: ExpressPosition, other: ExpressPosition): number {
  if (one.startedMs !== other.startedMs) return other.startedMs - one.startedMs;
  if (one.id !== other.id) return other.id - one.id;
  return one.name === other.name ? 0 : one.name > other.name ? -1 : 1;
}
