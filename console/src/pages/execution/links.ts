/** Other executions and Map runs that a state has started. */
import { memberOf, startedBy } from './model/events.ts';
import type { ExecutionName } from './model/events.ts';
import type { History, Visit } from './model/history.ts';

/** The execution that the latest call of a visit has started; null for none. */
export function childOf(history: History, visit: Visit): ExecutionName | null {
  if (!history.children.some((each) => each.visit === visit)) return null;
  for (const { accepted, end } of visit.parts.toReversed()) {
    for (const id of [accepted, end]) {
      const event = history.event(id);
      const child = event === undefined ? null : startedBy(event);
      if (child !== null) return child;
    }
  }
  return null;
}

/** The name of the latest Map run of a visit; empty for none. */
export function mapRunOf(history: History, visit: Visit): string {
  const run = visit.parts.findLast(({ kind }) => kind === 'run');
  const started = run === undefined ? undefined : history.event(run.id);
  const output = started === undefined ? undefined : memberOf(started, 'output');
  const name = output instanceof Map ? output.get('MapRunName') : undefined;
  return typeof name === 'string' ? name : '';
}
