/** ListFlowAliases (api.md 4.13): by name in byte order; NextToken is the first name of the next page. Weights are texts. */
import { actionResource } from '../../api/actions.ts';
import { existingFlow } from '../flows/flows.ts';
import type { Operation } from '../operation.ts';
import { optionalInteger, optionalName, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';
import { aliasReply, PAGE_LIMIT } from './versions.ts';

export const listFlowAliases: Operation<OperationServices> = {
  action: 'ListFlowAliases',
  resource: (parameters) => actionResource('ListFlowAliases', parameters),
  async run(services, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const from = optionalName(parameters, 'NextToken') ?? '';
    const limit = optionalInteger(parameters, 'Limit', PAGE_LIMIT);
    await existingFlow(services, flowName);
    const { aliases, nextName } = await services.flows.listAliases(flowName, from, limit);
    return { NextToken: nextName ?? undefined, Aliases: aliases.map((alias) => aliasReply(alias, String)) };
  },
};
