/** UpdateMapRun (rules.md 5.19): changes the bounds of a run while it runs, durably. A bound that is absent does not change. */
import { defineOperation } from '../operation.ts';
import { boundsReply } from './replies.ts';

export const updateMapRun = defineOperation('UpdateMapRun', async ({ executions }, parameters) => {
  const { FlowName: flowName, ExecutionName: executionName, MapRunName: name } = parameters;
  const { Concurrency: concurrency, ToleratedFailedCount: toleratedCount } = parameters;
  const { ToleratedFailedPercentage: toleratedPercentage } = parameters;
  const run = await executions.updateMapRun(flowName, executionName, name, {
    ...(concurrency !== undefined && { concurrency }),
    ...(toleratedCount !== undefined && { toleratedCount }),
    ...(toleratedPercentage !== undefined && { toleratedPercentage }),
  });
  return { FlowName: flowName, ExecutionName: executionName, MapRunName: name, ...boundsReply(run) };
});
