/** StopExecution (api.md 4.16). `RoleArn`, the role at the start, is left out when the flow had none. */
import { actionResource } from '../../api/actions.ts';
import { executionReply, MAX_CAUSE, MAX_ERROR } from './executions.ts';
import type { Operation } from '../operation.ts';
import { boundedText, requiredExecutionName, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

/** What an execution is stopped with when the caller names no error: a flow above may catch it. */
const NO_ERROR = 'FnF.ExecutionStopped';

export const stopExecution: Operation<OperationServices> = {
  action: 'StopExecution',
  resource: (parameters) => actionResource('StopExecution', parameters),
  async run({ executions }, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const executionName = requiredExecutionName(parameters);
    const error = boundedText(parameters, 'Error', MAX_ERROR) || NO_ERROR;
    const cause = boundedText(parameters, 'Cause', MAX_CAUSE);
    const view = await executions.stop(flowName, executionName, { error, cause });
    return { ...executionReply(view), RoleArn: view.roleArn || undefined };
  },
};
