/**
 * Compiles stored definitions. Equal texts in the same mode have one plan, as long as an execution or the cache holds it: the
 * flow, its version, and the snapshots of thousands of executions are compiled once.
 */
import { createHash } from 'node:crypto';
import { invalidArgument } from '../../api/error.ts';
import { formatDiagnostic } from '../../base/diagnostic.ts';
import type { Compiler } from '../../compiler/compiler.ts';
import { ACCEPTED_DEFINITION_LIMITS } from '../../language/limits.ts';
import type { Plan } from '../../language/plan.ts';
import type { ExecutionMode } from '../../store/flows.ts';

/** Compiles a flow's definition in its mode. @throws {ApiError} `InvalidArgument` with every fault. */
export type CompileFlow = (flow: {
  readonly name: string;
  readonly definition: string;
  readonly executionMode: ExecutionMode;
}) => Promise<Plan>;

/** Compiles without the limits for new definitions. */
export function createFlowCompiler(compiler: Pick<Compiler, 'compile'>): CompileFlow {
  const limits = ACCEPTED_DEFINITION_LIMITS;
  const live = new LivePlans();
  const compiling = new Map<string, Promise<Plan>>();

  const compile: CompileFlow = async ({ name, definition, executionMode }) => {
    const { plan, diagnostics } = await compiler.compile(definition, { mode: executionMode, flowName: null, limits });
    if (plan !== null) return plan;
    const faults = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').map(formatDiagnostic);
    throw invalidArgument(`The definition of flow '${name}' cannot be run: ${faults.join('; ')}`);
  };

  return async (flow) => {
    const key = keyOf(flow);
    const known = live.get(key);
    if (known !== null) return known;
    const underWay = compiling.get(key);
    if (underWay !== undefined) return underWay;
    const work = compile(flow).finally(() => compiling.delete(key));
    compiling.set(key, work);
    const plan = await work;
    live.set(key, plan);
    return plan;
  };
}

function keyOf({ definition, executionMode }: { definition: string; executionMode: ExecutionMode }): string {
  return `${executionMode} ${createHash('sha256').update(definition).digest('base64')}`;
}

/** Plans by their keys, for as long as another part of the program holds them. */
class LivePlans {
  readonly #plans = new Map<string, WeakRef<Plan>>();
  readonly #gone = new FinalizationRegistry<string>((key) => {
    // A new plan may have the key by now.
    if (this.#plans.get(key)?.deref() === undefined) this.#plans.delete(key);
  });

  get(key: string): Plan | null {
    return this.#plans.get(key)?.deref() ?? null;
  }

  set(key: string, plan: Plan): void {
    this.#plans.set(key, new WeakRef(plan));
    this.#gone.register(plan, key);
  }
}
