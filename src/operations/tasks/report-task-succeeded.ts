/**
 * ReportTaskSucceeded (api.md 4.20): ends a task that waits for a callback. `Output` is any JSON value: the vendor's samples
 * are objects, but nothing says that it has to be one, and a task's own answer may be anything as well.
 */
import { actionResource } from '../../api/actions.ts';
import { jsonOf } from '../decode/json.ts';
import type { Operation } from '../operation.ts';
import { requiredText } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

export const reportTaskSucceeded: Operation<OperationServices> = {
  action: 'ReportTaskSucceeded',
  resource: (parameters) => actionResource('ReportTaskSucceeded', parameters),
  async run({ executions, limits }, { parameters }) {
    const token = requiredText(parameters, 'TaskToken');
    const output = jsonOf(requiredText(parameters, 'Output'), 'Output', limits.stateDataBytes);
    return { EventId: await executions.report(token, { ok: true, output }) };
  },
};
