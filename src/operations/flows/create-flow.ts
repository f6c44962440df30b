/** CreateFlow (rules.md 5.2): checks the definition and stores the flow under a name that is free. */
import { apiError, ApiError } from '../../api/error.ts';
import { checkDefinition, reportWarnings, warningsReply } from './check-definition.ts';
import { flowReply } from './replies.ts';
import { defineOperation } from '../operation.ts';
import type { OperationServices } from '../services.ts';

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
  await refuseFull(services);
  if (!(await services.flows.create(flow))) throw apiError('FlowAlreadyExists', name);
  services.changes.changed(name);
  reportWarnings(services, request, name, diagnostics);
  return {
    ...flowReply(flow),
    ExecutionMode: flow.executionMode,
    ExternalStorageLocation: flow.externalStorageLocation,
    ...warningsReply(request, diagnostics),
  };
});

/** Calls at the same moment may exceed the quota by their number; it guards against thousands of flows, not against one. */
async function refuseFull({ flows, limits }: OperationServices): Promise<void> {
  if (limits.flows === null || (await flows.count()) < limits.flows) return;
  throw new ApiError(
    'ResourceThrottled',
    `The account has ${limits.flows} flows, the limit (limits.flows). Delete a flow first, because waiting does not help.`,
  );
}
