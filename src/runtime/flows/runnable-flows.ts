/**
 * Flows that are ready to run, by name and Qualifier (decisions.md 4.8): what the current definition, a version or an
 * alias leads to, compiled. Never stale: `forget` is called after a change of the flow is durable and before that is
 * answered.
 */
import { apiError, invalidArgument } from '../../api/error.ts';
import { isNumeral, isVersionNumber } from '../../api/names.ts';
import { formatDiagnostic } from '../../base/diagnostic.ts';
import type { Ids } from '../../base/ids.ts';
import { setMember } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { CompileDefinition } from '../../language/compilation.ts';
import type { Plan } from '../../language/plan.ts';
import type { ExecutionMode, EnvironmentVariable, FlowAlias, FlowRecord, FlowStore, Route } from '../../store/flows.ts';
import { PlanCache } from './plan-cache.ts';

/** A flow as one execution of it runs it. */
export interface Runnable {
  /** The flow, or what it was when the version was published. */
  readonly flow: FlowRecord;
  readonly plan: Plan;
  /** `$Environment`. */
  readonly environment: JsonObject;
  /** The version asked for, directly or through an alias; `''` for the current definition. */
  readonly version: string;
}

export interface Resolved {
  readonly runnable: Runnable;
  /** The alias that was asked for; `''` for none. */
  readonly alias: string;
}

export interface RunnableFlows {
  /** What is in memory: the way of a hot flow, without a promise. */
  peek(flowName: string, qualifier: string): Resolved | undefined;
  /**
   * @throws {ApiError} `FlowNotExists`, `FlowVersionNotExists`, `FlowAliasNotExists`; `InvalidArgument` for a definition that
   *   an older version accepted and this one does not.
   */
  load(flowName: string, qualifier: string): Promise<Resolved>;
  forget(flowName: string): void;
}

/** Compiles a flow's definition in its mode. @throws {ApiError} `InvalidArgument` with every fault. */
export type CompileFlow = (flow: {
  readonly name: string;
  readonly definition: string;
  readonly executionMode: ExecutionMode;
}) => Promise<Plan>;

export interface RunnableFlowsOptions {
  readonly flows: FlowStore;
  readonly ids: Ids;
  readonly compile: CompileFlow;
}

export function createRunnableFlows({ flows, ids, compile }: RunnableFlowsOptions): RunnableFlows {
  const runnable = async (flow: FlowRecord, version: string): Promise<{ value: Runnable; size: number }> => ({
    value: { flow, plan: await compile(flow), environment: environmentOf(flow.environment), version },
    size: flow.definition.length,
  });
  const current = new PlanCache<Runnable>(async (name) => runnable(await existing(flows, name), ''));
  const versions = new PlanCache<Runnable>(async (key) => {
    const [name, number] = split(key);
    const found = isVersionNumber(number) ? await flows.getVersion(name, Number(number)) : null;
    if (found !== null) return runnable(found.flow, number);
    await existing(flows, name);
    throw apiError('FlowVersionNotExists', number, name);
  });
  const aliases = new PlanCache<FlowAlias>(async (key) => {
    const [name, alias] = split(key);
    const found = await flows.getAlias(name, alias);
    if (found !== null) return { value: found, size: ALIAS_SIZE };
    await existing(flows, name);
    throw apiError('FlowAliasNotExists', alias, name);
  });
  const choose = (alias: FlowAlias): string => String(weighted(alias.routes, ids.random()));

  return {
    peek(flowName, qualifier) {
      if (qualifier === '' || qualifier === 'LATEST') {
        const found = current.peek(flowName);
        return found === undefined ? undefined : { runnable: found, alias: '' };
      }
      if (isNumeral(qualifier)) {
        const found = versions.peek(joined(flowName, qualifier));
        return found === undefined ? undefined : { runnable: found, alias: '' };
      }
      const alias = aliases.peek(joined(flowName, qualifier));
      const found = alias === undefined ? undefined : versions.peek(joined(flowName, choose(alias)));
      return found === undefined ? undefined : { runnable: found, alias: qualifier };
    },
    async load(flowName, qualifier) {
      if (qualifier === '' || qualifier === 'LATEST') return { runnable: await current.load(flowName), alias: '' };
      if (isNumeral(qualifier)) return { runnable: await versions.load(joined(flowName, qualifier)), alias: '' };
      const alias = await aliases.load(joined(flowName, qualifier));
      return { runnable: await versions.load(joined(flowName, choose(alias))), alias: qualifier };
    },
    forget(flowName) {
      current.forget(flowName);
      versions.forgetAll(joined(flowName, ''));
      aliases.forgetAll(joined(flowName, ''));
    },
  };
}

/** `$Environment` of a flow (decisions.md 2.9). */
export function environmentOf(variables: readonly EnvironmentVariable[]): JsonObject {
  const environment: Record<string, JsonValue> = {};
  for (const { name, value } of variables) setMember(environment, name, value);
  return environment;
}

export interface CompilerOptions {
  readonly compile: CompileDefinition;
  readonly parallelBranches: number;
}

export function createFlowCompiler({ compile, parallelBranches }: CompilerOptions): CompileFlow {
  return async ({ name, definition, executionMode }) => {
    const { plan, diagnostics } = await compile(definition, { mode: executionMode, flowName: name, parallelBranches });
    if (plan !== null) return plan;
    const faults = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').map(formatDiagnostic);
    throw invalidArgument(`The definition of flow '${name}' cannot be run: ${faults.join('; ')}`);
  };
}

/** What an alias counts in a cache that is bounded by definition text. */
const ALIAS_SIZE = 256;

/** Names have no slash, and aliases and versions neither. */
function joined(flowName: string, qualifier: string): string {
  return `${flowName}/${qualifier}`;
}

function split(key: string): [string, string] {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}

async function existing(flows: FlowStore, name: string): Promise<FlowRecord> {
  const flow = await flows.get(name);
  if (flow === null) throw apiError('FlowNotExists', name);
  return flow;
}

/** The version that a number in [0, 1) falls on. */
function weighted(routes: readonly Route[], random: number): number {
  const total = routes.reduce((sum, { weight }) => sum + weight, 0);
  let left = random * total;
  for (const { version, weight } of routes) {
    left -= weight;
    if (left < 0) return version;
  }
  return routes.at(-1)?.version ?? 0;
}
