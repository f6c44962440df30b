/** DescribeFlowAlias (api.md 4.10). */
import { actionResource } from '../../api/actions.ts';
import type { Operation } from '../operation.ts';
import { requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';
import { absentAlias, aliasReply } from './versions.ts';

export const describeFlowAlias: Operation<OperationServices> = {
  action: 'DescribeFlowAlias',
  resource: (parameters) => actionResource('DescribeFlowAlias', parameters),
  async run(services, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const name = requiredName(parameters, 'Name');
    const alias = await services.flows.getAlias(flowName, name);
    if (alias === null) throw await absentAlias(services, flowName, name);
    return { Alias: aliasReply(alias, Number) };
  },
};
