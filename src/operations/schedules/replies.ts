/** A schedule in the replies of the operations on schedules. */
import { formatTime } from '../../base/clock.ts';
import type { ScheduleRecord } from '../../store/schedules.ts';

/** The members of every reply about a schedule (rules.md 5.20); the name of its flow is in none. */
export function scheduleReply(schedule: ScheduleRecord) {
  return {
    Description: schedule.description,
    ScheduleId: schedule.id,
    Payload: schedule.payload,
    ScheduleName: schedule.name,
    CreatedTime: formatTime(schedule.createdMs),
    LastModifiedTime: formatTime(schedule.lastModifiedMs),
    CronExpression: schedule.cronExpression,
    Enable: schedule.isEnabled,
  };
}
