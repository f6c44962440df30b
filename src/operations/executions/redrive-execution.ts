/**
 * RedriveExecution, an extension that the cloud does not have (docs/extensions.md): lets an execution that ended without
 * success go on from the state that failed. It answers as StartExecution does.
 */
import { actionResource } from '../../api/actions.ts';
import { executionReply } from './executions.ts';
import type { Operation } from '../operation.ts';
import { requiredExecutionName, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

export const redriveExecution: Operation<OperationServices> = {
  action: 'RedriveExecution',
  resource: (parameters) => actionResource('RedriveExecution', parameters),
  async run({ executions }, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    return executionReply(await executions.redrive(flowName, requiredExecutionName(parameters)));
  },
};
