/**
 * The server's log: JSON lines on standard error. A line is written in the call that logs it, so that the last one before a crash
 * is not lost, unless a reader is slow. Lines that cannot be written are lost and counted; the log says how many when it works again.
 * Secrets have a type that prints as `***`, and parameters of calls are never logged. The log subscribes to the observer.
 */
import { pino } from 'pino';
import { formatTime } from '../base/clock.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { beginning } from '../base/text.ts';
import type { Output } from '../base/output.ts';
import type { Subscriber } from '../base/observer.ts';
import type { Settings } from '../config/settings.ts';

export interface ServerLog {
  /** Lines that were lost since the start. */
  readonly lost: number;
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** A log of the lines from `level` up. `worker` is the number of the worker that writes it; null for the main process. */
export function createLog(level: Settings['log'], output: LogOutput, worker: number | null = null): ServerLog {
  const base = { pid: process.pid, ...(worker !== null && { worker }) };
  const options = { level, base, timestamp: pino.stdTimeFunctions.isoTime };
  const lines = new CountedLines(output, (lost, reason) => {
    // A logger of its own, because that of the server writes into these lines.
    pino({ ...options, level: 'warn' }, output).warn(
      { lost, reason },
      'log lines were lost, because they could not be written',
    );
    return output.fault === null;
  });
  const log = pino(options, lines);
  return {
    get lost() {
      return lines.lost;
    },
    debug: (details, message) => log.debug(details, message),
    info: (details, message) => log.info(details, message),
    warn: (details, message) => log.warn(details, message),
    error: (details, message) => log.error(details, message),
  };
}

export type LogOutput = Pick<Output, 'write' | 'fault'>;

/** The destination of the log, which counts the lines that it loses. */
class CountedLines {
  /** Lines that were lost since the start. */
  lost = 0;
  readonly #output: LogOutput;
  /** Writes the line about lost lines; false when that is lost, too. */
  readonly #writeLost: (lost: number, reason: string) => boolean;
  /** Lines that were lost since the last line about lost ones. */
  #unsaid = 0;
  #reason = '';

  constructor(output: LogOutput, writeLost: (lost: number, reason: string) => boolean) {
    this.#output = output;
    this.#writeLost = writeLost;
  }

