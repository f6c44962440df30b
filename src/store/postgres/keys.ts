/**
 * Conditions by which a statement finds the rows of its lists, one by one over the index of a key.
 *
 * Written as `e.id = u.id`, they would be a join, and for a table that was small when the database last looked the planner would read
 * all of its index instead, for each flush, until it looks again. It can use `= ANY (ARRAY[…])` with an index only for one row after
 * the other.
 */

/** True for the row whose column has this value, which another table of the query gives. */
export function isKey(column: string, value: string): string {
  return `${column} = ANY (ARRAY[${value}])`;
}

/** True for the execution with this id. @param shards the parameter with the number of shards */
export function isExecution(table: string, id: string, shards: string): string {
  return `${isKey(`${table}.shard`, shardOfId(id, shards))} AND ${isKey(`${table}.id`, id)}`;
}

/** The shard of an execution, from its id. @param shards the parameter with their number */
export function shardOfId(id: string, shards: string): string {
  return `(${id} % ${shards}::bigint)::smallint`;
}
