/** Shared by the operations on flows: the check of a definition, and a flow in replies. */
import { invalidArgument } from '../../api/error.ts';
import { formatTime } from '../../base/clock.ts';
import { formatDiagnostic } from '../../base/diagnostic.ts';
import type { ExecutionMode, FlowRecord } from '../../store/flows.ts';
import { environmentReply } from './environment.ts';
import type { OperationServices } from '../services.ts';

/**
 * Refuses a definition that cannot run in this mode.
 * @throws {ApiError} `InvalidArgument` whose message lists every diagnostic, a line each (rules.md 6.3).
 */
export async function checkDefinition(
  services: OperationServices,
  flow: { readonly name: string; readonly executionMode: ExecutionMode },
  definition: string,
): Promise<void> {
  const { plan, diagnostics } = await services.compile(definition, {
    mode: flow.executionMode,
    flowName: flow.name,
    limits: services.limits,
  });
  if (plan !== null) return;
  const lines = diagnostics.map(formatDiagnostic).join('\n');
  throw invalidArgument(
    `Definition of flow '${flow.name}' is not valid for the execution mode ${flow.executionMode}:\n${lines}`,
  );
}

/** The members of every reply about a flow (rules.md 5.1). */
export function flowReply(flow: FlowRecord) {
  return {
    Type: flow.type,
    Definition: flow.definition,
    RoleArn: flow.roleArn,
    Description: flow.description,
    Name: flow.name,
    CreatedTime: formatTime(flow.createdMs),
    LastModifiedTime: formatTime(flow.lastModifiedMs),
    Id: flow.id,
    Environment: environmentReply(flow.environment),
    ResourceGroupId: flow.resourceGroupId,
  };
}
