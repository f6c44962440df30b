/**
 * ListExecutions (rules.md 4.5, 5.15): newest first; NextToken is opaque and absent on the last page. A page may be
 * shorter than Limit, even empty, and still have a token, if its texts are large or a filter excludes many executions.
 *
 * The bounds of the time are exclusive. No execution has the status `Starting`, because an execution runs as soon as it is durable: that
 * filter gives an empty page. Children of Map runs are listed with MapRunName alone.
 */
import type { ExecutionView } from '../../runtime/executions.ts';
import { executionReply, variablesReply } from './replies.ts';
import { existingFlow } from '../../runtime/flows/existing-flow.ts';
import { defineOperation } from '../operation.ts';
import { PAGE_UNITS } from '../page.ts';

export const listExecutions = defineOperation('ListExecutions', async (services, parameters) => {
  const { FlowName: flowName, Status: status, MetadataOnly: metadataOnly } = parameters;
  const { StartedTimeBegin: startedAfterMs, StartedTimeEnd: startedBeforeMs } = parameters;
  if (status === 'Starting') {
    await existingFlow(services.flows, flowName);
    return { Executions: [] };
  }
  const page = await services.executions.list({
    flowName,
    status,
    // Executions start at whole milliseconds, so the rounded bounds exclude the same ones.
    startedAfterMs: startedAfterMs === null ? null : Math.floor(startedAfterMs),
    startedBeforeMs: startedBeforeMs === null ? null : Math.ceil(startedBeforeMs),
    namePrefix: parameters.ExecutionNamePrefix,
    qualifier: parameters.Qualifier,
    mapRunName: parameters.MapRunName,
    nextToken: parameters.NextToken,
    limit: parameters.Limit,
    metadataOnly,
    textUnits: PAGE_UNITS,
  });
  return {
    NextToken: page.nextToken || undefined,
    Executions: page.executions.map(metadataOnly ? metadataReply : wholeReply),
  };
});

function wholeReply(view: ExecutionView) {
  return { ...executionReply(view), Environment: variablesReply(view.environment) };
}

function metadataReply(view: ExecutionView) {
  const { FlowDefinition, Output, Input, ...metadata } = wholeReply(view);
  return metadata;
}
