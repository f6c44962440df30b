/**
 * The engines on which the cases run. Each compiles the definition in the same way and runs the plan in its own; the result must
 * not differ. A further engine is one more entry of {@link ENGINES}.
 */
import { parseJson, stringifyJson } from '../../src/base/json.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { historyEvent } from '../../src/interpreter/history.ts';
import type { ExecutionEvent } from '../../src/interpreter/event.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import type { Plan } from '../../src/language/plan.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';
import { FROM_API } from '../../src/runtime/start-origin.ts';
import { LIMITS } from '../support/flows.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { RebuiltRun } from '../support/rebuilt-run.ts';
import { runExpress } from '../support/run-express.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';
import { definitionLimitsOf } from './case.ts';
import type { Case } from './case.ts';
import { driveDurable } from './durable.ts';
import { stateNamesOf } from './history-dialects.ts';
import { hasMapRuns, hideRuns } from './map-run-names.ts';
import { warningText } from './outcome.ts';
import type { Outcome, RunOutcome } from './outcome.ts';
import { StandIn, hideToken } from './stand-in.ts';

export interface Engine {
  /** True when the engine runs the case. Standard engines leave out the cases for Express flows only. */
  takes(wanted: Case): boolean;
  /** Compiles a case's definition and, when the case expects a run, runs it on virtual time. */
  run(wanted: Case): Promise<Outcome>;
}

/** One run of a case on an engine. */
export interface CaseRun {
  readonly wanted: Case;
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly actions: StandIn;
}

/** Runs a plan to its end. The result lacks what the stand-in of the services knows. */
export type Drive = (run: CaseRun) => Promise<Ended>;
export type Ended = Omit<RunOutcome, 'calls' | 'aborted' | 'problems' | 'elapsedSeconds'> & {
  readonly elapsedMs: number;
};

export const FLOW_NAME = 'flow';
export const SEED = 1;

export function engine(mode: Case['mode'], drive: Drive): Engine {
  return {
    // An Express engine also compiles the cases for Standard flows that expect diagnostics.
    takes: ({ mode: own, expressOnly, expect }) =>
      mode === 'Express'
        ? own === 'Express' || expect.status === undefined
        : own === 'Standard' || expressOnly === null,
    run: (wanted) => outcomeOf(wanted, mode === 'Standard' ? 'Standard' : wanted.mode, drive),
  };
}

async function outcomeOf(wanted: Case, mode: Case['mode'], drive: Drive): Promise<Outcome> {
  const { plan, diagnostics } = compileDefinition(wanted.definition, {
    mode,
    flowName: wanted.flowName,
    limits: definitionLimitsOf(wanted),
  });
  if (plan === null || wanted.expect.status === undefined) return { diagnostics, plan, run: null };
  const time = new VirtualTime({ busyTurnMs: wanted.settings.busyTurnMs ?? 0 });
  const actions = new StandIn(wanted.tasks, time);
  const { elapsedMs, history, ...ended } = await drive({ wanted, plan, time, actions });
  const hide = hasMapRuns(plan) ? hideRuns : null;
  const run = {
    ...ended,
    ...(hide !== null && { output: hide(ended.output), errorMessage: hide(ended.errorMessage) }),
    elapsedSeconds: elapsedMs / 1000,
    calls: actions.calls,
    aborted: actions.aborted,
    problems: actions.problems(),
    history: withoutTokens(hide === null ? history : history.map((event) => withoutRuns(event)), actions),
  };
  return { diagnostics, plan, run };
}

/** Runs as StartSyncExecution does. */
const express: Drive = async ({ wanted, plan, time, actions }) => {
  const { executionName: name, roleArn, environment, input } = wanted;
  const { result, history } = await runExpress(
    { flowName: FLOW_NAME, roleArn, environment, plan, name, input, depth: 0, origin: FROM_API },
    { time, actions: actions.catalog(), limits: limitsOf(wanted) },
  );
  const { startedMs, stoppedMs, name: _name, ...ended } = result;
  const warnings = ended.warnings.map(warningText);
  return { ...ended, warnings, elapsedMs: stoppedMs - startedMs, history };
};

/** Drops the execution after every event and rebuilds it from the text of its events. */
const rebuilt: Drive = async ({ wanted, plan, time, actions }) => {
  const ids = seededIds(SEED);
  const start = {
    name: wanted.executionName,
    flowName: FLOW_NAME,
    input: wanted.input,
    roleArn: wanted.roleArn,
    environment: wanted.environment,
    longestSeconds: LIMITS.expressTimeoutSeconds,
  };
  const limits = { ...limitsOf(wanted), waitSeconds: 20 };
  const run = new RebuiltRun({
    ...{ plan, start, limits, actions: actions.catalog(), time },
    random: () => ids.random(),
  });
  const execution = await run.run();
  return {
    status: execution.status as RunOutcome['status'],
    output: execution.status === 'Succeeded' ? stringifyJson(execution.output) : '',
    errorCode: execution.failure?.error ?? '',
    errorMessage: execution.failure?.cause ?? '',
    warnings: execution.warnings.map(warningText),
    elapsedMs: execution.stoppedMs - execution.startedMs,
    history: run.events.map((event) => served(event, plan)),
  };
};

function served(event: ExecutionEvent, plan: Plan): HistoryEvent {
  return historyEvent(event, plan.states[event.state]?.name ?? '', stateNamesOf(plan.dialect));
}

function withoutRuns(event: HistoryEvent): HistoryEvent {
  return { ...event, detail: parseJson(hideRuns(stringifyJson(event.detail))) as JsonObject };
}

function withoutTokens(history: readonly HistoryEvent[], { tokens }: StandIn): readonly HistoryEvent[] {
  if (tokens.length === 0) return history;
  return history.map((event) => {
    const text = tokens.reduce(hideToken, stringifyJson(event.detail));
    return { ...event, detail: parseJson(text) as JsonObject };
  });
}

export function limitsOf({ settings }: Case): typeof LIMITS {
  const { busyTurnMs: _busy, parallelBranches: _branches, ...limits } = settings;
  return { ...LIMITS, ...limits } as typeof LIMITS;
}

export const ENGINES: Readonly<Record<string, Engine>> = {
  express: engine('Express', express),
  rebuilt: engine('Express', rebuilt),
  durable: engine('Standard', driveDurable({ crashes: false })),
  'durable-rebuilt': engine('Standard', driveDurable({ crashes: true })),
};