  write(line: string): void {
    if (this.#unsaid > 0 && this.#writeLost(this.#unsaid, this.#reason)) this.#unsaid = 0;
    if (this.#unsaid === 0 && this.#output.write(line)) return;
    this.lost++;
    this.#unsaid++;
    const { fault } = this.#output;
    this.#reason = fault === null ? this.#reason : fault.message;
  }
}

/**
 * Logs the events of the engine: at `info` and above those that an operator must know, at `debug` each request and execution. An event
 * that the level leaves out has no subscriber, so it costs nothing.
 */
export function logEvents(log: ServerLog, level: Settings['log']): Subscriber {
  const isDebug = level === 'debug';
  const isInfo = isDebug || level === 'info';
  return { ...troubles(log), ...(isInfo && news(log)), ...(isDebug && everything(log)) };
}

function news(log: ServerLog): Subscriber {
  return {
    flowChanged: ({ version, alias, ...facts }) =>
      log.info({ ...facts, ...(version !== '' && { version }), ...(alias !== '' && { alias }) }, 'a flow was changed'),
    executionFailed: (facts) => log.info(facts, 'an execution did not succeed'),
    secretShown: (facts) => log.info(facts, 'someone has looked at a masked value in the console'),
    executionsPurged: (facts) => log.info(facts, 'ended executions that are retained no longer were deleted'),
    scheduleChanged: ({ nextMs, ...facts }) =>
      log.info({ ...facts, next: timeOrNull(nextMs) }, 'a schedule was changed'),
  };
}

function everything(log: ServerLog): Subscriber {
  return {
    requestEnded: (facts) => log.debug(facts, 'a request was answered'),
    executionStarted: (facts) => log.debug(facts, 'an execution started'),
    executionRedriven: (facts) => log.debug(facts, 'an execution was redriven'),
    // The warnings of an execution quote values.
    executionEnded: ({ warnings, flowId: _flowId, startedMs: _startedMs, isMapItem: _isMapItem, ...facts }) =>
      log.debug({ ...facts, warnings: warnings.length }, 'an execution ended'),
    scheduleFired: ({ dueMs, nextMs, ...facts }) =>
      log.debug({ ...facts, due: timeOrNull(dueMs), next: timeOrNull(nextMs) }, 'a schedule started an execution'),
    taskCalled: (facts) => log.debug(facts, 'a task is called'),
  };
}

function troubles(log: ServerLog): Subscriber {
  return {
    requestFailed: ({ error, requestId, action }) => log.error({ err: error, requestId, action }, 'a call failed'),
    connectionsFull: ({ connections }) =>
      log.warn(
        { connections },
        'the server has all the connections that it may have (http.maxConnections): for each new one it closes the oldest one that no known caller uses',
      ),
    schedulesDelayed: (facts) =>
      log.warn(
        facts,
        'executions of schedules cannot start at this time: the server tries again until they are older than schedules.catchUp',
      ),
    scheduleSkipped: ({ dueMs, nextMs, count, ...facts }) =>
      log.warn(
        { ...facts, count: count ?? 'not counted', due: timeOrNull(dueMs), next: timeOrNull(nextMs) },
        'a schedule has skipped what was due from "due" until before "next"; start it by hand if you need it',
      ),
    definitionWarned: ({ warnings, ...facts }) =>
      log.warn(
        { ...facts, count: warnings.length, warnings: warnings.slice(0, WARNINGS_LOGGED).map(shortDiagnostic) },
        'the definition of a flow has warnings',
      ),
    defect: ({ error, ...facts }) =>
      log.error({ err: error, ...facts }, 'a part of the server failed because of a defect'),
    storeFailed: ({ part, error }) => log.error({ err: error }, STORE_FAILS[part]),
    storeRecovered: ({ part }) => log.warn({}, STORE_WORKS[part]),
    executionStuck: ({ error, ...facts }) =>
      log.error({ err: error, ...facts }, 'an execution cannot continue before the next start of the server'),
    healthChanged: ({ isHealthy, reason }) => {
      if (isHealthy) log.warn({}, 'the store can be read again');
      else log.error({ reason }, 'the store cannot be read');
    },
    leaseLost: (facts) =>
      log.error(
        facts,
        'this node has lost its place in the store: other nodes continue its Standard executions. A shared store is joined again',
      ),
    rejoined: (facts) => log.warn(facts, 'this process has joined the store again, as a new node'),
    workerEnded: (facts) =>
      log.error(facts, 'a worker has ended: its calls under way are lost, and another one starts after the pause'),
    workerStarted: (facts) => log.warn(facts, 'a worker serves in place of one that has ended'),
    workerFailed: (facts) => log.error(facts, 'a worker could not start; the server tries again'),
    workerStopped: (facts) => log.error(facts, 'the server ends a worker that does not do what it has to'),
  };
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : formatTime(ms);
}

const WARNINGS_LOGGED = 10;

/** `unknown-key:12: "Nxet" is …`. The message quotes a few words of the definition, of which a flow's owner knows. */
function shortDiagnostic({ code, line, message }: Diagnostic): string {
  return `${code}:${line}: ${beginning(message, 300)}`;
}

const STORE_FAILS = {
  executions: 'the store is not accepting commits: executions wait, and starts, stops and reports are refused',
  messages: 'the store is not accepting messages: tasks that send one wait, and pushes to subscribers are not recorded',
  nodes:
    'the store does not answer this node: if that lasts longer than its lease, other nodes continue its executions',
} as const;

const STORE_WORKS = {
  executions: 'the store accepts commits again',
  messages: 'the store accepts messages again',
  nodes: 'the store answers this node again',
} as const;
