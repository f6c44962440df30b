/** The history of an execution as a file. */
import type { History } from './history.ts';

/** All events as GetExecutionHistory serves them, with warnings. Secrets in details are masked, as they are on the screen. */
export function historyFile({ events }: Pick<History, 'events'>): string {
  const served = events.map(({ id, type, time, cause, step, detail, warnings }) => ({
    ...{ Type: type, EventId: id, Time: time, ScheduleEventId: cause, EventDetail: detail, StepName: step },
    ...(warnings !== undefined && { Warnings: warnings }),
  }));
  return `${JSON.stringify({ Events: served }, null, 2)}\n`;
}
