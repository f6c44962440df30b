/** The executions in memory that run: the queries of the port about their number, their wakes and their children. */
import type { EmbeddedNodes } from '../embedded-nodes.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore } from '../executions.ts';
import type { ExecutionTable } from './execution-table.ts';
import type { Later } from './later.ts';

type DueMethods = Pick<
  ExecutionStore,
  'running' | 'runningOf' | 'nextWakeMs' | 'children' | 'orphans' | 'ended' | 'ownedAwake'
>;

export function dueMethods(table: ExecutionTable, nodes: EmbeddedNodes, later: Later): DueMethods {
  const runningRecords = (): ExecutionRecord[] => Array.from(table.running, (id) => table.recordOf(id));

  return {
    running: () =>
      later.answer(() => {
        let mapItems = 0;
        for (const id of table.running) if (table.recordOf(id).mapItem !== null) mapItems++;
        return { executions: table.running.size - mapItems, mapItems };
      }),
    runningOf: (flowIds, most) =>
      later.answer(() => {
        const counts = new Map<string, number>();
        for (const { flowId, mapItem } of runningRecords()) {
          if (mapItem === null) counts.set(flowId, (counts.get(flowId) ?? 0) + 1);
        }
        return flowIds.map((id) => Math.min(most, counts.get(id) ?? 0));
      }),
    ended: (ids) => later.answer(() => ids.filter((id) => !table.running.has(id))),
    ownedAwake: (node, afterId, limit) =>
      later.answer(() => {
        const isAwake = ({ wakeMs, stop }: ExecutionRecord): boolean => wakeMs === null || stop !== null;
        const owned = runningRecords().filter((record) => nodes.ownerOf(record.id) === node && isAwake(record));
        return lowest(
          owned.map(({ id }) => id),
          afterId,
          limit,
        );
      }),
    nextWakeMs: () =>
      later.answer(() => {
        const earliest = runningRecords().reduce((least, { wakeMs }) => Math.min(least, wakeMs ?? least), Infinity);
        return earliest === Infinity ? null : earliest;
      }),
    children: (parent, events) => later.answer(() => table.childrenOf(parent, events).map(({ record }) => record.id)),
    orphans: (afterId, limit) =>
      later.answer(() => {
        const left = [...table.owed].filter(([parent]) => !table.running.has(parent));
        const ids = left.flatMap(([, children]) => [...children]);
        return lowest(ids, afterId, limit);
      }),
  };
}

export function lowest(ids: readonly ExecutionId[], afterId: ExecutionId, limit: number): ExecutionId[] {
  return ids
    .filter((id) => id > afterId)
    .sort((a, b) => a - b)
    .slice(0, limit);
}
