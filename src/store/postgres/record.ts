/** A whole record, with input and output. */
export const RECORD = `
  SELECT e.*, s.flow_id, s.flow_name, i.text AS input, o.text AS output
  FROM executions e JOIN snapshots s ON s.flow = e.flow AND s.revision = e.revision
    LEFT JOIN inputs i ON i.shard = e.shard AND i.execution = e.id
    LEFT JOIN outputs o ON o.shard = e.shard AND o.execution = e.id`;
