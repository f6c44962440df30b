/**
 * UpdateFlow (api.md 4.3): changes what is given and keeps the rest. An empty RoleArn, Description or Environment
 * clears it, an empty Definition is refused, Environment replaces the whole (decisions.md 7). The mode never changes,
 * so a new definition is checked in the flow's own.
 */
import { actionResource } from '../../api/actions.ts';
import { apiError, invalidArgument } from '../../api/error.ts';
import type { FlowChanges } from '../../store/flows.ts';
import { environmentOf } from './environment.ts';
import { checkDefinition, existingFlow, FLOW_TYPES, flowReply, MAX_DESCRIPTION, MAX_RESOURCE_TEXT } from './flows.ts';
import type { Operation, Parameters } from '../operation.ts';
import { boundedText, oneOf, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

export const updateFlow: Operation<OperationServices> = {
  action: 'UpdateFlow',
  resource: (parameters) => actionResource('UpdateFlow', parameters),
  async run(services, { parameters }) {
    const name = requiredName(parameters, 'Name');
    const changes = changesOf(parameters, services.clock.nowMs());
    const old = await existingFlow(services, name);
    if (changes.definition !== undefined) await checkDefinition(services, old, changes.definition);
    const flow = await services.flows.update(name, changes, old.id);
    // Deleted, and perhaps made again in another mode, since it was looked at.
    if (flow === null) {
      throw (await services.flows.get(name)) === null
        ? apiError('FlowNotExists', name)
        : apiError('ConcurrentUpdateError');
    }
    services.changes.changed(name);
    return { ...flowReply(flow), ExternalStorageLocation: flow.externalStorageLocation };
  },
};

function changesOf(parameters: Parameters, lastModifiedMs: number): FlowChanges {
  const definition = parameters.get('Definition');
  if (definition === '') throw invalidArgument('Definition is empty; leave it out to keep the one that the flow has.');
  return {
    lastModifiedMs,
    ...(definition !== undefined && { definition }),
    ...(parameters.has('Description') && { description: boundedText(parameters, 'Description', MAX_DESCRIPTION) }),
    ...(parameters.has('Type') && { type: oneOf(parameters, 'Type', FLOW_TYPES, 'FDL') }),
    ...(parameters.has('RoleArn') && { roleArn: boundedText(parameters, 'RoleArn', MAX_RESOURCE_TEXT) }),
    ...(parameters.has('Environment') && { environment: environmentOf(parameters) }),
  };
}
