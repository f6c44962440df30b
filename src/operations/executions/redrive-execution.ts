/**
 * RedriveExecution, an extension that the cloud does not have (docs/extensions.md): restarts an execution that ended without
 * success, from the state that failed. It replies as StartExecution does.
 */
import { executionReply } from './replies.ts';
import { defineOperation } from '../operation.ts';

export const redriveExecution = defineOperation(
  'RedriveExecution',
  async ({ executions }, { FlowName: flowName, ExecutionName: executionName }) =>
    executionReply(await executions.redrive(flowName, executionName)),
);
