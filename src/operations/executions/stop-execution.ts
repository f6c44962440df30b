/** StopExecution (rules.md 5.13). `RoleArn`, the role at the start, is left out if the flow had none. */
import { executionReply } from './replies.ts';
import { defineOperation } from '../operation.ts';

/** The error of a stop whose caller names none; a flow above may catch it. */
const NO_ERROR = 'FnF.ExecutionStopped';

export const stopExecution = defineOperation('StopExecution', async ({ executions }, parameters) => {
  const { FlowName: flowName, ExecutionName: executionName, Error: error, Cause: cause } = parameters;
  const view = await executions.stop(flowName, executionName, { error: error || NO_ERROR, cause });
  return { ...executionReply(view), RoleArn: view.roleArn || undefined };
});
