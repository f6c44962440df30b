/** Schedules in memory, for tests and for a server that loses everything when it stops. Nothing here is durable. */
import type { EmbeddedNodes } from '../embedded-nodes.ts';
import type { ScheduleStore } from '../schedules.ts';
import type { MemoryFlows } from './flow-store.ts';
import { Later } from './later.ts';

export function createMemorySchedules(flows: MemoryFlows, nodes: EmbeddedNodes): ScheduleStore {
  const later = new Later('schedule store');
  const { schedules, flowOf } = flows;
  return {
    create: (schedule) =>
      later.answer(() => {
        if (flowOf(schedule.flowName) === undefined) return 'no-flow';
        return schedules.add(schedule) ? 'created' : 'exists';
      }),
    get: (flowName, name) => later.answer(() => schedules.find(flowName, name)),
    update: (old, changes) => later.answer(() => schedules.update(old, changes) ?? 'changed'),
    delete: (flowName, name) => later.answer(() => schedules.remove(flowName, name)),
    list: (flowName, fromName, limit, textUnits) =>
      later.answer(() => schedules.page(flowName, fromName, limit, textUnits)),
    due: (nowMs, after, limit) => later.answer(() => schedules.due(nowMs, after, limit, flowOf)),
    nextDueMs: () => later.answer(() => schedules.nextDueMs()),
    take: (node, times) =>
      later.answer(() => {
        nodes.require(node);
        return times.map((time) => schedules.take(time) !== null);
      }),
    close: () => later.close(),
  };
}
