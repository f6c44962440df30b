/** DescribeExecution (rules.md 5.14). With WaitTimeSeconds it replies when the execution has ended, or after that time at the latest. */
import { executionReply, variablesReply } from './replies.ts';
import { defineOperation } from '../operation.ts';

export const describeExecution = defineOperation('DescribeExecution', async ({ executions }, parameters) => {
  const { FlowName: flowName, ExecutionName: executionName, WaitTimeSeconds: waitSeconds } = parameters;
  const view = await executions.describe(flowName, executionName, waitSeconds * 1000);
  return { ...executionReply(view), Environment: variablesReply(view.environment) };
});
