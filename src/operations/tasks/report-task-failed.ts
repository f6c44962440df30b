/** ReportTaskFailed (api.md 4.21): fails a task that waits for a callback with an error that its state may retry or catch. */
import { actionResource } from '../../api/actions.ts';
import { MAX_CAUSE, MAX_ERROR } from '../executions/executions.ts';
import type { Operation } from '../operation.ts';
import { boundedText, requiredBoundedText, requiredText } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

export const reportTaskFailed: Operation<OperationServices> = {
  action: 'ReportTaskFailed',
  resource: (parameters) => actionResource('ReportTaskFailed', parameters),
  async run({ executions }, { parameters }) {
    const token = requiredText(parameters, 'TaskToken');
    const error = requiredBoundedText(parameters, 'Error', MAX_ERROR);
    const cause = boundedText(parameters, 'Cause', MAX_CAUSE);
    return { EventId: await executions.report(token, { ok: false, failure: { error, cause } }) };
  },
};
