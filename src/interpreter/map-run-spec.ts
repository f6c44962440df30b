/**
 * The work of one run of a distributed Map: the values of its fields when its state started. They are a fact of MapRunStarted, so that
 * the run continues with them after a restart (I4).
 */
import type { JsonArray, JsonObject } from '../base/json.ts';

export interface MapRunSpec {
  /** 32 hexadecimal digits, unique in the store: `MapRunName`. */
  readonly name: string;
  /**
   * Ids of the MapRunStarted events of the same run that redrives have undone, the first one first; absent for a run that no redrive
   * has touched. Items that succeeded in them do not run again.
   */
  readonly continues?: readonly number[];
  /** Children that run at once; null: as many as the engine allows. */
  readonly concurrency: number | null;
  /** Failed items that do not fail the run; null: the percentage alone decides. */
  readonly toleratedCount: number | null;
  readonly toleratedPercentage: number | null;
  /** Items that the run takes; null: all. */
  readonly maxItems: number | null;
  /** The items of `ItemsPath`; absent with an ItemReader. */
  readonly items?: JsonArray;
  /** `Parameters` of the ItemReader. */
  readonly reader?: JsonObject;
  readonly batch?: BatchSpec;
  /** `Parameters` of the ResultWriter. */
  readonly writer?: JsonObject;
}

export interface BatchSpec {
  /** Null: not bounded by a number. */
  readonly maxItems: number | null;
  /** Bytes of the input of a child as JSON text; null: the limit of a state's data. */
  readonly maxInputBytes: number | null;
  /** `BatchInput`; absent without one. */
  readonly input?: JsonObject;
}

/** The id by which the store knows a run: that of its first MapRunStarted event. @param event the id of its present one */
export function mapRunKey({ continues }: Pick<MapRunSpec, 'continues'>, event: number): number {
  return continues?.[0] ?? event;
}
