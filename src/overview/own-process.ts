/** This process, as DescribeSystem shows it. */
import { memoryUsage } from 'node:process';
import { getHeapStatistics } from 'node:v8';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { DurableRuntime } from '../runtime/durable/durable.ts';
import type { NodeInfo } from '../store/nodes.ts';
import type { HostFacts } from './host-facts.ts';
import type { ProcessView } from './overview.ts';

export interface OwnProcessOptions {
  readonly info: Pick<NodeInfo, 'name' | 'version'>;
  readonly startedMs: number;
  readonly memory: Pick<MemoryBudget, 'bytes' | 'limitBytes'>;
  readonly express: { readonly running: number };
  /** Null: the process runs no Standard executions. */
  readonly durable: Pick<DurableRuntime, 'inMemory' | 'stuck'> | null;
  readonly host: Pick<HostFacts, 'connections'>;
}

export function ownProcess({ info, startedMs, memory, express, durable, host }: OwnProcessOptions): ProcessView {
  const { rss } = memoryUsage();
  const { used_heap_size: heapBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics();
  return {
    name: info.name,
    version: info.version,
    startedMs,
    express: express.running,
    standard: durable?.inMemory ?? 0,
    executionBytes: memory.bytes,
    executionLimitBytes: memory.limitBytes,
    residentBytes: rss,
    heapBytes,
    heapLimitBytes,
    connections: host.connections(),
  };
}
