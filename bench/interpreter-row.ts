/**
 * The interpreter alone, beside `aws-local-stepfunctions`, which interprets the Amazon States Language in Node: the time of one
 * Pass state in a long chain, in which the start and the end of the execution are negligible. Rounds alternate.
 */
import { StateMachine } from 'aws-local-stepfunctions';
import { decide } from '../src/interpreter/decide.ts';
import { Execution } from '../src/interpreter/execution.ts';
import { compileDefinition } from '../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../src/language/limits.ts';
import type { Plan } from '../src/language/plan.ts';
import { CHAIN_LENGTH, INPUT, amazonPassChain, passChain } from './flows.ts';

const START = {
  name: 'bench',
  flowName: 'bench',
  input: JSON.parse(INPUT) as { readonly [key: string]: string },
  roleArn: '',
  environment: {},
  longestSeconds: 300,
};
const LIMITS = {
  stateDataBytes: 64 * 1024,
  globalKeyBytes: 128,
  globalValueBytes: 256 * 1024,
  mapConcurrency: 40,
  mapRuns: null,
  waitSeconds: 20,
  events: Number.POSITIVE_INFINITY,
};

export interface InterpreterResults {
  /** Microseconds a state, by round. */
  readonly millrace: readonly number[];
  readonly amazon: readonly number[];
}

export async function measureInterpreter(rounds: number, chains: number): Promise<InterpreterResults> {
  const { plan, diagnostics } = compileDefinition(passChain(), {
    mode: 'Express',
    flowName: 'chain',
    limits: DEFAULT_DEFINITION_LIMITS,
  });
  if (plan === null) throw new Error(`the chain does not compile: ${JSON.stringify(diagnostics)}`);
  const machine = new StateMachine(amazonPassChain());
  const millrace: number[] = [];
  const amazon: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const ours = await microsecondsPerState(chains, () => runChain(plan));
    const theirs = await microsecondsPerState(chains, () => machine.run(START.input).result);
    // The first round warms up.
    if (round < 0) continue;
    millrace.push(ours);
    amazon.push(theirs);
  }
  return { millrace, amazon };
}

async function microsecondsPerState(chains: number, run: () => unknown): Promise<number> {
  const began = performance.now();
  for (let chain = 0; chain < chains; chain++) await run();
  return ((performance.now() - began) * 1000) / (chains * CHAIN_LENGTH);
}

function runChain(plan: Plan): void {
  const execution = new Execution(plan, START, LIMITS);
  const moment = { nowMs: 0, random: () => 0 };
  decide(execution, { kind: 'start' }, moment, null);
  while (execution.status === 'Running') decide(execution, { kind: 'continue' }, moment, null);
  if (execution.status !== 'Succeeded') throw new Error(`the chain ended ${execution.status}`);
}
