/**
 * DescribeExecution (api.md 4.17). With WaitTimeSeconds it answers when the execution has ended or the time is over,
 * whichever comes first.
 */
import { actionResource } from '../../api/actions.ts';
import { variablesReply } from '../flows/environment.ts';
import { executionReply } from './executions.ts';
import type { Operation } from '../operation.ts';
import { optionalInteger, requiredExecutionName, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

const WAIT_SECONDS = { min: 0, max: 60, default: 0 } as const;

export const describeExecution: Operation<OperationServices> = {
  action: 'DescribeExecution',
  slow: true,
  resource: (parameters) => actionResource('DescribeExecution', parameters),
  async run({ executions }, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const executionName = requiredExecutionName(parameters);
    const waitSeconds = optionalInteger(parameters, 'WaitTimeSeconds', WAIT_SECONDS);
    const view = await executions.describe(flowName, executionName, waitSeconds * 1000);
    return { ...executionReply(view), Environment: variablesReply(view.environment) };
  },
};
