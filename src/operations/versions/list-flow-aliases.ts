/** ListFlowAliases (rules.md 5.8): by name in byte order; NextToken is the first name of the next page. Weights are texts. */
import { existingFlow } from '../../runtime/flows/existing-flow.ts';
import { defineOperation } from '../operation.ts';
import { pageLength } from '../page.ts';
import { aliasReply } from './replies.ts';

export const listFlowAliases = defineOperation('ListFlowAliases', async (services, parameters) => {
  const { FlowName: flowName, NextToken: fromName, Limit: limit } = parameters;
  await existingFlow(services.flows, flowName);
  const { aliases, nextName } = await services.flows.listAliases(flowName, fromName ?? '', limit);
  const entries = aliases.map((alias) => aliasReply(alias, String));
  const shown = pageLength(entries);
  return { NextToken: aliases[shown]?.name ?? nextName ?? undefined, Aliases: entries.slice(0, shown) };
});
