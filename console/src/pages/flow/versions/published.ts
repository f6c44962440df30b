/** The versions and aliases of a flow. */
import { call } from '../../../api/client.ts';
import type { ReplyOf } from '../../../api/client.ts';
import { loadPages } from '../load-pages.ts';
import type { Route } from './routing.ts';

export type Version = ReplyOf<'ListFlowVersions'>['FlowVersions'][number];
export type Alias = ReplyOf<'ListFlowAliases'>['Aliases'][number];

const MOST_ALIASES = 1_000;

export interface Published {
  readonly versions: readonly Version[];
  readonly hasMore: boolean;
  readonly aliases: readonly Alias[];
}

/** As many versions as a person has asked for, newest first, and all aliases. @throws {ApiFault} */
export async function loadPublished(flow: string, count: number, signal: AbortSignal): Promise<Published> {
  const [versions, { Aliases }] = await Promise.all([
    loadPages<Version>(count, async (page) => {
      const { FlowVersions, NextToken } = await call('ListFlowVersions', { FlowName: flow, ...page }, { signal });
      return { entries: FlowVersions, next: NextToken };
    }),
    call('ListFlowAliases', { FlowName: flow, Limit: MOST_ALIASES }, { signal }),
  ]);
  return { versions: versions.entries, hasMore: versions.hasMore, aliases: Aliases };
}

/** Where an alias leads. Weights are texts in the list of aliases only. */
export function routesOf({ RoutingConfigurations }: Alias): readonly Route[] {
  return RoutingConfigurations.map(({ Version, Weight }) => ({ version: Version, weight: Number(Weight) }));
}
