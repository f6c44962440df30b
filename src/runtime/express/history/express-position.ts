/**
 * The order in which ListExecutions lists Express executions: newest first. Ids count the executions of one process, so executions of two
 * processes may have the same one; names decide then, because each has a UUID in it.
 */
import type { ExecutionPosition, ExecutionQuery } from '../../../store/executions.ts';

export interface ExpressPosition extends ExecutionPosition {
  readonly name: string;
}

export type ExpressQuery = Omit<ExecutionQuery, 'after'> & { readonly after: ExpressPosition | null };

/** Below 0 if `one` comes before `other` in a list. */
export function comparePositions(one: ExpressPosition, other: ExpressPosition): number {
  if (one.startedMs !== other.startedMs) return other.startedMs - one.startedMs;
  if (one.id !== other.id) return other.id - one.id;
  return one.name === other.name ? 0 : one.name > other.name ? -1 : 1;
}
