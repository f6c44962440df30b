/** Why an execution is stuck, for people: this version of the server cannot read it, or a defect has ended its run. */
import { reasonOf } from '../../base/text.ts';
import { ExecutionUnreadable } from './loader.ts';
import type { Stuck } from './run-table.ts';

/** An execution that cannot continue in this life of the server. */
export interface StuckFacts {
  readonly flowName: string;
  readonly executionName: string;
  /** The state at work; empty when it is not known. */
  readonly state: string;
  /** Sentences for people. */
  readonly reason: string;
  readonly sinceMs: number;
}

export function stuckFacts(stuck: Stuck): StuckFacts {
  const { flowName, executionName, state, sinceMs } = stuck;
  return { flowName, executionName, state, reason: stuckReason(stuck), sinceMs };
}

/** Says why it does not continue, and what wakes it. */
export function stuckReason({ error, state }: Pick<Stuck, 'error' | 'state'>): string {
  const isRead = error instanceof ExecutionUnreadable;
  const broke = `A defect of the server has ended its run${state === '' ? '' : ` in state ${state}`}`;
  const why = isRead ? 'This version of the server cannot continue it' : broke;
  return `${why} (${reasonOf(error)}). The next start of the server tries again; StopExecution ends it.`;
}
