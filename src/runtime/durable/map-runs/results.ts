/** Writes the results of a Map run to the place that its ResultWriter names, from the log of the run. */
import { formatTime } from '../../../base/clock.ts';
import type { JsonObject } from '../../../base/json.ts';
import { stringifyJson } from '../../../base/json.ts';
import type { ResultWriting } from '../../../objects/ports.ts';
import type { ExecutionStore } from '../../../store/executions.ts';
import type { Turns } from '../../driver/turns.ts';
import { decodeEntries } from './entries.ts';
import type { ItemEnd, MapRunEntry } from './entries.ts';
import type { Progress } from './progress.ts';

export interface ResultsOptions {
  readonly store: Pick<ExecutionStore, 'mapRunLog'>;
  readonly turns: Pick<Turns, 'later'>;
  readonly flowName: string;
  /** The run, by the keys of the store. */
  readonly execution: number;
  readonly key: number;
  readonly mapRunName: string;
}

/** A child that has not ended when the run ends. */
export interface PendingItem {
  readonly index: number;
  readonly name: string;
  readonly input: string;
}

/** Writes a record for each child and returns the place of the manifest. Every entry of the log has to be durable. */
export async function writeResults(
  options: ResultsOptions,
  writing: ResultWriting,
  progress: Progress,
  pending: readonly PendingItem[],
): Promise<JsonObject> {
  const { store, turns, flowName, execution, key, mapRunName } = options;
  for (let next = 1; ; ) {
    const [row] = await store.mapRunLog(execution, key, next, 1);
    if (row === undefined || row.first + row.count <= next) break;
    await turns.later(flowName);
    for (const [at, entry] of decodeEntries(row.events).entries()) {
      if (entry.kind === 'succeeded') await writing.write('SUCCEEDED', recordOf(flowName, mapRunName, entry));
      if (entry.kind === 'failed' && row.first + at > progress.redrivenBy) {
        await writing.write('FAILED', recordOf(flowName, mapRunName, entry));
      }
    }
    next = row.first + row.count;
  }
  for (const { index, name, input } of pending) {
    await writing.write('PENDING', {
      ...{
        FlowName: flowName,
        ExecutionName: name,
        MapRunName: mapRunName,
        Index: index,
        Status: 'Pending',
        Input: input,
      },
    });
  }
  const { bucket, key: manifest } = await writing.finish();
  return { MapRunName: mapRunName, ResultWriterDetails: { Bucket: bucket, Key: manifest } };
}

function recordOf(
  flowName: string,
  mapRunName: string,
  entry: Extract<MapRunEntry, ItemEnd & { readonly kind: 'succeeded' | 'failed' }>,
): JsonObject {
  const { index, name, input, startedMs, stoppedMs } = entry;
  return {
    ...{ FlowName: flowName, ExecutionName: name, MapRunName: mapRunName, Index: index },
    Status: entry.kind === 'succeeded' ? 'Succeeded' : 'Failed',
    Input: input ?? '',
    ...(entry.kind === 'succeeded'
      ? { Output: stringifyJson(entry.output) }
      : { Error: entry.failure.error, Cause: entry.failure.cause }),
    StartedTime: formatTime(startedMs),
    StoppedTime: formatTime(stoppedMs),
  };
}
