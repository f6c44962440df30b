/** ListFlowVersions (rules.md 5.7): newest first; NextToken is the first version of the next page. */
import { existingFlow } from '../../runtime/flows/existing-flow.ts';
import { defineOperation } from '../operation.ts';
import { pageLength } from '../page.ts';
import { versionReply } from './replies.ts';

export const listFlowVersions = defineOperation('ListFlowVersions', async (services, parameters) => {
  const { FlowName: flowName, NextToken: fromVersion, Limit: limit } = parameters;
  await existingFlow(services.flows, flowName);
  const { versions, nextVersion } = await services.flows.listVersions(flowName, fromVersion, limit);
  const entries = versions.map(versionReply);
  const shown = pageLength(entries);
  const next = versions[shown]?.version ?? nextVersion;
  return { NextToken: next === null ? undefined : String(next), FlowVersions: entries.slice(0, shown) };
});
