/** The limits of a whole server, of which the main process and its workers have a part each. */
import { ALONE, shareOf } from '../cluster/cluster.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Settings } from '../config/settings.ts';

/** The processes that run Express executions, as one of them: the workers, and last the main process with its own ones. */
export function processesOf(workers: number, rank: number): Cluster {
  return { ...ALONE, size: workers + 1, rank };
}

/** The settings of one of several processes that serve callers: its part of their connections, one at least. */
export function shareConnections(settings: Settings, process: Pick<Cluster, 'size' | 'rank'>): Settings {
  const { callers } = settings;
  const { maxConnections } = callers;
  if (maxConnections === null) return settings;
  return { ...settings, callers: { ...callers, maxConnections: Math.max(1, shareOf(maxConnections, process)) } };
}

/** The settings of one of several processes that run Express executions: its part of the history of Express executions. */
export function shareSettings(settings: Settings, process: Pick<Cluster, 'size' | 'rank'>): Settings {
  const { history } = settings;
  const { executions, bytes } = history.express;
  const express = {
    ...history.express,
    executions: executions === 0 ? 0 : Math.max(1, shareOf(executions, process)),
    bytes: shareOf(bytes, process),
  };
  return { ...settings, history: { ...history, express } };
}
