/** Shared by the language tests: compiling with the usual options, and diagnostics in a short form. */
import type { Compilation, CompileOptions } from '../../src/language/compilation.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import type { DefinitionLimits } from '../../src/language/limits.ts';
import type { Plan, Scope, State, StateScope } from '../../src/language/plan.ts';

export function compile(text: string, options: Partial<CompileOptions> = {}): Compilation {
  return compileDefinition(text, { mode: 'Express', flowName: null, limits: DEFAULT_DEFINITION_LIMITS, ...options });
}

/** The options of a server with some other limits. */
export function limitedTo(changed: Partial<DefinitionLimits>): Partial<CompileOptions> {
  return { limits: { ...DEFAULT_DEFINITION_LIMITS, ...changed } };
}

/** `line:column severity code path`, one for each diagnostic. */
export function faults(text: string, options: Partial<CompileOptions> = {}): string[] {
  return compile(text, options).diagnostics.map(({ line, column, severity, code, path }) =>
    `${line}:${column} ${severity} ${code} ${path}`.trimEnd(),
  );
}

/** The plan of a definition that must have no errors. */
export function planOf(text: string, options: Partial<CompileOptions> = {}): Plan {
  const { plan, diagnostics } = compile(text, options);
  if (plan === null) throw new Error(`no plan: ${JSON.stringify(diagnostics)}`);
  return plan;
}

/** Every scope of a plan: the root, then the scopes inside it, depth first in the order of the text. */
export function scopesOf({ root }: Plan): Scope[] {
  return scopesFrom(root);
}

function scopesFrom(scope: Scope): Scope[] {
  return [scope, ...scope.states.flatMap((state) => innerScopes(state).flatMap(scopesFrom))];
}

/** The scopes directly inside a state. */
export function innerScopes(state: State): readonly Scope[] {
  if (state.type === 'Parallel') return state.branches;
  if (state.type === 'Map') return [state.processor];
  if (state.type !== 'Switch') return [];
  const branches = [...state.branches, ...(state.default === null ? [] : [state.default])];
  return branches.flatMap(({ scope }) => (scope === null ? [] : [scope]));
}

/** A flow whose states begin on line 6 and whose StartAt is `A`. */
export function flow(states: string): string {
  return `Type: StateMachine\nSpecVersion: v1\nName: flow\nStartAt: A\nStates:\n${states}`;
}

/** The values for a constructor or condition in a test; random numbers are a constant. */
export function scopeOf(values: Partial<StateScope> = {}): StateScope {
  return {
    input: {},
    output: null,
    global: {},
    item: null,
    itemIndex: null,
    environment: {},
    context: () => ({ Execution: { Name: 'e' }, Current: { Name: 's' } }),
    fuel: 1_000_000,
    place: '',
    random: () => 0.5,
    warn: () => {},
    ...values,
  };
}

/** A classic flow whose steps begin on line 4. */
export function classicFlow(steps: string): string {
  return `version: v1\ntype: flow\nsteps:\n${steps}`;
}
