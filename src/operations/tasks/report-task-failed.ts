/** ReportTaskFailed (rules.md 5.17): fails a task that waits for a callback; its state may retry or catch the error. */
import { defineOperation } from '../operation.ts';

export const reportTaskFailed = defineOperation(
  'ReportTaskFailed',
  async ({ executions }, { TaskToken: token, Error: error, Cause: cause }) => ({
    EventId: await executions.report(token, { ok: false, failure: { error, cause } }),
  }),
);
