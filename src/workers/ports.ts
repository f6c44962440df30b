/**
 * The ports between the main process and its workers. A call of the API that concerns more than one Express execution is one call of
 * one of them; StartSyncExecution is none.
 */
import type { OtherConsoles } from '../console/other-consoles.ts';
import type { FlowsOfOperations, OperationServices } from '../operations/services.ts';
import type { DurableStart, Started } from '../runtime/durable/durable.ts';
import type { Overview } from '../overview/overview.ts';
import type { Executions } from '../runtime/executions.ts';
import type { Schedules } from '../schedules/schedules.ts';
import type { HealthSource } from '../wire/health.ts';
import type { PortDefinition } from './remote-port.ts';

/** Starts of Standard executions by tasks of Express executions. */
export interface StandardStarts {
  start(start: DurableStart): Promise<Started>;
}

// Ports that the main process serves.

/** When a change of a flow has resolved, no worker uses what was before it. */
export const FLOWS: PortDefinition<FlowsOfOperations> = {
  name: 'flows',
  methods: {
    create: true,
    get: true,
    update: true,
    delete: true,
    list: true,
    count: true,
    publish: true,
    getVersion: true,
    listVersions: true,
    deleteVersion: true,
    createAlias: true,
    getAlias: true,
    updateAlias: true,
    deleteAlias: true,
    listAliases: true,
  },
};

export const EXECUTIONS: PortDefinition<Executions> = {
  name: 'executions',
  methods: {
    start: true,
    stop: true,
    describe: true,
    list: true,
    history: true,
    report: true,
    taskToken: true,
    waits: true,
    redrive: true,
    mapRun: true,
    updateMapRun: true,
  },
};

export const STANDARD_STARTS: PortDefinition<StandardStarts> = { name: 'standardStarts', methods: { start: true } };

export const SCHEDULES: PortDefinition<Schedules> = {
  name: 'schedules',
  methods: { create: true, describe: true, update: true, delete: true, list: true },
};

export const MESSAGES: PortDefinition<OperationServices['messages']> = {
  name: 'messages',
  methods: { add: true, list: true },
};

export const NODES: PortDefinition<OperationServices['nodes']> = { name: 'nodes', methods: { list: true } };

export const OVERVIEW: PortDefinition<Overview> = {
  name: 'overview',
  methods: { search: true, summarize: true, system: true },
};

/** The consoles of all other workers, and the changes in the main process. */
export const CONSOLES: PortDefinition<OtherConsoles> = {
  name: 'consoles',
  methods: { changesSince: true, endSession: true },
};

export const HEALTH: PortDefinition<HealthSource> = { name: 'health', methods: { alive: true, ready: true } };

// The port that a worker serves.

export interface WorkerDuties {
  /** Prepares to serve. Connections come after it has resolved. */
  begin(start: WorkerStart): Promise<void>;
  /** As `forgetFlow`, of a change that is durable. */
  forgetFlow(flowName: string, deletedId: string | null): Promise<void>;
  /** Resolves at once. */
  showLife(): Promise<void>;
  /** Lets the calls under way end, for at most `limitMs`. No connection comes any more. */
  drain(limitMs: number): Promise<void>;
}

export const DUTIES: PortDefinition<WorkerDuties> = {
  name: 'worker',
  methods: { begin: true, forgetFlow: true, showLife: true, drain: true },
};

/** Passed to a worker before it serves. It is the same for all workers, and for those that replace one, except for the place. */
export interface WorkerStart {
  /** Where the server listens: `http://127.0.0.1:7780`. */
  readonly url: string;
  /** Place of the worker among them, from 0; a worker has that of the one that it replaces. */
  readonly rank: number;
  readonly workers: number;
  /** True: the worker is a node of a shared store, and serves with an engine of its own. */
  readonly isNode: boolean;
  /** The texts of the files that the server has read at its start, by path: a worker that comes later runs with the same settings. */
  readonly files: Readonly<Record<string, string>>;
  readonly rootKey: { readonly accessKeyId: string; readonly accessKeySecret: string } | null;
  /** Base64. */
  readonly ticketKeys: string;
}
