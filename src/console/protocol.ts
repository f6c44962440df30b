/**
 * The exchange between the console's program in the browser and the server, beside the API: the session, the events of the streams,
 * and the marks in place of secrets. Both sides import this file, which imports nothing but types.
 */

import type { ReplyOf } from '../operations/contract-types.ts';

/** In place of a task token. */
export const MASKED_TOKEN = '•••task token•••';
/** In place of the value of an `Authorization` header. */
export const MASKED_HEADER = '•••authorization•••';

/** The header that every request of the console has, and that a page of another origin cannot send. */
export const CONSOLE_HEADER = 'x-millrace-console';

/** No execution has an event with a larger id. */
export const LAST_EVENT_ID = 2 ** 31 - 1;

export interface SessionView {
  /** `off`: the server checks no keys, and no one signs in. */
  readonly auth: 'on' | 'off';
  readonly signedIn: boolean;
  /** Id of the access key; empty when not signed in, and with `auth: off`. */
  readonly accessKeyId: string;
  readonly isRoot: boolean;
  readonly region: string;
  readonly account: string;
  /** Version of Millrace. */
  readonly version: string;
  /** The time of the server, RFC 3339. */
  readonly time: string;
}

/** An event of an execution, as GetExecutionHistory serves it. */
export interface StreamedEvent {
  readonly id: number;
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
  /** `ScheduleEventId`. */
  readonly cause: number;
  /** Empty for events of the whole execution. */
  readonly step: string;
  /** `EventDetail`: JSON text of an object, with masks. */
  readonly detail: string;
  /** Paths that led nowhere, and the like; absent for none. */
  readonly warnings?: readonly { readonly path: string; readonly message: string }[];
  /**
   * The variables that GlobalConstructor has built with this event (`StateSucceeded`): JSON text of an object, with masks. Absent for
   * none. `$Global` after an event has all those up to it, a later one of a name in place of an earlier one; a redrive undoes those of
   * the events that it leaves out.
   */
  readonly global?: string;
}

/** The events of the stream of an execution, by name. */
export interface ExecutionStreamEvents {
  /**
   * Some events, in order and without a gap. The id of the message is the id of the last one. The first one is that of `from`; or
   * event 1, if the execution does not have the event before `from`: it is not the one that the asker knows.
   */
  readonly events: { readonly events: readonly StreamedEvent[] };
  /** Sent behind the events that were there at first, and when the status has changed. */
  readonly execution: {
    readonly status: string;
    readonly startedTime: string;
    /** Empty while it runs. */
    readonly stoppedTime: string;
    readonly lastEvent: number;
  };
  /** There is no such execution, or there is no longer. The stream ends. */
  readonly absent: Readonly<Record<string, never>>;
}

/** The events of the stream of a Map run, by name. */
export interface MapRunStreamEvents {
  /** How far it is, as DescribeMapRun says it: at first, and when it or one of its items may have changed. */
  readonly mapRun: ReplyOf<'DescribeMapRun'>;
  /** There is no such Map run, or there is no longer. The stream ends. */
  readonly absent: Readonly<Record<string, never>>;
}

/** A change of the status of an execution. */
export interface ListChange {
  readonly flow: string;
  readonly execution: string;
  readonly mode: 'Express' | 'Standard';
  /** `Running` for a start and a redrive. */
  readonly status: string;
  /** Of the change, RFC 3339. */
  readonly time: string;
}

/** The events of the stream of lists, by name. */
export interface ListStreamEvents {
  /** The first event: a server that has started anew has another id, and what was shown may be old. */
  readonly hello: { readonly server: string };
  /** Some changes, in their order. `lost`: about how many more there were that the stream leaves out, changes of flows among them. */
  readonly changes: { readonly changes: readonly ListChange[]; readonly lost: number };
  /** Names of flows of which the definition, a version, an alias or a schedule has changed. */
  readonly flows: { readonly flows: readonly string[] };
  /** There are other messages, or other outcomes of pushes. Not in a stream of one flow. */
  readonly messages: Readonly<Record<string, never>>;
}
