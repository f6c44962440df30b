/** DeleteSchedule (rules.md 5.20). Executions that it has started run on. */
import { defineOperation } from '../operation.ts';

export const deleteSchedule = defineOperation(
  'DeleteSchedule',
  async ({ schedules, observer }, { FlowName: flowName, ScheduleName: name }, { requestId }) => {
    await schedules.delete(flowName, name);
    observer.scheduleChanged?.({ requestId, action: 'DeleteSchedule', flowName, scheduleName: name, nextMs: null });
    return {};
  },
);
