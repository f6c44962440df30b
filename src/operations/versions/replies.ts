/**
 * Versions and aliases in the replies of the operations on them.
 *
 * Times are written with milliseconds and `Z` as in every other reply. The vendor's samples of the lists, with seconds and
 * `+08:00`, contradict its samples of the other replies (rules.md 4.3).
 */
import { formatTime } from '../../base/clock.ts';
import type { FlowAlias, VersionSummary } from '../../store/flows.ts';

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
