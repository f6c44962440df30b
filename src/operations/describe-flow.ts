/** DescribeFlow (api.md 4.2). */
import { actionResource } from '../api/actions.ts';
import { absentQualifier, existingFlow, flowReply } from './flows.ts';
import type { Operation } from './operation.ts';
import { requiredName } from './parameters.ts';
import type { OperationServices } from './services.ts';

export const describeFlow: Operation<OperationServices> = {
  action: 'DescribeFlow',
  resource: (parameters) => actionResource('DescribeFlow', parameters),
  async run(services, { parameters }) {
    const flow = await existingFlow(services, requiredName(parameters, 'Name'));
    const absent = absentQualifier(parameters, 'FlowVersion', flow.name);
    if (absent !== null) throw absent;
    return { ...flowReply(flow), ExecutionMode: flow.executionMode };
  },
};
