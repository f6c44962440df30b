/**
 * Named events of the engine with typed details. The log subscribes to them; metrics or traces can too. A part of the engine
 * reports an event with `observer.committed?.({ … })`, so the details are not built when no subscriber wants the event.
 *
 * Details are plain data, small, and free of payloads and secrets. A subscriber must return quickly and must not throw; errors
 * that it throws are ignored, because an observer must not disturb the engine.
 */
import type { Diagnostic } from './diagnostic.ts';

export type Mode = 'Express' | 'Standard';

export interface ObserverEvents {
  /** The server has answered a call of the API. */
  requestEnded: {
    readonly requestId: string;
    /** Empty when the request did not get as far as its action. */
    readonly action: string;
    /** The flow that the call names; empty for none. */
    readonly flowName: string;
    /** HTTP status. */
    readonly status: number;
    /** Error code of the reply; empty for a result. */
    readonly code: string;
    readonly tookMs: number;
  };
  /** The server has as many connections as it may have, and closed one for a new one. Reported at most once a minute. */
  connectionsFull: { readonly connections: number };
  /** A call of the API failed, and the reply does not contain the reason. */
  requestFailed: { readonly requestId: string; readonly action: string; readonly error: unknown };
  /** A flow, a version or an alias was changed, which is durable. */
  flowChanged: {
    readonly requestId: string;
    /** The action of the API: `CreateFlow`, `PublishFlowVersion` … */
    readonly action: string;
    readonly flowName: string;
    /** Empty for none. */
    readonly version: string;
    /** Empty for none. */
    readonly alias: string;
  };
  /** An execution ended `Failed` or `TimedOut`. A subscriber to this one costs nothing for executions that succeed. */
  executionFailed: {
    readonly mode: Mode;
    readonly flowName: string;
    readonly executionName: string;
    readonly status: string;
    /** The state whose failure no rule handled; empty when the execution as a whole failed. */
    readonly state: string;
    readonly error: string;
  };
  /** The definition of a flow was stored by CreateFlow or UpdateFlow, and has warnings. */
  definitionWarned: { readonly requestId: string; readonly flowName: string; readonly warnings: readonly Diagnostic[] };
  /** An execution started; a Standard one is durable. */
  executionStarted: {
    readonly mode: Mode;
    readonly flowName: string;
    readonly executionName: string;
    readonly source: StartSource;
  };
  /** A running execution has new events; those of a Standard one are durable. A Standard execution reports its end here too. */
  executionAdvanced: { readonly flowName: string; readonly executionName: string };
  /** A Map run has begun, has started items or counted ends, has other bounds or has ended, which is durable. */
  mapRunAdvanced: { readonly flowName: string; readonly executionName: string; readonly mapRunName: string };
  /** The server's own Message Service has a message more, or has stored the outcome of a push, which is durable. */
  messagesChanged: {
    /** Of the queue or topic. */
    readonly name: string;
  };
  /** Someone has looked at what the console masks: a task token or the value of an `Authorization` header. */
  secretShown: {
    /** Of the session; empty with authentication off. */
    readonly accessKeyId: string;
    /** `event 12`, `message 5F3C…`. */
    readonly what: string;
    /** Both are empty for a message. */
    readonly flowName: string;
    readonly executionName: string;
  };
  /** A Standard execution that had ended runs again, which is durable. */
  executionRedriven: { readonly flowName: string; readonly executionName: string };
  /** An execution ended; the end of a Standard one is durable. An earlier event says that it started or was redriven. */
  executionEnded: {
    readonly mode: Mode;
    readonly flowName: string;
    /** Another one may be created under the same name. Empty for a start without facts, which only tests make. */
    readonly flowId: string;
    readonly executionName: string;
    readonly status: string;
    /** Empty on success. */
    readonly error: string;
    /** Wall time, milliseconds since 1970. */
    readonly startedMs: number;
    readonly tookMs: number;
    /** True for a child of a Map run, which lists of executions leave out. */
    readonly isMapItem: boolean;
    /** Paths without a value and conditions that are not boolean; at most a hundred. Empty for Standard executions. */
    readonly warnings: readonly {
      /** Empty for a mapping of the flow. */
      readonly state: string;
      /** In the definition; empty when it is not known. */
      readonly path: string;
      readonly message: string;
    }[];
  };
  /** A worker of the server has ended, which no one had asked for; another one starts after the pause. */
  workerEnded: {
    /** Of the worker; no later one has it. */
    readonly number: number;
    /** Id of its process. */
    readonly process: number;
    /** Null when a signal has ended it. */
    readonly code: number | null;
    readonly signal: string | null;
    readonly pauseMs: number;
  };
  /** A worker serves in place of one that has ended. */
  workerStarted: { readonly number: number; readonly process: number };
  /** A worker could not start in place of one that has ended. The server tries again. */
  workerFailed: { readonly reason: string };
  /** The server ends a worker that does not do what it has to. */
  workerStopped: { readonly number: number; readonly process: number; readonly reason: string };
  /** A schedule was created, updated or deleted, which is durable. */
  scheduleChanged: {
    readonly requestId: string;
    /** The action of the API: `CreateSchedule` … */
    readonly action: string;
    readonly flowName: string;
    readonly scheduleName: string;
    /** When it is due next, milliseconds since 1970; null for never. */
    readonly nextMs: number | null;
  };
  /** A schedule has started the execution of a due time. */
  scheduleFired: {
    readonly flowName: string;
    readonly scheduleName: string;
    /** Of an Express execution without the UUID at its end. */
    readonly executionName: string;
    readonly dueMs: number;
    /** From the due time to the start, which is durable for a Standard execution. */
    readonly lateMs: number;
    /** When it is due next, milliseconds since 1970; null for never. */
    readonly nextMs: number | null;
  };
  /** Executions of schedules cannot start at this time, and are tried again. Reported once, for the first of them. */
  schedulesDelayed: { readonly flowName: string; readonly scheduleName: string; readonly reason: string };
  /** Due times of a schedule will have no execution. */
  scheduleSkipped: {
    readonly flowName: string;
    readonly scheduleName: string;
    /** The first of them, milliseconds since 1970. */
    readonly dueMs: number;
    /** The first due time after them, milliseconds since 1970: it has an execution or is still to come. Null for none. */
    readonly nextMs: number | null;
    /** How many there are; null if they were not counted, because there may be many. */
    readonly count: number | null;
    readonly reason: string;
  };
  /** The engine is about to call a task or to start a child flow. */
  taskCalled: {
    readonly flowName: string;
    readonly executionName: string;
    readonly state: string;
    readonly action: string;
    /** 1 for the first attempt. */
    readonly attempt: number;
  };
  /** Changes of Standard executions are durable. */
  committed: { readonly changes: number; readonly tookMs: number };
  /** A write of this part of the store failed, and executions wait for it. Reported once, at the first failure. */
  storeFailed: { readonly part: StorePart; readonly error: unknown };
  /** This part of the store works again. */
  storeRecovered: { readonly part: StorePart };
  /** After its start, the runtime has loaded the Standard executions that were under way and not asleep. */
  recovered: { readonly executions: number };
  /** A round of purges has deleted Standard executions that are retained no longer. */
  executionsPurged: { readonly executions: number };
  /** A Standard execution cannot continue in this life of the server: a defect, or this version cannot read it. */
  executionStuck: {
    readonly execution: number;
    readonly flowName: string;
    readonly executionName: string;
    /** The state at work; empty when it is not known. */
    readonly state: string;
    readonly error: unknown;
  };
  /** A probe found that the store can no longer be read, or can be read again. Reported once for each change. */
  healthChanged: { readonly isHealthy: boolean; readonly reason: string };
  /** This node is gone from the store: what it has not committed is lost, and other nodes continue its executions. */
  leaseLost: { readonly node: number };
  /** This process has joined its store again, as another node. */
  rejoined: { readonly node: number };
  /** A part of the engine or an action threw, which is a defect. */
  defect: {
    readonly error: unknown;
    /** The work that failed, for people. */
    readonly where: string;
    /** The execution whose work it was; absent for work that belongs to none. */
    readonly flowName?: string;
    readonly executionName?: string;
    /** The state at work; empty when it is not known. */
    readonly state?: string;
  };
}

