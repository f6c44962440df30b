/** Converts the choice step (rules.md 10.6) to a Choice state and the states of its branches. */
import { printExpression } from '../../expression/print.ts';
import type { Node } from '../../language/text/document.ts';
import type { Term } from '../terms.ts';
import { EMPTY, INPUT, member, object } from '../terms.ts';
import type { Yaml } from '../yaml-text.ts';
import { YamlMap } from '../yaml-text.ts';
import type { Target } from './drafts.ts';
import { END } from './drafts.ts';
import { beginning, carryingFrame, OUTER } from './frame.ts';
import type { Keys } from './keys.ts';
import { canBeListed, either, hasDefault, NO_KEYS } from './keys.ts';
import type { Branch } from './model.ts';
import { INNER, rebased } from './rebase.ts';
import type { At, ScopeWriter } from './scope-writer.ts';
import { canShare } from './sharing.ts';
import type { Scope } from './values.ts';
import { mergeLocal } from './values.ts';

export function writeChoice(writer: ScopeWriter, at: At): void {
  const { step, values } = at;
  if (step.branches.every(({ steps }) => steps === null)) writeWays(writer, at);
  else if (canShare(writer.context.finder, step, values.keys)) writeShared(writer, at);
  else writeFramed(writer, at);
}

/** The target after a branch; null: no branch ran. */
function after({ next, goto }: At, branch: Branch | null): Target {
  return branch === null || branch.goto === null ? next : goto(branch.goto);
}

/** No branch has steps. If the choice has outputs, an additional state sets them before the next state. */
function writeWays(writer: ScopeWriter, at: At): void {
  const { step, scope, values } = at;
  if (step.outputs === null) {
    writeState(writer, at, null, (branch) => after(at, branch));
    return;
  }
  const local = mergeLocal(values.local, values.keys, values.mapped(step.outputs, EMPTY));
  const exits = new Exits(writer, at, () => ({ output: scope.frame.build(local), local }));
  writeState(writer, at, null, (branch) => exits.to(after(at, branch), NO_KEYS));
  exits.write();
}

/** The branches put their outputs into the local around the choice. */
function writeShared(writer: ScopeWriter, at: At): void {
  const inner: Scope = { frame: at.scope.frame, keys: at.values.keys, isShared: true };
  writeBranches(writer, at, inner, null, (branch) => after(at, branch));
}

/** The branches have their own local. The data around the choice is in `outer` until they end. */
function writeFramed(writer: ScopeWriter, at: At): void {
  const { step, scope, values } = at;
  const frame = carryingFrame(values.input, { hasOuter: true, isGiven: true });
  const exits = new Exits(writer, at, (keys) => {
    const inner = localWith(keys);
    const output = step.outputs === null ? inner : values.mapped(step.outputs, inner);
    const local = mergeLocal(values.local, values.keys, output);
    return { output: rebased(scope.frame.build(local), OUTER), local: rebased(local, OUTER) };
  });
  writeBranches(
    writer,
    at,
    { frame, keys: NO_KEYS, isShared: false },
    beginning(frame, values.input, INPUT),
    (branch) => exits.to(after(at, branch), keysOf(writer, branch)),
  );
  exits.write();
}

/** The local of the branch that ran, key by key if its keys are known. */
function localWith(keys: Keys): Term {
  const local = member(INNER, 'local');
  return canBeListed(keys) ? object([...keys.definite].map((key) => [key, member(local, key)])) : local;
}

function keysOf(writer: ScopeWriter, branch: Branch | null): Keys {
  const steps = branch?.steps ?? null;
  return steps === null ? NO_KEYS : (writer.context.finder.of(steps).end ?? NO_KEYS);
}

function writeBranches(
  writer: ScopeWriter,
  at: At,
  inner: Scope,
  input: Term | null,
  end: (branch: Branch | null) => Target,
): void {
  const { result: firsts, place } = writer.postponed(() => {
    const found = new Map<Branch, Target>();
    for (const branch of at.step.branches) {
      const { steps } = branch;
      if (steps === null) {
        found.set(branch, end(branch));
        continue;
      }
      // Steps that always fail do not reach the end.
      const isLeft = writer.context.finder.of(steps).end !== undefined;
      found.set(branch, writer.context.writeList(writer, steps, inner, isLeft ? end(branch) : END));
    }
    return found;
  });
  writeState(writer, at, input, (branch) => (branch === null ? end(null) : (firsts.get(branch) as Target)));
  place();
}

/** Writes the Choice. `input` is the input of its branches; null: the data of the Choice. */
function writeState(writer: ScopeWriter, at: At, input: Term | null, lead: (branch: Branch | null) => Target): void {
  const { name, step, scope, values } = at;
  const targets: Target[] = [];
  const to = (branch: Branch | null): string => {
    const target = lead(branch);
    targets.push(target);
    return target === END ? writer.finishName(step) : target;
  };
  const branches = step.branches.flatMap((branch) => {
    if (branch.condition === null) return [];
    const condition = values.condition(branch.condition as Node);
    const text = printExpression(input === null ? condition : rebased(condition, OUTER));
    return [new YamlMap().set('Condition', text).set('Next', to(branch))];
  });
  const fields: [string, Yaml][] = [
    ['Branches', branches],
    ['Default', to(hasDefault(step) ? (step.branches.at(-1) as Branch) : null)],
  ];
  const needsData = input === null && writer.needsData(scope.frame, values.keys, targets);
  writer.draft('Choice', name, step, { fields, input: needsData ? scope.frame.build(EMPTY) : input, next: null });
}

/** The states after a choice that put its outputs into the local, one for each target. */
class Exits {
  readonly #writer: ScopeWriter;
  readonly #at: At;
  readonly #build: (keys: Keys) => { readonly output: Term; readonly local: Term };
  readonly #exits = new Map<Target, { readonly name: string; keys: Keys }>();

  constructor(writer: ScopeWriter, at: At, build: (keys: Keys) => { readonly output: Term; readonly local: Term }) {
    this.#writer = writer;
    this.#at = at;
    this.#build = build;
  }

  /** Returns the name of the state before the target, and adds a branch with these keys to it. */
  to(target: Target, keys: Keys): string {
    const known = this.#exits.get(target);
    if (known === undefined) {
      const name = this.#writer.names.fresh(`${this.#at.step.name}: done`);
      this.#exits.set(target, { name, keys });
      return name;
    }
    known.keys = either(known.keys, keys);
    return known.name;
  }

  write(): void {
    for (const [next, { name, keys }] of this.#exits) {
      this.#writer.draft('Pass', name, this.#at.step, { ...this.#build(keys), next });
    }
  }
}
