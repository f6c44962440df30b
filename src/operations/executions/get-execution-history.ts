/**
 * GetExecutionHistory (rules.md 4.5, 5.16): by event id; NextToken is the id of the first event of the next page. A page
 * of large details may be shorter than Limit and still have a NextToken. A caller that asks for warnings gets those of each event
 * in its detail (docs/extensions.md).
 */
import { formatTime } from '../../base/clock.ts';
import { stringifyJson } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import type { HistoryEvent } from '../../runtime/executions.ts';
import { defineOperation } from '../operation.ts';
import { PAGE_UNITS, replyUnits } from '../page.ts';

/** Most events that one read asks for. It asks for as many as fit if they are like those before, so that few are read in vain. */
const READ_EVENTS = 200;
const FIRST_READ_EVENTS = 20;

export const getExecutionHistory = defineOperation('GetExecutionHistory', async (services, parameters, request) => {
  const { executions } = services;
  const { FlowName: flowName, ExecutionName: executionName, Limit: limit } = parameters;
  let next = parameters.NextToken ?? 1;
  const events: ReturnType<typeof eventReply>[] = [];
  let more = true;
  for (let units = 0; more && events.length < limit && units < PAGE_UNITS; ) {
    const fitting = events.length === 0 ? FIRST_READ_EVENTS : Math.ceil((PAGE_UNITS - units) / (units / events.length));
    const count = Math.min(limit - events.length, READ_EVENTS, fitting);
    const page = await executions.history(flowName, executionName, next, count);
    more = page.nextEvent !== null;
    next = page.nextEvent ?? next;
    for (const event of page.events) {
      if (units >= PAGE_UNITS) {
        more = true;
        next = event.id;
        break;
      }
      const reply = eventReply(event, request.wantsWarnings === true);
      events.push(reply);
      units += replyUnits(reply);
    }
  }
  return { NextToken: more ? String(next) : undefined, Events: events };
});

function eventReply(event: HistoryEvent, wantsWarnings: boolean) {
  const { detail, warnings } = event;
  const shown: JsonObject = wantsWarnings && warnings.length > 0 ? { ...detail, warnings } : detail;
  return {
    Type: event.type,
    EventId: event.id,
    Time: formatTime(event.timeMs),
    ScheduleEventId: event.cause,
    EventDetail: stringifyJson(shown),
    StepName: event.stepName,
  };
}
