/**
 * ListFlows (rules.md 4.5): by name in byte order; NextToken is the first name of the next page and absent on the
 * last page. A page of large definitions may be shorter than Limit and still have a NextToken.
 */
import { flowReply } from './replies.ts';
import { defineOperation } from '../operation.ts';

/** Definitions in one reply, in UTF-16 units: a thousand of a mebibyte each would not fit into memory. */
const PAGE_DEFINITION_UNITS = 8 * 1024 * 1024;

export const listFlows = defineOperation('ListFlows', async ({ flows }, parameters) => {
  const page = await flows.list({
    fromName: parameters.NextToken,
    limit: parameters.Limit,
    definitionUnits: PAGE_DEFINITION_UNITS,
    resourceGroupId: parameters.ResourceGroupId || null,
  });
  return {
    NextToken: page.nextName ?? undefined,
    Flows: page.flows.map((flow) => ({ ...flowReply(flow), ExecutionMode: flow.executionMode })),
  };
});
