/** Puts the parts of schedules together. */
import type { Ports } from '../base/ports.ts';
import type { DurableRuntime } from '../runtime/durable/durable.ts';
import type { SyncExecutions } from '../runtime/express/sync-executions.ts';
import type { NodeMembership } from '../cluster/membership.ts';
import type { Stores } from '../store/stores.ts';
import { inBackground } from '../base/isolated.ts';
import type { ChoiceRules } from './choice.ts';
import { DueSchedules } from './due-schedules.ts';
import { ExpressStarts } from './express-starts.ts';
import { Reports } from './reports.ts';
import { ScheduleService } from './schedule-service.ts';
import type { Schedules } from './schedules.ts';
import { Timetables } from './timetables.ts';

export interface SchedulesOptions extends ChoiceRules {
  readonly stores: Pick<Stores, 'schedules' | 'flows'>;
  readonly durable: DurableRuntime;
  readonly sync: SyncExecutions;
  readonly cluster: NodeMembership;
  readonly ports: Ports;
  /** The setting `limits.input`. */
  readonly inputBytes: number;
}

export interface ScheduleParts {
  readonly service: Schedules;
  /** Starts what is due from now on, in the background. */
  resume(): void;
  /** Starts nothing more. The next start of the server continues. */
  close(): void;
}

export function assembleSchedules(options: SchedulesOptions): ScheduleParts {
  const { stores, durable, sync, ports, cluster, catchUpMs, missed, inputBytes } = options;
  const { schedules: store, flows } = stores;
  const timetables = new Timetables(ports.scheduler);
  const reports = new Reports(ports, catchUpMs);
  const express = new ExpressStarts({ sync, ports, reports, catchUpMs });
  const due = new DueSchedules({ store, durable, express, ports, timetables, cluster, reports, catchUpMs, missed });
  const look = (): void => inBackground(ports.observer, 'looking for schedules that are due', () => due.look());
  // Another node may have created a schedule, or may have been the first. The other work of a poll does not wait for the starts.
  cluster.listen({ poll: async () => (cluster.rank === 0 ? look() : undefined) });
  return {
    service: new ScheduleService({ store, flows, ports, timetables, due, inputBytes }),
    resume: look,
    close() {
      due.close();
      express.close();
    },
  };
}
