/**
 * Ids, shards and keys of executions.
 *
 * An id is the day of its making, times 2^33, plus a number: the executions of a week are a range of ids, and a table of rows that
 * are partitioned by id is one partitioned by time. Its remainder by the number of shards is the shard of the execution.
 */
import { createHash } from 'node:crypto';
import type { ExecutionId } from '../executions.ts';

const DAY_MS = 86_400_000;
/** More executions than one database starts in a day. 2^53 is reached after 2,800 years. */
export const IDS_OF_DAY = 2 ** 33;
const DAYS_OF_PARTITION = 7;
export const IDS_OF_PARTITION = IDS_OF_DAY * DAYS_OF_PARTITION;

/** The first id of a day. */
export function firstIdOf(nowMs: number): ExecutionId {
  return Math.floor(nowMs / DAY_MS) * IDS_OF_DAY;
}

/** The number of the partition that holds the rows of an execution. */
export function weekOf(id: ExecutionId): number {
  return Math.floor(id / IDS_OF_PARTITION);
}

export function shardOf(id: ExecutionId, shards: number): number {
  return id % shards;
}

/** The key of a flow in the tables of executions: 64 bits of the digest of its id, as a signed number. */
export function flowKey(flowId: string): bigint {
  return createHash('sha256').update(flowId).digest().readBigInt64BE(0);
}

/** The shard of the execution that has this name. */
export function shardOfName(flowId: string, name: string, shards: number): number {
  if (shards === 1) return 0;
  return createHash('sha256').update(flowId).update('\0').update(name).digest().readUInt32BE(0) % shards;
}
