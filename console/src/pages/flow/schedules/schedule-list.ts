/** The schedules of a flow, page by page. */
import { call } from '../../../api/client.ts';
import type { ReplyOf } from '../../../api/client.ts';

export type Schedule = ReplyOf<'ListSchedules'>['Schedules'][number];

/** At least as many as `count`, if the flow has so many. @throws {ApiFault} */
export async function loadSchedules(
  flow: string,
  count: number,
  signal: AbortSignal,
): Promise<{ readonly schedules: readonly Schedule[]; readonly hasMore: boolean }> {
  const schedules: Schedule[] = [];
  let next: string | undefined;
  do {
    const page = await call(
      'ListSchedules',
      { FlowName: flow, Limit: Math.min(1_000, count), NextToken: next },
      { signal },
    );
    schedules.push(...page.Schedules);
    next = page.NextToken;
  } while (next !== undefined && schedules.length < count);
  return { schedules, hasMore: next !== undefined };
}
