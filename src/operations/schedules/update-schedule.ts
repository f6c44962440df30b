/**
 * UpdateSchedule (rules.md 5.20): changes the given parts and leaves the others, as UpdateFlow does. An empty Description or Payload
 * clears it, an empty CronExpression is refused.
 */
import { defineOperation } from '../operation.ts';
import { scheduleReply } from './replies.ts';

export const updateSchedule = defineOperation(
  'UpdateSchedule',
  async ({ schedules, observer }, parameters, { requestId }) => {
    const { FlowName: flowName, ScheduleName: name } = parameters;
    const schedule = await schedules.update(flowName, name, {
      cronExpression: parameters.CronExpression,
      description: parameters.Description,
      payload: parameters.Payload,
      isEnabled: parameters.Enable,
    });
    const { nextDueMs: nextMs } = schedule;
    observer.scheduleChanged?.({ requestId, action: 'UpdateSchedule', flowName, scheduleName: name, nextMs });
    return scheduleReply(schedule);
  },
);
