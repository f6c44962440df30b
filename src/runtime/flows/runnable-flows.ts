/**
 * Compiled flows by name and Qualifier (rules.md 5.9). A Qualifier names the current definition, a version, or an alias
 * that leads to a version. Never stale: an operation calls `forget` after its change of the flow is durable and before it
 * answers.
 */
import { apiError } from '../../api/error.ts';
import { isVersionNumber } from '../../api/names.ts';
import type { Ids } from '../../base/ids.ts';
import { setMember } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { Plan } from '../../language/plan.ts';
import type { EnvironmentVariable, FlowAlias, FlowRecord, FlowStore, Route } from '../../store/flows.ts';
import { existingFlow } from './existing-flow.ts';
import type { CompileFlow } from './flow-compiler.ts';
import type { Loaded, PlanCache } from './plan-cache.ts';
import { parseQualifier } from './qualifier.ts';

/** A compiled flow, as one execution runs it. */
export interface Runnable {
  /** The flow, or for a version the flow when it was published. */
  readonly flow: FlowRecord;
  readonly plan: Plan;
  /** `$Environment`. */
  readonly environment: JsonObject;
  /** The requested version, directly or through an alias; `''` for the current definition. */
  readonly version: string;
}

export interface Resolved {
  readonly runnable: Runnable;
  /** The requested alias; `''` for none. */
  readonly alias: string;
}

export interface RunnableFlows {
  /** The flow, if it is in memory: a start of a hot flow needs no promise. */
  peek(flowName: string, qualifier: string): Resolved | undefined;
  /**
   * @throws {ApiError} `FlowNotExists`, `FlowVersionNotExists`, `FlowAliasNotExists`; `InvalidArgument` for a definition that
   *   an older version of Millrace accepted and this one rejects.
   */
  load(flowName: string, qualifier: string): Promise<Resolved>;
  forget(flowName: string): void;
  /** Forgets every flow. */
  forgetAll(): void;
  /** Counts the calls of `forget`: with the same count, what was loaded before is still current. */
  readonly changes: number;
}

export interface RunnableFlowsOptions {
  readonly flows: Pick<FlowStore, 'get' | 'getVersion' | 'getAlias'>;
  readonly ids: Ids;
  readonly compile: CompileFlow;
  readonly cache: PlanCache;
}

export function createRunnableFlows({ flows, ids, compile, cache }: RunnableFlowsOptions): RunnableFlows {
  let changes = 0;
  const runnable = async (flow: FlowRecord, version: string): Promise<Loaded<Runnable>> => {
    const plan = await compile(flow);
    const value = { flow, plan, environment: environmentOf(flow.environment), version };
    return { value, plan, bytes: flow.definition.length * BYTES_PER_CHARACTER };
  };
  const current = cache.names<Runnable>(async (name) => runnable(await existingFlow(flows, name), ''));
  const versions = cache.names<Runnable>(async (key) => {
    const [name, number] = split(key);
    // No version has the number `01`.
    const found = isVersionNumber(number) ? await flows.getVersion(name, Number(number)) : null;
    if (found !== null) return runnable(found.flow, number);
    await existingFlow(flows, name);
    throw apiError('FlowVersionNotExists', number, name);
  });
  const aliases = cache.names<FlowAlias>(async (key) => {
    const [name, alias] = split(key);
    const found = await flows.getAlias(name, alias);
    if (found !== null) return { value: found, plan: null, bytes: ALIAS_BYTES };
    await existingFlow(flows, name);
    throw apiError('FlowAliasNotExists', alias, name);
  });
  const choose = (alias: FlowAlias): string => String(weighted(alias.routes, ids.random()));

  return {
    peek(flowName, text) {
      const qualifier = parseQualifier(text);
      if (qualifier.kind === 'alias') {
        const alias = aliases.peek(joined(flowName, qualifier.name));
        const found = alias === undefined ? undefined : versions.peek(joined(flowName, choose(alias)));
        return found === undefined ? undefined : { runnable: found, alias: qualifier.name };
      }
      const found =
        qualifier.kind === 'version' ? versions.peek(joined(flowName, qualifier.number)) : current.peek(flowName);
      return found === undefined ? undefined : { runnable: found, alias: '' };
    },
    async load(flowName, text) {
      const qualifier = parseQualifier(text);
      if (qualifier.kind === 'alias') {
        const alias = await aliases.load(joined(flowName, qualifier.name));
        return { runnable: await versions.load(joined(flowName, choose(alias))), alias: qualifier.name };
      }
      const found =
        qualifier.kind === 'version' ? versions.load(joined(flowName, qualifier.number)) : current.load(flowName);
      return { runnable: await found, alias: '' };
    },
    get changes() {
      return changes;
    },
    forget(flowName) {
      changes++;
      current.forget(flowName);
      versions.forgetAll(joined(flowName, ''));
      aliases.forgetAll(joined(flowName, ''));
    },
    forgetAll() {
      changes++;
      for (const names of [current, versions, aliases]) names.forgetAll('');
    },
  };
}

/** `$Environment` of a flow (rules.md 8.6). */
export function environmentOf(variables: readonly EnvironmentVariable[]): JsonObject {
  const environment: Record<string, JsonValue> = {};
  for (const { name, value } of variables) setMember(environment, name, value);
  return environment;
}

/** Of a definition's text, as it may be in memory. */
export const BYTES_PER_CHARACTER = 2;
/** An alias in the cache. */
const ALIAS_BYTES = 512;

/** The key of a version or an alias. Names, versions and aliases contain no slash. */
function joined(flowName: string, qualifier: string): string {
  return `${flowName}/${qualifier}`;
}

function split(key: string): [string, string] {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}

/** The version that `random`, a number in [0, 1), selects by the weights. */
function weighted(routes: readonly Route[], random: number): number {
  const total = routes.reduce((sum, { weight }) => sum + weight, 0);
  let left = random * total;
  for (const { version, weight } of routes) {
    left -= weight;
    if (left < 0) return version;
  }
  return routes.at(-1)?.version ?? 0;
}
