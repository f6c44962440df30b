/** CreateSchedule (rules.md 5.20). */
import { defineOperation } from '../operation.ts';
import { scheduleReply } from './replies.ts';

export const createSchedule = defineOperation(
  'CreateSchedule',
  async ({ schedules, observer }, parameters, { requestId }) => {
    const { FlowName: flowName, ScheduleName: name } = parameters;
    const schedule = await schedules.create({
      flowName,
      name,
      cronExpression: parameters.CronExpression,
      description: parameters.Description,
      payload: parameters.Payload,
      isEnabled: parameters.Enable,
    });
    const { nextDueMs: nextMs } = schedule;
    observer.scheduleChanged?.({ requestId, action: 'CreateSchedule', flowName, scheduleName: name, nextMs });
    return scheduleReply(schedule);
  },
);
