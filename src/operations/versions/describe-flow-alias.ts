/** DescribeFlowAlias (rules.md 5.8). */
import { defineOperation } from '../operation.ts';
import { absentAlias } from './absent.ts';
import { aliasReply } from './replies.ts';

export const describeFlowAlias = defineOperation(
  'DescribeFlowAlias',
  async (services, { FlowName: flowName, Name: name }) => {
    const alias = await services.flows.getAlias(flowName, name);
    if (alias === null) throw await absentAlias(services, flowName, name);
    return { Alias: aliasReply(alias, Number) };
  },
);
