/** Puts the overview together, for a process that has the store. */
import type { Ports } from '../base/ports.ts';
import type { ExecutionStore } from '../store/executions.ts';
import type { FlowStore } from '../store/flows.ts';
import type { Executions } from '../runtime/executions.ts';
import type { Overview } from './overview.ts';
import { describeSystem, serveSystem } from './system.ts';
import type { SystemOptions } from './system.ts';
import type { Peers } from '../cluster/peers.ts';
import { searchExecutions } from './search.ts';
import type { SearchOptions } from './search.ts';

export interface OverviewOptions extends SystemOptions, SearchOptions {
  readonly ports: Ports;
  readonly store: ExecutionStore;
  readonly flows: FlowStore;
  readonly executions: Pick<Executions, 'list'>;
  readonly peers: Peers;
}

export function createOverview(options: OverviewOptions): Overview {
  serveSystem(options, options.peers);
  const page = (flowName: string, limit: number, nameContains = '') =>
    options.executions.list({
      flowName,
      status: null,
      startedAfterMs: null,
      startedBeforeMs: null,
      namePrefix: nameContains,
      qualifier: '',
      mapRunName: '',
      nextToken: '',
      limit,
      metadataOnly: true,
      textUnits: 1_000_000,
    });
  const all = async (limit: number, fromName = '') =>
    options.flows.list({ fromName, limit, textUnits: 1_000_000, resourceGroupId: null });
  return {
    search: (request) => searchExecutions(options, request),
    async summarize({ fromName, limit, nameContains }) {
      const { flows, nextName } = await all(limit, fromName);
      const summaries = [];
      for (const flow of flows) {
        if (!flow.name.toLowerCase().includes(nameContains.toLowerCase())) continue;
        const { executions: last } = await page(flow.name, 20);
        const ended = last.filter(({ status }) => status !== 'Running');
        const took = ended.map(({ startedMs, stoppedMs }) => stoppedMs - startedMs).sort((one, other) => one - other);
        summaries.push({
          name: flow.name,
          mode: flow.executionMode,
          dialect: /^\s*"?type"?\s*:\s*"?flow/m.test(flow.definition)
            ? ('classic' as const)
            : ('statemachine' as const),
          description: flow.description,
          lastModifiedMs: flow.lastModifiedMs,
          schedules: 0,
          running: last.length - ended.length,
          ended: ended.length,
          succeeded: ended.filter(({ status }) => status === 'Succeeded').length,
          p50Ms: took[Math.floor(took.length / 2)] ?? 0,
          p95Ms: took[Math.floor(took.length * 0.95)] ?? 0,
          sinceMs: last.at(-1)?.startedMs ?? flow.createdMs,
          last,
        });
      }
      return { flows: summaries, nextName };
    },
    system: () => describeSystem(options),
  };
}
