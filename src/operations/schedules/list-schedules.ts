/** ListSchedules (rules.md 5.20): by name in byte order; NextToken is the first name of the next page. */
import { defineOperation } from '../operation.ts';
import { PAGE_UNITS, pageLength } from '../page.ts';
import { scheduleReply } from './replies.ts';

export const listSchedules = defineOperation('ListSchedules', async (services, parameters) => {
  const { FlowName: flowName, NextToken: fromName, Limit: limit } = parameters;
  const { schedules, nextName } = await services.schedules.list(flowName, fromName, limit, PAGE_UNITS);
  const entries = schedules.map(scheduleReply);
  const shown = pageLength(entries);
  return { NextToken: schedules[shown]?.name ?? nextName ?? undefined, Schedules: entries.slice(0, shown) };
});
