/**
 * ListFlows (rules.md 4.5): by name in byte order; NextToken is the first name of the next page and absent on the
 * last page. A page of large flows may be shorter than Limit and still have a NextToken.
 */
import { flowReply } from './replies.ts';
import { defineOperation } from '../operation.ts';
import { PAGE_UNITS, pageLength } from '../page.ts';

export const listFlows = defineOperation('ListFlows', async ({ flows }, parameters) => {
  const page = await flows.list({
    fromName: parameters.NextToken,
    limit: parameters.Limit,
    textUnits: PAGE_UNITS,
    resourceGroupId: parameters.ResourceGroupId || null,
  });
  const entries = page.flows.map((flow) => ({ ...flowReply(flow), ExecutionMode: flow.executionMode }));
  const shown = pageLength(entries);
  return { NextToken: page.flows[shown]?.name ?? page.nextName ?? undefined, Flows: entries.slice(0, shown) };
});
