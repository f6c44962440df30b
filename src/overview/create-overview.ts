/** Puts the overview together, for a process that has the store. */
import type { Peers } from '../cluster/peers.ts';
import type { Stores } from '../store/stores.ts';
import type { Overview } from './overview.ts';
import { searchExecutions } from './search.ts';
import type { SearchOptions } from './search.ts';
import { Summaries } from './summaries.ts';
import type { SummariesOptions } from './summaries.ts';
import { describeSystem, serveSystem } from './system.ts';
import type { SystemOptions } from './system.ts';
import { serveFigures } from './whole-figures.ts';

type OfStores = 'flows' | 'store' | 'schedules';

export interface OverviewOptions
  extends Omit<SystemOptions & SearchOptions & SummariesOptions, OfStores | 'express' | 'ports' | 'peers'> {
  readonly stores: Pick<Stores, 'flows' | 'executions' | 'schedules'>;
  readonly express: SystemOptions['express'] & SummariesOptions['express'];
  readonly ports: SystemOptions['ports'];
  readonly peers: Peers;
}

/** It answers the questions of other processes from now on. */
export function createOverview(given: OverviewOptions): Overview {
  const { flows, executions: store, schedules } = given.stores;
  const options = { ...given, flows, store, schedules };
  serveSystem(options, options.peers);
  serveFigures(options, options.peers);
  const summaries = new Summaries(options);
  return {
    search: (request) => searchExecutions(options, request),
    summarize: (request) => summaries.page(request),
    system: () => describeSystem(options),
  };
}
