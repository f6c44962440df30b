/**
 * Shared by the operations on versions and aliases: their members in replies, and the errors of missing ones.
 *
 * Times are written with milliseconds and `Z` as in every other reply. The vendor's samples of the lists, with seconds and
 * `+08:00`, contradict its samples of the other replies (rules.md 4.3).
 */
import { apiError } from '../../api/error.ts';
import type { ApiError } from '../../api/error.ts';
import { formatTime } from '../../base/clock.ts';
import type { FlowAlias, Route, VersionSummary } from '../../store/flows.ts';
import { existingFlow } from '../../runtime/flows/existing-flow.ts';
import type { OperationServices } from '../services.ts';

/** Members of a version in replies (rules.md 5.7). */
export function versionReply({ version, description, createdMs }: VersionSummary) {
  return { Version: String(version), Description: description, CreatedTime: formatTime(createdMs) };
}

/**
 * Members of an alias in replies (rules.md 5.8).
 * @param weight writes a weight: ListFlowAliases has texts where all other replies have numbers.
 */
export function aliasReply<Weight extends string | number>(alias: FlowAlias, weight: (weight: number) => Weight) {
  return {
    Name: alias.name,
    Description: alias.description,
    RoutingConfigurations: alias.routes.map((route) => ({
      Version: String(route.version),
      Weight: weight(route.weight),
    })),
    CreatedTime: formatTime(alias.createdMs),
  };
}

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
