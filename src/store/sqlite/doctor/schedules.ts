/** Schedules that are enabled and have no due time. */
import type { DatabaseSync } from 'node:sqlite';
import type { RepairableFinding } from '../../store-file.ts';
import { amount, fault, some } from './finding.ts';

/** A server leaves a schedule so whose expression it does not accept, when it was due. */
export function checkSchedules(database: DatabaseSync): readonly RepairableFinding[] {
  const rows = database
    .prepare('SELECT flow, name FROM schedules WHERE enabled = 1 AND next_due_ms IS NULL ORDER BY flow, name')
    .all();
  if (rows.length === 0) return [];
  return [
    fault({
      what: `${amount(rows.length, 'schedule')} ${rows.length === 1 ? 'is' : 'are'} enabled and never due: ${some(rows.map((row) => `${String(row['flow'])}/${String(row['name'])}`))}.`,
      means: 'They start nothing. The server does not accept their expressions, or their due times are lost.',
      advice:
        'Disable each with "millrace call UpdateSchedule FlowName=… ScheduleName=… Enable=false", and enable it again with Enable=true: the server then finds the next due time, or says what is wrong with the expression.',
    }),
  ];
}
