/** The errors of versions and aliases that do not exist. */
import { apiError } from '../../api/error.ts';
import type { ApiError } from '../../api/error.ts';
import { existingFlow } from '../../runtime/flows/existing-flow.ts';
import type { Route } from '../../store/flows.ts';
import type { OperationServices } from '../services.ts';

/** The error of an alias with a route to a version that does not exist. */
export async function absentRoute(
  services: OperationServices,
  flowName: string,
  routes: readonly Route[],
): Promise<ApiError> {
  await existingFlow(services.flows, flowName);
  for (const { version } of routes) {
    if ((await services.flows.getVersion(flowName, version)) === null) {
      return apiError('FlowVersionNotExists', String(version), flowName);
    }
  }
  // Published since the store refused the alias.
  return apiError('ConcurrentUpdateError');
}

/** The error of an alias that does not exist: its flow may be missing as well. */
export async function absentAlias(services: OperationServices, flowName: string, name: string): Promise<ApiError> {
  await existingFlow(services.flows, flowName);
  return apiError('FlowAliasNotExists', name, flowName);
}
