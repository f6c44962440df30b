/** CreateFlowAlias (rules.md 5.8). */
import { apiError } from '../../api/error.ts';
import { defineOperation } from '../operation.ts';
import { absentRoute } from './absent.ts';
import { aliasReply } from './replies.ts';

export const createFlowAlias = defineOperation('CreateFlowAlias', async (services, parameters) => {
  const { FlowName: flowName } = parameters;
  const alias = {
    name: parameters.Name,
    description: parameters.Description,
    routes: parameters.RoutingConfigurations,
    createdMs: services.clock.nowMs(),
  };
  const outcome = await services.flows.createAlias(flowName, alias);
  if (outcome === 'exists') throw apiError('FlowAliasAlreadyExists', alias.name, flowName);
  if (outcome === 'no-version') throw await absentRoute(services, flowName, alias.routes);
  await services.changes.changed(flowName);
  return { FlowName: flowName, ...aliasReply(alias, Number) };
});
