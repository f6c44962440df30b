/** This process among the nodes of its store. */
import { hostname } from 'node:os';
import type { Settings } from '../config/settings.ts';
import type { ServerOptions } from '../server/server.ts';
import { packageVersion } from './version.ts';

/** @param worker number of the worker that this process is; null for one without a main process */
export function nodeOf({ cluster }: Settings, worker: number | null): ServerOptions['node'] {
  const { name, leaseMs, pollMs } = cluster;
  const given = worker === null || name === null ? name : `${name}/${worker}`;
  return { info: { name: given ?? `${hostname()}:${process.pid}`, version: packageVersion(), leaseMs }, pollMs };
}
