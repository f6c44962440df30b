/** StartExecution (rules.md 5.11): starts a Standard flow; the execution is durable when this replies. */
import { executionReply } from './replies.ts';
import { defineOperation } from '../operation.ts';

export const startExecution = defineOperation('StartExecution', async ({ executions }, parameters) => {
  const view = await executions.start({
    flowName: parameters.FlowName,
    executionName: parameters.ExecutionName,
    input: parameters.Input.value,
    inputText: parameters.Input.text,
    qualifier: parameters.Qualifier,
    callbackToken: parameters.CallbackFnFTaskToken,
  });
  return executionReply(view);
});
