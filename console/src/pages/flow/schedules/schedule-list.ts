/** The schedules of a flow, page by page. */
import { call } from '../../../api/client.ts';
import type { ReplyOf } from '../../../api/client.ts';
import { loadPages } from '../load-pages.ts';

export type Schedule = ReplyOf<'ListSchedules'>['Schedules'][number];

export function loadSchedules(flow: string, count: number, signal: AbortSignal) {
  return loadPages<Schedule>(count, async (page) => {
    const { Schedules, NextToken } = await call('ListSchedules', { FlowName: flow, ...page }, { signal });
    return { entries: Schedules, next: NextToken };
  });
}
