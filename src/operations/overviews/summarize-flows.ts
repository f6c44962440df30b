/** SummarizeFlows, an extension that the cloud does not have (docs/extensions.md): flows with their last executions and with figures. */
import { formatTime } from '../../base/clock.ts';
import type { FlowSummary } from '../../overview/overview.ts';
import { defineOperation } from '../operation.ts';
import { executionHead } from './replies.ts';

export const summarizeFlows = defineOperation('SummarizeFlows', async ({ overview }, parameters) => {
  const { NameContains: nameContains, NextToken: fromName, Limit: limit } = parameters;
  const { flows, nextName } = await overview.summarize({ nameContains, fromName: fromName ?? '', limit });
  return { NextToken: nextName ?? undefined, Flows: flows.map(summaryReply) };
});

function summaryReply(flow: FlowSummary) {
  return {
    Name: flow.name,
    ExecutionMode: flow.mode,
    Dialect: flow.dialect,
    Description: flow.description,
    LastModifiedTime: formatTime(flow.lastModifiedMs),
    Schedules: flow.schedules,
    Running: flow.running,
    Ended: flow.ended,
    Succeeded: flow.succeeded,
    P50: Math.round(flow.p50Ms),
    P95: Math.round(flow.p95Ms),
    SinceTime: formatTime(flow.sinceMs),
    Last: flow.last.map(executionHead),
  };
}
