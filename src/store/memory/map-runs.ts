/** Reads of Map runs in memory. */
import type { ExecutionStore } from '../executions.ts';
import type { ExecutionTable } from './execution-table.ts';
import type { Later } from './later.ts';

type MapRunMethods = Pick<ExecutionStore, 'mapRun' | 'mapRunLog' | 'mapRunItems'>;

export function mapRunMethods(table: ExecutionTable, later: Later): MapRunMethods {
  return {
    mapRun: (id, name) =>
      later.answer(() => {
        const runs = [...(table.executions.get(id)?.mapRuns.values() ?? [])];
        return runs.find(({ record }) => record.name === name)?.record ?? null;
      }),
    mapRunLog: (id, key, fromEntry, rows) =>
      later.answer(() => {
        const log = table.executions.get(id)?.mapRuns.get(key)?.log ?? [];
        return log.filter((row) => row.first + row.count > fromEntry).slice(0, rows);
      }),
    mapRunItems: (name, event) =>
      later.answer(() => {
        const positions: number[] = [];
        for (const { record } of table.executions.values()) {
          const { mapItem, callback, parent } = record;
          if (mapItem?.run === name && parent?.event === event && (callback === 'owed' || callback === 'due'))
            positions.push(mapItem.index);
        }
        return positions.sort((a, b) => a - b);
      }),
  };
}
