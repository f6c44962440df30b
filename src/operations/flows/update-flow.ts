/**
 * UpdateFlow (rules.md 5.4): changes the given parts and leaves the others. An empty RoleArn, Description or Environment clears it,
 * an empty Definition is refused, Environment replaces all variables (rules.md 5.4). The mode never changes, so a new
 * definition is checked in the mode of the flow.
 */
import { apiError } from '../../api/error.ts';
import { existingFlow } from '../../runtime/flows/existing-flow.ts';
import { checkDefinition, reportWarnings, warningsReply } from './check-definition.ts';
import { flowReply } from './replies.ts';
import type { ParametersOf } from '../contract-types.ts';
import type { FlowChanges } from '../../store/flows.ts';
import { defineOperation } from '../operation.ts';

export const updateFlow = defineOperation('UpdateFlow', async (services, parameters, request) => {
  const { Name: name, Definition: definition } = parameters;
  const changes = { ...changesOf(parameters), lastModifiedMs: services.clock.nowMs(), writer: request.caller };
  const old = await existingFlow(services.flows, name);
  const diagnostics = definition === undefined ? [] : await checkDefinition(services, old, definition, request);
  const flow = await services.flows.update(name, changes, old.id);
  // Deleted, and perhaps created again in another mode, since it was read.
  if (flow === null) {
    const isGone = (await services.flows.get(name)) === null;
    throw isGone ? apiError('FlowNotExists', name) : apiError('ConcurrentUpdateError');
  }
  await services.changes.changed(name);
  reportWarnings(services, request, name, diagnostics);
  return {
    ...flowReply(flow),
    ExternalStorageLocation: flow.externalStorageLocation,
    ...warningsReply(request, diagnostics),
  };
});

function changesOf(parameters: ParametersOf<'UpdateFlow'>): Omit<FlowChanges, 'lastModifiedMs' | 'writer'> {
  const { Definition, Description, Type, RoleArn, Environment } = parameters;
  return {
    ...(Definition !== undefined && { definition: Definition }),
    ...(Description !== undefined && { description: Description }),
    ...(Type !== undefined && { type: Type }),
    ...(RoleArn !== undefined && { roleArn: RoleArn }),
    ...(Environment !== undefined && { environment: Environment }),
  };
}