/** Who started an execution: a caller, a caller with a task's token, a task, a schedule, an item of a distributed Map. */
export type StartSource = 'api' | 'token' | 'task' | 'schedule' | 'map';

/** Executions are written by commits, messages by the server's own Message Service. */
export type StorePart = 'executions' | 'messages' | 'nodes';

/** A member is null when no subscriber wants the event. */
export type Observer = { readonly [Name in keyof ObserverEvents]: ((event: ObserverEvents[Name]) => void) | null };

/** The events that one subscriber wants. */
export type Subscriber = { readonly [Name in keyof ObserverEvents]?: (event: ObserverEvents[Name]) => void };

const NAMES = Object.keys({
  requestEnded: true,
  connectionsFull: true,
  requestFailed: true,
  flowChanged: true,
  executionFailed: true,
  definitionWarned: true,
  executionStarted: true,
  executionAdvanced: true,
  mapRunAdvanced: true,
  messagesChanged: true,
  secretShown: true,
  executionRedriven: true,
  executionEnded: true,
  scheduleChanged: true,
  scheduleFired: true,
  schedulesDelayed: true,
  scheduleSkipped: true,
  taskCalled: true,
  committed: true,
  storeFailed: true,
  storeRecovered: true,
  recovered: true,
  executionsPurged: true,
  executionStuck: true,
  healthChanged: true,
  leaseLost: true,
  rejoined: true,
  workerEnded: true,
  workerStarted: true,
  workerFailed: true,
  workerStopped: true,
  defect: true,
} satisfies Record<keyof ObserverEvents, true>) as (keyof ObserverEvents)[];

/** An observer that passes each event to the subscribers that want it. */
export function createObserver(...subscribers: readonly Subscriber[]): Observer {
  return Object.fromEntries(NAMES.map((name) => [name, reporter(name, subscribers)])) as unknown as Observer;
}

/** The observer, with one more subscriber behind those that it has. */
export function withSubscriber(observer: Observer, subscriber: Subscriber): Observer {
  const wanted = NAMES.filter((name) => subscriber[name] !== undefined);
  const before = Object.fromEntries(wanted.map((name) => [name, observer[name] ?? undefined])) as Subscriber;
  const both = createObserver(before, subscriber);
  return { ...observer, ...Object.fromEntries(wanted.map((name) => [name, both[name]])) };
}

function reporter(name: keyof ObserverEvents, subscribers: readonly Subscriber[]): ((event: never) => void) | null {
  const wanting = subscribers.flatMap((subscriber) => {
    const report = subscriber[name] as ((event: never) => void) | undefined;
    return report === undefined ? [] : [report.bind(subscriber)];
  });
  if (wanting.length === 0) return null;
  return (event) => {
    for (const report of wanting) {
      try {
        report(event);
      } catch {
        // A subscriber must not disturb the engine (see the head of this file).
      }
    }
  };
}
