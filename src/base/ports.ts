/** The four ports between the engine and the world. The composition root passes those of the machine, a test its own. */
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { systemIds } from './ids.ts';
import type { Ids } from './ids.ts';
import type { Observer } from './observer.ts';
import { guardedScheduler, systemScheduler } from './scheduler.ts';
import type { Scheduler } from './scheduler.ts';

export interface Ports {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  readonly observer: Observer;
}

/** The clock, event loop and randomness of this process. */
export function systemPorts(observer: Observer): Ports {
  return { clock: systemClock, scheduler: guardedScheduler(systemScheduler, observer), ids: systemIds, observer };
}
