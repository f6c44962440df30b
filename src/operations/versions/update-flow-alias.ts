/**
 * UpdateFlowAlias (rules.md 5.8): changes the given parts and leaves the others, as UpdateFlow does. An empty Description clears it,
 * an empty RoutingConfigurations is refused; a given one replaces all routes.
 */
import type { AliasChanges } from '../../store/flows.ts';
import { defineOperation } from '../operation.ts';
import { absentAlias, absentRoute } from './absent.ts';
import { aliasReply } from './replies.ts';

export const updateFlowAlias = defineOperation('UpdateFlowAlias', async (services, parameters) => {
  const { FlowName: flowName, Name: name, Description: description, RoutingConfigurations: routes } = parameters;
  const changes: AliasChanges = {
    ...(description !== undefined && { description }),
    ...(routes !== undefined && { routes }),
  };
  const outcome = await services.flows.updateAlias(flowName, name, changes);
  if (outcome === 'absent') throw await absentAlias(services, flowName, name);
  if (outcome === 'no-version') throw await absentRoute(services, flowName, routes ?? []);
  await services.changes.changed(flowName);
  return { Alias: aliasReply(outcome, Number) };
});
