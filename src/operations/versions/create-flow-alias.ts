/** CreateFlowAlias (api.md 4.9). */
import { actionResource } from '../../api/actions.ts';
import { apiError } from '../../api/error.ts';
import { MAX_DESCRIPTION } from '../flows/flows.ts';
import type { Operation } from '../operation.ts';
import { boundedText, requiredAliasName, requiredName, requiredText } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';
import { absentRoute, aliasReply, routesOf } from './versions.ts';

export const createFlowAlias: Operation<OperationServices> = {
  action: 'CreateFlowAlias',
  resource: (parameters) => actionResource('CreateFlowAlias', parameters),
  async run(services, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const alias = {
      name: requiredAliasName(parameters, 'Name'),
      description: boundedText(parameters, 'Description', MAX_DESCRIPTION),
      routes: routesOf(requiredText(parameters, 'RoutingConfigurations')),
      createdMs: services.clock.nowMs(),
    };
    const outcome = await services.flows.createAlias(flowName, alias);
    if (outcome === 'exists') throw apiError('FlowAliasAlreadyExists', alias.name, flowName);
    if (outcome === 'no-version') throw await absentRoute(services, flowName, alias.routes);
    services.changes.changed(flowName);
    return { FlowName: flowName, ...aliasReply(alias, Number) };
  },
};
