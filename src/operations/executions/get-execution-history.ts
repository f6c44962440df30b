/**
 * GetExecutionHistory (rules.md 4.5, 5.16): by event id; NextToken is the id of the first event of the next page. A page
 * of large details may be shorter than Limit and still have a NextToken.
 */
import { formatTime } from '../../base/clock.ts';
import { stringifyJson } from '../../base/json.ts';
import type { HistoryEvent } from '../../runtime/executions.ts';
import { defineOperation } from '../operation.ts';

/** Details in one reply, in UTF-16 units: a thousand of 64 KiB each are too much memory for a call. */
const PAGE_DETAIL_UNITS = 8 * 1024 * 1024;
/** Events that one read asks for, so that a page which ends early has read few events in vain. */
const READ_EVENTS = 200;

export const getExecutionHistory = defineOperation('GetExecutionHistory', async ({ executions }, parameters) => {
  const { FlowName: flowName, ExecutionName: executionName, Limit: limit } = parameters;
  let next = parameters.NextToken ?? 1;
  const events: ReturnType<typeof eventReply>[] = [];
  let more = true;
  for (let units = 0; more && events.length < limit && units < PAGE_DETAIL_UNITS; ) {
    const count = Math.min(limit - events.length, READ_EVENTS);
    const page = await executions.history(flowName, executionName, next, count);
    for (const event of page.events) {
      const reply = eventReply(event);
      events.push(reply);
      units += reply.EventDetail.length;
    }
    more = page.nextEvent !== null;
    next = page.nextEvent ?? next;
  }
  return { NextToken: more ? String(next) : undefined, Events: events };
});

function eventReply(event: HistoryEvent) {
  return {
    Type: event.type,
    EventId: event.id,
    Time: formatTime(event.timeMs),
    ScheduleEventId: event.cause,
    EventDetail: stringifyJson(event.detail),
    StepName: event.stepName,
  };
}
