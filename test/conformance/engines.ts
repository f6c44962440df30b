/**
 * The engines that the cases run on. Each compiles the same way and differs in how it drives the plan; a case cannot
 * tell them apart. A further engine is one more entry of {@link ENGINES}.
 */
import { stringifyJson } from '../../src/base/json.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import type { Plan } from '../../src/language/plan.ts';
import { createExpressRuntime } from '../../src/runtime/express.ts';
import { LIMITS, seededIds } from '../support/flows.ts';
import { RebuiltRun } from '../support/rebuilt-run.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import type { Case } from './case.ts';
import type { Outcome, RunOutcome } from './outcome.ts';
import { StandIn } from './stand-in.ts';

/** Compiles a case's definition and, when the case expects a run, runs it on virtual time. */
export type Engine = (wanted: Case) => Promise<Outcome>;

/** How an engine drives a plan: what it comes to, without what the stand-in knows. */
type Drive = (run: World & { readonly wanted: Case; readonly plan: Plan }) => Promise<Ended>;
type Ended = Omit<RunOutcome, 'calls' | 'aborted' | 'problems' | 'elapsedSeconds'> & { readonly elapsedMs: number };
interface World {
  readonly clock: VirtualClock;
  readonly actions: StandIn;
}

const FLOW_NAME = 'flow';
const SEED = 1;

function engine(drive: Drive): Engine {
  return async (wanted) => {
    const { plan, diagnostics } = compileDefinition(wanted.definition, {
      mode: wanted.mode,
      flowName: wanted.flowName,
      parallelBranches: wanted.settings.parallelBranches ?? 50,
    });
    if (plan === null || wanted.expect.status === undefined) return { diagnostics, run: null };
    const clock = new VirtualClock({ busyTurnMs: wanted.settings.busyTurnMs ?? 0 });
    const actions = new StandIn(wanted.tasks, clock);
    const { elapsedMs, ...ended } = await drive({ wanted, plan, clock, actions });
    return {
      diagnostics,
      run: {
        ...ended,
        elapsedSeconds: elapsedMs / 1000,
        calls: actions.calls,
        aborted: actions.aborted,
        problems: actions.problems(),
      },
    };
  };
}

/** As StartSyncExecution runs it. */
const express: Drive = async ({ wanted, plan, clock, actions }) => {
  const runtime = createExpressRuntime({
    clock,
    ids: seededIds(SEED),
    actions,
    limits: limitsOf(wanted),
    onDefect: (error) => {
      throw error;
    },
  });
  const {
    startedMs,
    stoppedMs,
    name: _name,
    ...ended
  } = await runtime.run({
    flowName: FLOW_NAME,
    roleArn: wanted.roleArn,
    environment: wanted.environment,
    plan,
    name: wanted.executionName,
    input: wanted.input,
    depth: 0,
  });
  return { ...ended, elapsedMs: stoppedMs - startedMs };
};

/** Thrown away after every event and rebuilt from the text of its events. */
const rebuilt: Drive = async ({ wanted, plan, clock, actions }) => {
  const ids = seededIds(SEED);
  const start = {
    name: wanted.executionName,
    input: wanted.input,
    roleArn: wanted.roleArn,
    environment: wanted.environment,
    longestSeconds: LIMITS.expressTimeoutSeconds,
  };
  const limits = { ...limitsOf(wanted), waitSeconds: 20 };
  const execution = await new RebuiltRun({
    ...{ plan, start, limits, actions, clock },
    random: () => ids.random(),
    flowName: FLOW_NAME,
  }).run();
  return {
    status: execution.status as RunOutcome['status'],
    output: execution.status === 'Succeeded' ? stringifyJson(execution.output) : '',
    errorCode: execution.failure?.error ?? '',
    errorMessage: execution.failure?.cause ?? '',
    warnings: execution.warnings,
    elapsedMs: execution.stoppedMs - execution.startedMs,
  };
};

function limitsOf({ settings }: Case): typeof LIMITS {
  const { busyTurnMs: _busy, parallelBranches: _branches, ...limits } = settings;
  return { ...LIMITS, ...limits } as typeof LIMITS;
}

export const ENGINES: Readonly<Record<string, Engine>> = {
  express: engine(express),
  rebuilt: engine(rebuilt),
};
