/** CreateFlow (rules.md 5.2): checks the definition and stores the flow under a name that is free. */
import { apiError } from '../../api/error.ts';
import { checkDefinition, reportWarnings, warningsReply } from './check-definition.ts';
import { flowReply } from './replies.ts';
import { defineOperation } from '../operation.ts';

export const createFlow = defineOperation('CreateFlow', async (services, parameters, request) => {
  const { Name: name, Definition: definition } = parameters;
  const nowMs = services.clock.nowMs();
  const flow = {
    name,
    id: services.ids.uuid(),
    definition,
    description: parameters.Description,
    type: parameters.Type,
    executionMode: parameters.ExecutionMode,
    roleArn: parameters.RoleArn,
    externalStorageLocation: parameters.ExternalStorageLocation,
    environment: parameters.Environment,
    resourceGroupId: parameters.ResourceGroupId,
    createdMs: nowMs,
    lastModifiedMs: nowMs,
    revision: 1,
    writer: request.caller,
  };
  const diagnostics = await checkDefinition(services, flow, definition, request);
  if ((await services.flows.get(name)) !== null) throw apiError('FlowAlreadyExists', name);
  const isCreated = await services.flowQuota.within(() => services.flows.create(flow));
  if (!isCreated) throw apiError('FlowAlreadyExists', name);
  await services.changes.changed(name);
  reportWarnings(services, request, name, diagnostics);
  return {
    ...flowReply(flow),
    ExecutionMode: flow.executionMode,
    ExternalStorageLocation: flow.externalStorageLocation,
    ...warningsReply(request, diagnostics),
  };
});
