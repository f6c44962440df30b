/** Collects the states of one scope: their names, their targets and the end of the scope. */
import type { Names } from '../names.ts';
import type { Term } from '../terms.ts';
import { EMPTY, some } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';
import type { Draft, Target } from './drafts.ts';
import { END, writeDraft } from './drafts.ts';
import type { Frame } from './frame.ts';
import type { KeyFinder, Keys } from './keys.ts';
import { isEmpty, NO_KEYS } from './keys.ts';
import type { Step } from './model.ts';
import type { FlowContext, Scope, StepValues } from './values.ts';

export interface ScopePlan {
  readonly steps: readonly Step[];
  readonly frame: Frame;
  /** The output of the scope, from its local; null: the data of its last state. */
  readonly final: ((local: Term, keys: Keys) => Term) | null;
}

/** A step that is being converted. */
export interface At {
  /** Name of its first state. */
  readonly name: string;
  readonly step: Step;
  readonly scope: Scope;
  readonly values: StepValues;
  /** Target after the step. */
  readonly next: Target;
  /** Returns the name of the first state of a step in the same list. */
  goto(step: string): string;
}

export interface ScopeContext extends FlowContext {
  readonly finder: KeyFinder;
  /** Returns `StartAt` and `States` of an inner scope. */
  convertScope(context: ScopeContext, plan: ScopePlan): YamlMap;
  /** Writes the states of a list into a scope. Returns the name of the first; `after` is the target of the last. */
  writeList(writer: ScopeWriter, steps: readonly Step[], scope: Scope, after: Target): string;
}

export class ScopeWriter {
  readonly context: ScopeContext;
  readonly names: Names;
  readonly #plan: ScopePlan;
  #drafts: Draft[] = [];
  /** States with an empty local before them, which do not read their data. */
  readonly #undemanding = new Set<string>();
  #finish: Draft | null = null;

  constructor(context: ScopeContext, plan: ScopePlan, names: Names) {
    this.context = context;
    this.#plan = plan;
    this.names = names;
  }

  draft(type: Draft['type'], name: string, step: Step, parts: Partial<Draft>): Draft {
    const draft: Draft = {
      ...{
        type,
        name,
        offset: step.node.offset,
        fields: [],
        input: null,
        output: null,
        local: null,
        tail: [],
        next: END,
      },
      ...parts,
      comments: [...(parts.comments ?? []), ...this.context.outcome.takeComments()],
    };
    this.#drafts.push(draft);
    return draft;
  }

  /** Calls `write` now, to know the names of its states, but adds its states only with `place`, after others. */
  postponed<T>(write: () => T): { readonly result: T; place(): void } {
    const at = this.#drafts.length;
    const result = write();
    const drafts = this.#drafts.splice(at);
    return { result, place: () => void this.#drafts.push(...drafts) };
  }

  markUndemanding(name: string): void {
    this.#undemanding.add(name);
  }

  isUndemanding(name: string): boolean {
    return this.#undemanding.has(name);
  }

  /** True if the local is empty, and a target reads its data, which no state has made yet. */
  needsData(frame: Frame, keys: Keys, targets: readonly Target[]): boolean {
    if (frame.isGiven || !isEmpty(keys)) return false;
    const endReads = this.#plan.final === null || !isEmpty(this.#endKeys);
    return targets.some((target) => (target === END ? endReads : !this.#undemanding.has(target)));
  }

  /** Returns the name of a state that ends the scope, because a Choice cannot end it. */
  finishName(step: Step): string {
    this.#finish ??= this.draft('Pass', this.names.fresh('Finish'), step, { local: this.#endLocal });
    return this.#finish.name;
  }

  /** Returns the scope with all its states. `start` is the name of the first. */
  close(start: string): YamlMap {
    this.#end();
    const first = this.#begin(start);
    const { outcome } = this.context;
    return new YamlMap().set('StartAt', first).set(
      'States',
      this.#drafts.map((draft) => writeDraft(draft, outcome)),
    );
  }

  /** Adds a state before a first step that a loop returns to, because that step reads its data. */
  #begin(start: string): string {
    const { steps, frame } = this.#plan;
    const [first] = steps;
    if (first === undefined || frame.isGiven || this.#undemanding.has(start)) return start;
    const name = this.names.fresh('Begin');
    const begin = this.draft('Pass', name, first, { output: frame.build(EMPTY), next: start });
    this.#drafts = [begin, ...this.#drafts.slice(0, -1)];
    return name;
  }

  /** Sets the output of the state that ends the scope. If several states end it, an additional state does. */
  #end(): void {
    const { final, steps } = this.#plan;
    const [first] = steps;
    const ends = this.#drafts.filter(({ next }) => next === END);
    const [only, ...others] = ends;
    if (final !== null && only !== undefined && first !== undefined) {
      const local = only.local ?? this.#endLocal;
      const folded = final(local, this.#endKeys);
      if (others.length === 0 && (!checksResult(local) || checksResult(folded))) {
        only.output = folded;
      } else {
        const name = this.finishName(first);
        const finish = this.#finish as Draft;
        for (const draft of ends) if (draft !== finish) draft.next = name;
        finish.output = final(this.#endLocal, this.#endKeys);
      }
    }
    const finish = this.#finish;
    // The additional state is the last one.
    if (finish !== null) this.#drafts = [...this.#drafts.filter((draft) => draft !== finish), finish];
  }

  get #endKeys(): Keys {
    return this.context.finder.of(this.#plan.steps).end ?? NO_KEYS;
  }

  get #endLocal(): Term {
    return this.#plan.frame.local(this.#endKeys);
  }
}

/** True if the term fails for the result of a task that is not an object. */
function checksResult(term: Term): boolean {
  return some(term, (part) => part.kind === 'call' && part.name === 'jsonMerge' && part.args.some(isOfOutput));
}

function isOfOutput(term: Term): boolean {
  return some(term, (part) => part.kind === 'variable' && part.name === '$Output');
}
