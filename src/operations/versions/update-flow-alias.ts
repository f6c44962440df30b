/**
 * UpdateFlowAlias (api.md 4.11): changes what is given and keeps the rest, as UpdateFlow does. An empty Description clears
 * it, an empty RoutingConfigurations is refused; what is given replaces all routes.
 */
import { actionResource } from '../../api/actions.ts';
import { invalidArgument } from '../../api/error.ts';
import type { AliasChanges } from '../../store/flows.ts';
import { MAX_DESCRIPTION } from '../flows/flows.ts';
import type { Operation, Parameters } from '../operation.ts';
import { boundedText, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';
import { absentAlias, absentRoute, aliasReply, routesOf } from './versions.ts';

export const updateFlowAlias: Operation<OperationServices> = {
  action: 'UpdateFlowAlias',
  resource: (parameters) => actionResource('UpdateFlowAlias', parameters),
  async run(services, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const name = requiredName(parameters, 'Name');
    const changes = changesOf(parameters);
    const outcome = await services.flows.updateAlias(flowName, name, changes);
    if (outcome === 'absent') throw await absentAlias(services, flowName, name);
    if (outcome === 'no-version') throw await absentRoute(services, flowName, changes.routes ?? []);
    services.changes.changed(flowName);
    return { Alias: aliasReply(outcome, Number) };
  },
};

function changesOf(parameters: Parameters): AliasChanges {
  const routes = parameters.get('RoutingConfigurations');
  if (routes === '') {
    throw invalidArgument('RoutingConfigurations is empty; leave it out to keep the ones that the alias has.');
  }
  return {
    ...(parameters.has('Description') && { description: boundedText(parameters, 'Description', MAX_DESCRIPTION) }),
    ...(routes !== undefined && { routes: routesOf(routes) }),
  };
}
