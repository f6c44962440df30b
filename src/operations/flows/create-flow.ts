/** CreateFlow (api.md 4.1): checks the definition and stores the flow under a name that is free. */
import { actionResource } from '../../api/actions.ts';
import { apiError, ApiError } from '../../api/error.ts';
import { environmentOf } from './environment.ts';
import { checkDefinition, FLOW_TYPES, flowReply, MAX_DESCRIPTION, MAX_RESOURCE_TEXT } from './flows.ts';
import type { Operation } from '../operation.ts';
import { boundedText, oneOf, requiredName, requiredText } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

export const createFlow: Operation<OperationServices> = {
  action: 'CreateFlow',
  resource: (parameters) => actionResource('CreateFlow', parameters),
  async run(services, { parameters }) {
    const name = requiredName(parameters, 'Name');
    const definition = requiredText(parameters, 'Definition');
    requiredText(parameters, 'Type');
    const type = oneOf(parameters, 'Type', FLOW_TYPES, 'FDL');
    // An empty mode is the Standard one, from before there were two (api.md 2).
    const executionMode = oneOf(parameters, 'ExecutionMode', ['Standard', 'Express', ''], '') || 'Standard';
    const nowMs = services.clock.nowMs();
    const flow = {
      name,
      id: services.ids.uuid(),
      definition,
      description: boundedText(parameters, 'Description', MAX_DESCRIPTION),
      type,
      executionMode,
      roleArn: boundedText(parameters, 'RoleArn', MAX_RESOURCE_TEXT),
      externalStorageLocation: boundedText(parameters, 'ExternalStorageLocation', MAX_RESOURCE_TEXT),
      environment: environmentOf(parameters),
      resourceGroupId: boundedText(parameters, 'ResourceGroupId', MAX_RESOURCE_TEXT),
      createdMs: nowMs,
      lastModifiedMs: nowMs,
      revision: 1,
    };
    await checkDefinition(services, flow, definition);
    if ((await services.flows.get(name)) !== null) throw apiError('FlowAlreadyExists', name);
    await refuseFull(services);
    if (!(await services.flows.create(flow))) throw apiError('FlowAlreadyExists', name);
    services.changes.changed(name);
    return {
      ...flowReply(flow),
      ExecutionMode: flow.executionMode,
      ExternalStorageLocation: flow.externalStorageLocation,
    };
  },
};

/** Flows made at the same moment may pass the quota by their number; it guards against thousands, not against one. */
async function refuseFull({ flows, limits }: OperationServices): Promise<void> {
  if (limits.flows === null || (await flows.count()) < limits.flows) return;
  throw new ApiError(
    'ResourceThrottled',
    `The account has ${limits.flows} flows, which is its limit. Delete a flow first.`,
  );
}
