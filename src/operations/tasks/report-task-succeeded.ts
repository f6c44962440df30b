/**
 * ReportTaskSucceeded (rules.md 5.17): ends a task that waits for a callback. `Output` is any JSON value: the vendor's samples are
 * objects, but no rule says so, and the answer of a task without a callback may be any value too.
 */
import { defineOperation } from '../operation.ts';

export const reportTaskSucceeded = defineOperation(
  'ReportTaskSucceeded',
  async ({ executions }, { TaskToken: token, Output: output }) => ({
    EventId: await executions.report(token, { ok: true, output }),
  }),
);
