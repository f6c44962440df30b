/**
 * SearchExecutions, an extension that the cloud does not have (docs/extensions.md): executions of all flows or of one, newest first.
 * It reads neither definitions nor inputs and outputs. The bounds of the time are exclusive, as in ListExecutions.
 */
import type { FoundExecution } from '../../overview/overview.ts';
import { defineOperation } from '../operation.ts';
import { executionHead } from './replies.ts';

export const searchExecutions = defineOperation('SearchExecutions', async ({ overview }, parameters) => {
  const { Status: status, StartedTimeBegin: startedAfterMs, StartedTimeEnd: startedBeforeMs } = parameters;
  // An execution runs as soon as it exists.
  if (status === 'Starting') return { Executions: [] };
  const page = await overview.search({
    flowName: parameters.FlowName ?? '',
    status,
    // Executions start at whole milliseconds, so the rounded bounds exclude the same ones.
    startedAfterMs: startedAfterMs === null ? null : Math.floor(startedAfterMs),
    startedBeforeMs: startedBeforeMs === null ? null : Math.ceil(startedBeforeMs),
    nameContains: parameters.NameContains,
    nextToken: parameters.NextToken,
    limit: parameters.Limit,
  });
  return { NextToken: page.nextToken || undefined, Executions: page.executions.map(foundReply) };
});

function foundReply(found: FoundExecution) {
  const { Name, ...head } = executionHead(found);
  return { FlowName: found.flowName, Name, ExecutionMode: found.mode, ...head };
}
