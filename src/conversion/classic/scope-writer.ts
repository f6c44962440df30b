/** The states of one scope while they come about: their names, where they lead, and how the scope ends. */
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
  /** What the scope ends with, from its local; null: the data of its last state. */
  readonly final: ((local: Term, keys: Keys) => Term) | null;
}

/** A step on its way to become states. */
export interface At {
  /** Of its first state. */
  readonly name: string;
  readonly step: Step;
  readonly scope: Scope;
  readonly values: StepValues;
  /** Where its end leads. */
  readonly next: Target;
  /** The name of the first state of a sibling. */
  goto(step: string): string;
}

export interface ScopeContext extends FlowContext {
  readonly finder: KeyFinder;
  /** `StartAt` and `States` of a scope inside. */
  convertScope(context: ScopeContext, plan: ScopePlan): YamlMap;
  /** Writes the states of a list into a scope and returns the name of the first; `after` is where its end leads. */
  writeList(writer: ScopeWriter, steps: readonly Step[], scope: Scope, after: Target): string;
}

export class ScopeWriter {
  readonly context: ScopeContext;
  readonly names: Names;
  readonly #plan: ScopePlan;
  #drafts: Draft[] = [];
  /** States before which nothing is in the local: they do not look at their data. */
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

  /** What `write` writes stands behind what is written right after it: the names of what follows are known first. */
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

  /** True when a state whose local is empty leads to one that looks at its data, which nobody has made yet. */
  needsData(frame: Frame, keys: Keys, targets: readonly Target[]): boolean {
    if (frame.isGiven || !isEmpty(keys)) return false;
    const endLooks = this.#plan.final === null || !isEmpty(this.#endKeys);
    return targets.some((target) => (target === END ? endLooks : !this.#undemanding.has(target)));
  }

  /** A state that ends the scope, for a choice, which cannot do so itself. */
  finishName(step: Step): string {
    this.#finish ??= this.draft('Pass', this.names.fresh('Finish'), step, { local: this.#endLocal });
    return this.#finish.name;
  }

  /** The scope, once all its states are there. `start` is the name of the first. */
  close(start: string): YamlMap {
    this.#end();
    const first = this.#begin(start);
    const { outcome } = this.context;
    return new YamlMap().set('StartAt', first).set(
      'States',
      this.#drafts.map((draft) => writeDraft(draft, outcome)),
    );
  }

  /** A first step that is come back to looks at its data: they have to be there from the beginning. */
  #begin(start: string): string {
    const { steps, frame } = this.#plan;
    const [first] = steps;
    if (first === undefined || frame.isGiven || this.#undemanding.has(start)) return start;
    const name = this.names.fresh('Begin');
    const begin = this.draft('Pass', name, first, { output: frame.build(EMPTY), next: start });
    this.#drafts = [begin, ...this.#drafts.slice(0, -1)];
    return name;
  }

  /** Lets the states that end the scope say what it ends with; when there are several, in a state of its own. */
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
    // It stands where the flow ends.
    if (finish !== null) this.#drafts = [...this.#drafts.filter((draft) => draft !== finish), finish];
  }

  get #endKeys(): Keys {
    return this.context.finder.of(this.#plan.steps).end ?? NO_KEYS;
  }

  get #endLocal(): Term {
    return this.#plan.frame.local(this.#endKeys);
  }
}

/** True when building the term fails for the result of a task that is no object. */
function checksResult(term: Term): boolean {
  return some(term, (part) => part.kind === 'call' && part.name === 'jsonMerge' && part.args.some(isOfOutput));
}

function isOfOutput(term: Term): boolean {
  return some(term, (part) => part.kind === 'variable' && part.name === '$Output');
}
