/**
 * The part of the table of settings about limits: those of definitions and data, and the service's quotas and rates (rules.md 4.6),
 * which `limits: cloud` turns on.
 */
import * as v from 'valibot';
import { ACTIONS } from '../api/actions.ts';
import * as k from './kinds.ts';
import { setting } from './table-entry.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const rate = k.orNone('none', k.mapping({ perSecond: k.integer(1, 1_000_000), burst: k.integer(1, 1_000_000) }));

/** By operation. StartSyncExecution has `limits.startsPerSecond`. */
const operationRates = k.mapping(
  Object.fromEntries(
    Object.keys(ACTIONS)
      .filter((action) => action !== 'StartSyncExecution')
      .map((action) => [action, v.optional(rate)] as const),
  ),
);

/** The service's rates (rules.md 4.6). Other operations have `limits.operationsPerSecond`. */
export const CLOUD_RATES = {
  StartExecution: { perSecond: 100, burst: 100 },
  DescribeExecution: { perSecond: 5, burst: 50 },
  GetExecutionHistory: { perSecond: 5, burst: 50 },
};

export const LIMITS = {
  'limits.profile': setting(
    'MILLRACE_LIMITS',
    k.word('none', 'cloud'),
    'none',
    "`cloud` applies the service's rates and quotas ([the cloud's limits](#the-clouds-limits)). `limits: cloud` is the short form.",
  ),
  'limits.request': setting(null, k.size(KIB, 64 * MIB, 'from 1KiB to 64MiB'), '1MiB', 'Largest body of a request.'),
  'limits.input': setting(null, k.size(2, 64 * MIB, 'up to 64MiB'), '64KiB', 'Largest `Input` of an execution.'),
  'limits.error': setting(
    null,
    k.integer(1, 100_000),
    128,
    'Most characters of `Error` in StopExecution and ReportTaskFailed.',
  ),
  'limits.cause': setting(
    null,
    k.integer(1, 100_000),
    4096,
    'Most characters of `Cause` in StopExecution and ReportTaskFailed.',
  ),
  'limits.stateData': setting(
    null,
    k.size(2, 64 * MIB, 'up to 64MiB'),
    '64KiB',
    'Largest input and largest output of a state.',
  ),
  'limits.plans': setting(
    null,
    k.size(MIB, 256 * 1024 * MIB, 'from 1MiB to 256GiB'),
    '256MiB',
    'Most memory for compiled definitions that are ready to run: an estimate, from 2 to 70 bytes for each character. The server drops those that no call has used lately, and compiles them again when they are needed.',
  ),
  'limits.globalKey': setting(null, k.size(1, MIB, 'up to 1MiB'), '128B', 'Longest key of `$Global`.'),
  'limits.globalValue': setting(null, k.size(1, 64 * MIB, 'up to 64MiB'), '256KiB', 'Largest value of `$Global`.'),
  'limits.stateName': setting(
    null,
    k.integer(1, 100_000),
    128,
    'Most characters (Unicode code points) of the name of a state or step. It holds for new definitions.',
  ),
  'limits.parallelBranches': setting(null, k.integer(1, 10_000), 50, 'Most branches of a Parallel state.'),
  'limits.mapConcurrency': setting(null, k.integer(1, 10_000), 40, 'Most items of an inline Map that run at once.'),
  'limits.mapRuns': setting(
    null,
    k.orNone('none', k.integer(1, 10_000)),
    'none',
    'Most Map runs of one execution that are open at once.',
    10,
  ),
  'limits.mapRunConcurrency': setting(
    null,
    k.integer(1, 10_000),
    100,
    'Most child executions of one Map run that run at once. UpdateMapRun can set another number for a run, up to 300.',
  ),
  'limits.mapItems': setting(
    null,
    k.orNone('none', k.integer(1, 100_000_000)),
    'none',
    'Most items of one Map run.',
    10_000,
  ),
  'limits.mapExecutions': setting(
    null,
    k.orNone('none', k.integer(1, 100_000_000)),
    10_000,
    'Most Standard executions of Map runs that run at once. They do not count in `limits.standardExecutions`. At the limit, Map runs wait; a run inside an item may always have one.',
  ),
  'limits.concurrentExecutions': setting(
    null,
    k.integer(1, 1_000_000),
    10_000,
    'Most Express executions that run at once. The server throttles further starts.',
  ),
  'limits.executionMemory': setting(
    null,
    k.orNone('auto', k.size(16 * MIB, 1024 * 1024 * MIB, 'from 16MiB to 1TiB')),
    'auto',
    "Memory that executions under way may hold, by an estimate. At the limit the server throttles further starts, except those of callers with an `Input` of up to 4,096 characters, which it accepts up to twice the limit. From one and a half times the limit on, an execution that would grow beyond its share fails its state with `FnF.DataLimitExceeded`. `auto`: a third of the limit of V8's heap.",
  ),
  'limits.standardExecutions': setting(
    null,
    k.orNone('none', k.integer(1, 100_000_000)),
    10_000,
    'Most Standard executions that have not ended. The server throttles further starts.',
  ),
  'limits.events': setting(
    null,
    k.integer(10, 1_000_000),
    5000,
    'Most events of a Standard execution. The last one ends it with `FnF.EventLimitExceeded`.',
  ),
  'limits.startsPerSecond': setting(
    null,
    k.orNone('none', k.integer(1, 1_000_000)),
    'none',
    'Starts of Express executions in a second. A burst can have the same number.',
    1000,
  ),
  'limits.stepsPerSecond': setting(
    null,
    k.orNone('none', k.integer(1, 1_000_000)),
    'none',
    'States that Standard executions together enter in a second. A burst can have the same number. Beyond it executions wait, and none fails.',
    100,
  ),
  'limits.expressStepsPerSecond': setting(
    null,
    k.orNone('none', k.integer(1, 1_000_000)),
    'none',
    'The same for Express executions, whose timeout includes the time that they wait.',
  ),
  'limits.expressTimeout': setting(
    null,
    k.duration(1000, HOUR_MS, 'from 1s to 1h'),
    '5m',
    'Longest time of an Express execution, rounded down to seconds.',
  ),
  'limits.standardTimeout': setting(
    null,
    k.duration(1000, 365 * DAY_MS, 'from 1s to 365d'),
    '365d',
    'Longest time of a Standard execution, rounded down to seconds.',
  ),
  'limits.callDepth': setting(null, k.integer(1, 100), 10, 'Most levels of flows that call flows synchronously.'),
  'limits.childDepth': setting(
    null,
    k.integer(1, 1_000_000_000),
    100,
    'Most levels of executions that tasks start, in either mode and whether or not the task waits. A deeper start fails the task with `FNF.CallDepthExceeded`.',
  ),
  'limits.flows': setting(
    null,
    k.orNone('none', k.integer(1, 10_000_000)),
    'none',
    'Most flows of the account.',
    10_000,
  ),
  'limits.operationsPerSecond': setting(
    null,
    k.orNone('none', k.integer(1, 1_000_000)),
    'none',
    'Calls in a second of each operation, except StartSyncExecution and those in `limits.operationRates`.',
    2,
  ),
  'limits.operationsBurst': setting(
    null,
    k.integer(1, 1_000_000),
    10,
    'Calls of one operation that can come at once under `limits.operationsPerSecond`.',
  ),
  'limits.operationRates': setting(
    null,
    operationRates,
    {},
    'Rates of single operations: `perSecond` and `burst`, or `none`. They replace those of the profile for the same operations.',
    CLOUD_RATES,
  ),
} as const;
