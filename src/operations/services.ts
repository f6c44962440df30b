/**
 * The services that the composition root passes to the operations. Each operation takes the members it needs; no other part of the
 * program sees this object.
 */
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { NodeMembership } from '../cluster/membership.ts';
import type { Compiler } from '../compiler/compiler.ts';
import type { DefinitionLimits } from '../language/limits.ts';
import type { Executions } from '../runtime/executions.ts';
import type { Overview } from '../overview/overview.ts';
import type { FlowChanges } from '../runtime/flow-changes.ts';
import type { SyncExecutions } from '../runtime/express/sync-executions.ts';
import type { Observer } from '../base/observer.ts';
import type { Schedules } from '../schedules/schedules.ts';
import type { FlowStore } from '../store/flows.ts';
import type { MessageStore } from '../store/messages.ts';
import type { FlowQuota } from './flow-quota.ts';
import type { OperationRate } from './rate.ts';

/** Host and port of the server: `127.0.0.1:7780`. It knows them once it listens. */
export type Endpoint = () => string;

/** The members of the store of flows that operations use: in a worker they are calls of another process. */
export type FlowsOfOperations = Omit<FlowStore, 'heads' | 'changesSince' | 'close'>;

export interface OperationServices {
  readonly flows: FlowsOfOperations;
  readonly messages: Pick<MessageStore, 'add' | 'list'>;
  readonly nodes: Pick<NodeMembership, 'list'>;
  readonly sync: SyncExecutions;
  readonly executions: Executions;
  readonly overview: Overview;
  /** Notified of every change of a flow, its versions and its aliases, after the change is durable and before the reply. */
  readonly changes: FlowChanges;
  readonly schedules: Schedules;
  readonly compiler: Omit<Compiler, 'compile' | 'close'>;
  /** The setting `http.errorStatuses`, for warnings. */
  readonly httpErrorStatuses: readonly string[];
  readonly rate: OperationRate;
  readonly flowQuota: FlowQuota;
  readonly observer: Pick<Observer, 'flowChanged' | 'definitionWarned' | 'scheduleChanged'>;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The region served and, for DescribeRegions, where. */
  readonly region: { readonly id: string; readonly endpoint: Endpoint };
  readonly limits: DefinitionLimits & {
    /** `Input` of StartExecution and StartSyncExecution, UTF-8 bytes. */
    readonly inputBytes: number;
    /** Output of a state, and so `Output` of a task's report, UTF-8 bytes. */
    readonly stateDataBytes: number;
    /** `Error` and `Cause` of a stop or a report, code points. */
    readonly errorCharacters: number;
    readonly causeCharacters: number;
  };
}
