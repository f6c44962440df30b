/**
 * GetExecutionHistory (api.md 4.19, decisions.md 5): by event id; NextToken is the id of the first event of the next page.
 * A page may be shorter than Limit when its details are large, as NextToken then says.
 */
import { actionResource } from '../../api/actions.ts';
import { formatTime } from '../../base/clock.ts';
import { stringifyJson } from '../../base/json.ts';
import type { HistoryEvent } from '../../runtime/executions.ts';
import type { Operation } from '../operation.ts';
import { numberToken, optionalInteger, requiredExecutionName, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

/** The documented ranges end before 1000 and with it; both are taken. */
const LIMIT = { min: 1, max: 1000, default: 60 } as const;
/** Details in one reply, in UTF-16 units: a thousand of 64 KiB each are too much for every caller at once. */
const PAGE_DETAIL_UNITS = 8 * 1024 * 1024;
/** Events asked for at a time, so that a page which is cut short has not read much more than it gives. */
const READ_EVENTS = 200;

export const getExecutionHistory: Operation<OperationServices> = {
  action: 'GetExecutionHistory',
  resource: (parameters) => actionResource('GetExecutionHistory', parameters),
  async run({ executions }, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const executionName = requiredExecutionName(parameters);
    let next = numberToken(parameters) ?? 1;
    const limit = optionalInteger(parameters, 'Limit', LIMIT);
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
  },
};

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
