/** DescribeSchedule (rules.md 5.20). */
import { defineOperation } from '../operation.ts';
import { scheduleReply } from './replies.ts';

export const describeSchedule = defineOperation(
  'DescribeSchedule',
  async ({ schedules }, { FlowName: flowName, ScheduleName: name }) =>
    scheduleReply(await schedules.describe(flowName, name)),
);
