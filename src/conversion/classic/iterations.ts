/**
 * What an iteration of a foreach hands back. A path through `[*]` takes one part of each iteration's local: when that is all
 * that is asked of them, each iteration ends with that part alone and the list is there. Otherwise Maps of their own pick the parts.
 */
import type { Segment } from '../../expression/ast.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import { EMPTY, follow, list } from '../terms.ts';
import type { Keys } from './keys.ts';
import { mayHave } from './keys.ts';
import type { Mapping, Step } from './model.ts';

/** A part of each iteration's local, and the mappings that ask for it. */
export interface Pick {
  readonly segments: readonly Segment[];
  readonly mappings: Mapping[];
}

export interface IterationEnd {
  /** What an iteration ends with, from its local. */
  final(local: Term): Term;
  /** The part that iterations end with, when it is one part; the list of them is `$Output.Items`. */
  readonly part: Pick | null;
  /** The parts that have to be picked from the locals, which iterations end with then. */
  readonly picks: readonly Pick[];
  /** What is known already. */
  readonly known: ReadonlyMap<Mapping, Term>;
}

/** `keys` is what the local of an iteration has at its end. */
export function iterationEnd(outcome: Outcome, step: Step, keys: Keys): IterationEnd {
  const known = new Map<Mapping, Term>();
  const picks = new Map<string, Pick>();
  let whole = false;
  for (const mapping of step.outputs ?? []) {
    const { source } = mapping;
    if (source.kind === 'constant' || source.variable !== '$local') continue;
    const segments = pickedSegments(source.segments);
    if (segments === null) {
      whole = true;
    } else if (isNeverThere(segments, keys)) {
      known.set(mapping, list([]));
    } else {
      warnOfGaps(outcome, mapping, segments, keys);
      const name = JSON.stringify(segments);
      const pick = picks.get(name) ?? { segments, mappings: [] };
      pick.mappings.push(mapping);
      picks.set(name, pick);
    }
  }
  const [only, ...others] = picks.values();
  if (only !== undefined && others.length === 0 && !whole) {
    return { final: (local) => follow(local, only.segments), part: only, picks: [], known };
  }
  // Where nobody asks for anything an iteration ends with as little as it can.
  const final = (local: Term): Term => (whole || only !== undefined ? local : EMPTY);
  return { final, part: null, picks: [...picks.values()], known };
}

/** What follows a `[*]` that stands first; null when something else is asked for. */
function pickedSegments([first, ...rest]: readonly Segment[]): readonly Segment[] | null {
  return first?.kind === 'all' && rest.length > 0 && rest.every(({ kind }) => kind !== 'all') ? rest : null;
}

function isNeverThere([first]: readonly Segment[], keys: Keys): boolean {
  return first?.kind !== 'name' || !mayHave(keys, first.name);
}

function warnOfGaps(outcome: Outcome, { node }: Mapping, segments: readonly Segment[], keys: Keys): void {
  const [first] = segments;
  const isSure = segments.length === 1 && first?.kind === 'name' && keys.definite.has(first.name);
  if (!isSure) outcome.note(node, 'an iteration that has no such value gives null here, and is left out there');
}
