/** The query of a record. */
import { isKey } from './keys.ts';

/** A whole record, with input and output. */
export const RECORD = `
  SELECT e.*, s.flow_id, s.flow_name, i.text AS input, o.text AS output
  FROM executions e JOIN snapshots s ON ${isKey('s.flow', 'e.flow')} AND ${isKey('s.revision', 'e.revision')}
    LEFT JOIN inputs i ON ${isKey('i.shard', 'e.shard')} AND ${isKey('i.execution', 'e.id')}
    LEFT JOIN outputs o ON ${isKey('o.shard', 'e.shard')} AND ${isKey('o.execution', 'e.id')}`;
