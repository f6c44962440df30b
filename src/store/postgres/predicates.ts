/**
 * The conditions of partial indexes over few rows: running executions, and mail without an answer.
 *
 * With statistics of an empty table, every index over few rows looks equally good to the planner, also one that it then has to read
 * from end to end. So these conditions have a form from which it can conclude nothing: it uses such an index for a query that has the
 * same condition, word for word, and for no other.
 */
import { RUNNING } from '../stored-forms.ts';

function only(condition: string): string {
  return `CASE WHEN ${condition} THEN true END`;
}

/** Of `executions_running`. @param e the name of the table in the query, with a dot; empty for none */
export const isRunning = (e = ''): string => only(`${e}status = ${RUNNING}`);

/** Of `executions_awake`: a running execution that needs an owner. */
export const isAwake = (e = ''): string =>
  only(`${e}status = ${RUNNING} AND (${e}wake_ms IS NULL OR ${e}stop IS NOT NULL)`);

/** Of `executions_stopping`: a running execution with a stop request. */
export const isStopping = (e = ''): string => only(`${e}status = ${RUNNING} AND ${e}stop IS NOT NULL`);

/** Of `mail_open`. */
export const isOpenMail = (m = ''): string => only(`${m}answer IS NULL`);
