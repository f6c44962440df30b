/** The versions and aliases of a flow. */
import { call } from '../../../api/client.ts';
import type { ReplyOf } from '../../../api/client.ts';
import type { Route } from './routing.ts';

export type Version = ReplyOf<'ListFlowVersions'>['FlowVersions'][number];
export type Alias = ReplyOf<'ListFlowAliases'>['Aliases'][number];

const MOST_ALIASES = 1_000;

export interface Published {
  readonly versions: readonly Version[];
  readonly hasMore: boolean;
  readonly aliases: readonly Alias[];
}

/** As many versions as a person has asked for, newest first, and all aliases. */
export async function loadPublished(flow: string, count: number, signal: AbortSignal): Promise<Published> {
  const [{ FlowVersions, NextToken }, { Aliases }] = await Promise.all([
    call('ListFlowVersions', { FlowName: flow, Limit: Math.min(1_000, count) }, { signal }),
    call('ListFlowAliases', { FlowName: flow, Limit: MOST_ALIASES }, { signal }),
  ]);
  const versions = [...FlowVersions];
  let next = NextToken;
  while (next !== undefined && versions.length < count) {
    const page = await call('ListFlowVersions', { FlowName: flow, Limit: 1_000, NextToken: next }, { signal });
    versions.push(...page.FlowVersions);
    next = page.NextToken;
  }
  return { versions, hasMore: next !== undefined, aliases: Aliases };
}

/** Where an alias leads. Weights are texts in the list of aliases only. */
export function routesOf({ RoutingConfigurations }: Alias): readonly Route[] {
  return RoutingConfigurations.map(({ Version, Weight }) => ({ version: Version, weight: Number(Weight) }));
}
