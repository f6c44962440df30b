/**
 * The time in which the expressions of one state use up all their fuel, for the most expensive expressions that the limits allow.
 * The event loop does nothing else meanwhile. Prints the longest; `--all` prints every case.
 */
import { parseArgs } from 'node:util';
import { compileExpression } from '../src/expression/compile.ts';
import { EvaluationError } from '../src/expression/evaluation.ts';
import type { CostlyCase } from '../test/expression/costly-cases.ts';
import { functionCases, operatorCases } from '../test/expression/costly-cases.ts';
import { CLASSIC, OPTIONS, scopeOf } from '../test/expression/evaluating.ts';

interface Measured {
  readonly name: string;
  readonly ms: number;
  readonly evaluations: number;
}

/** Aim: what one state may take of the event loop, in milliseconds. */
const AIM_MS = 20;
const MOST_EVALUATIONS = 2_000_000;
/** A run that takes longer ends. */
const MOST_MS = 100;

/** Milliseconds that the processor has worked for this thread: the other programs of the machine do not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Evaluates until the fuel is used up, several times; the shortest run counts, since others share the processor. */
function measure(costly: CostlyCase, runs: number): Measured {
  const { evaluate, faults } = compileExpression(costly.expression, costly.classic ? CLASSIC : OPTIONS);
  if (evaluate === null) throw new Error(`${costly.name}: ${faults[0]?.message}`);
  let ms = Number.POSITIVE_INFINITY;
  let evaluations = 0;
  for (let run = 0; run < runs; run++) {
    const scope = scopeOf(costly.input);
    const began = cpuMs();
    evaluations = 0;
    try {
      while (evaluations < MOST_EVALUATIONS && ((evaluations & 7) !== 0 || cpuMs() - began < MOST_MS)) {
        evaluate(scope);
        evaluations++;
      }
      evaluations = Number.POSITIVE_INFINITY;
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
    }
    ms = Math.min(ms, cpuMs() - began);
  }
  return { name: costly.name, ms, evaluations };
}

const { values } = parseArgs({
  options: { all: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const cases = [...functionCases(), ...operatorCases()].filter(({ name }) => name.includes(values.only));
const measured = cases.map((costly) => {
  const once = measure(costly, 1);
  return once.ms < AIM_MS ? once : measure(costly, 2);
});
measured.sort((a, b) => b.ms - a.ms);
for (const { name, ms, evaluations } of values.all ? measured : measured.slice(0, 40)) {
  process.stdout.write(`${ms.toFixed(1).padStart(9)} ms  ${String(evaluations).padStart(8)} evaluations  ${name}\n`);
}
const over = measured.filter(({ ms }) => ms > AIM_MS).length;
process.stdout.write(`${measured.length} cases, ${over} of them above ${AIM_MS} ms\n`);
