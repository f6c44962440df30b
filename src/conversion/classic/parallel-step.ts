/** Converts the parallel step (rules.md 10.7). */
import { BRANCHES_MAX } from '../limits.ts';
import type { Term } from '../terms.ts';
import { EMPTY, follow, INPUT, list, member, merge, object, OUTPUT, some } from '../terms.ts';
import type { Frame } from './frame.ts';
import { beginning, frameFor, OUTER } from './frame.ts';
import { mayHave, NO_KEYS } from './keys.ts';
import type { Mapping, Step } from './model.ts';
import { rebased } from './rebase.ts';
import type { At, ScopeWriter } from './scope-writer.ts';
import { mergeLocal } from './values.ts';

export function writeParallel(writer: ScopeWriter, at: At): void {
  const { context } = writer;
  const { name, step, scope, values, next } = at;
  if (step.lists.length > BRANCHES_MAX) {
    context.outcome.refuse(
      step.node,
      `a Parallel can have ${BRANCHES_MAX} branches at most, but this one has ${step.lists.length}`,
    );
    return;
  }
  const frames = step.lists.map((steps) => frameFor(context.finder, steps, values.input));
  const results = frames.map((frame, i) => localOf(frame, member(OUTPUT, `Branch${i}`)));
  const output =
    step.outputs === null ? EMPTY : values.mapped(step.outputs, list(results), parts(writer, step, results));
  let local = mergeLocal(values.local, values.keys, output);
  let data = scope.frame.build(local);
  const given = frames.find(({ isGiven }) => isGiven);
  let input = given === undefined ? null : beginning(given, values.input, null);
  if (
    input !== null &&
    some(data, (part) => part === INPUT || (part.kind === 'variable' && part.name === INPUT.name))
  ) {
    // The branches get other data, and the data around them is needed after their end.
    input = merge(input, object([['outer', INPUT]]));
    local = rebased(local, OUTER);
    data = rebased(data, OUTER);
  }
  const comments = context.outcome.takeComments();
  const branches = step.lists.map((steps, i) =>
    context.convertScope(context, { steps, frame: frames[i] as Frame, final: null }),
  );
  writer.draft('Parallel', name, step, {
    fields: [['Branches', branches]],
    input,
    output: data,
    local,
    next,
    comments,
  });
}

function localOf(frame: Frame, data: Term): Term {
  return frame.isFlat ? data : member(data, 'local');
}

/** The values of mappings with `$local[*].key`: a list with the value of each branch that can have the key. */
function parts({ context }: ScopeWriter, step: Step, results: readonly Term[]): Map<Mapping, Term> {
  const known = new Map<Mapping, Term>();
  const ends = step.lists.map((steps) => context.finder.of(steps).end ?? NO_KEYS);
  for (const mapping of step.outputs ?? []) {
    const { source } = mapping;
    if (source.kind === 'constant' || source.variable !== '$local') continue;
    const [all, first, ...rest] = source.segments;
    if (all?.kind !== 'all' || first?.kind !== 'name' || rest.some(({ kind }) => kind === 'all')) continue;
    const having = results.filter((_, i) => mayHave(ends[i] ?? NO_KEYS, first.name));
    const isSure =
      rest.length === 0 && ends.every((keys) => !mayHave(keys, first.name) || keys.definite.has(first.name));
    if (!isSure) {
      context.outcome.note(
        mapping.node,
        'a branch without this value gives null here; the classic language leaves it out',
      );
    }
    known.set(mapping, list(having.map((result) => follow(result, [first, ...rest]))));
  }
  return known;
}
