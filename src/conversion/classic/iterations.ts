/**
 * The output of an iteration of a foreach. A path through `[*]` reads one part of each iteration's local. If the step reads
 * only one such part, each iteration returns this part, and the Map returns the list. Otherwise additional Maps pick the parts.
 */
import type { Segment } from '../../expression/ast.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import { EMPTY, follow, list } from '../terms.ts';
import type { Keys } from './keys.ts';
import { mayHave } from './keys.ts';
import type { Mapping, Step } from './model.ts';

/** A part of each iteration's local, and the mappings that read it. */
export interface Pick {
  readonly segments: readonly Segment[];
  readonly mappings: Mapping[];
}

export interface IterationEnd {
  /** The output of an iteration, from its local. */
  final(local: Term): Term;
  /** The part that iterations return, if it is only one; the list of these parts is `$Output.Items`. */
  readonly part: Pick | null;
  /** The parts to pick from the locals, which the iterations return in this case. */
  readonly picks: readonly Pick[];
  /** Mappings with a known value. */
  readonly known: ReadonlyMap<Mapping, Term>;
}

/** `keys` are those of an iteration's local at its end. */
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
  // If no mapping reads the locals, an iteration returns an empty object.
  const final = (local: Term): Term => (whole || only !== undefined ? local : EMPTY);
  return { final, part: null, picks: [...picks.values()], known };
}

/** Returns the segments after a `[*]` at the beginning; null for other paths. */
function pickedSegments([first, ...rest]: readonly Segment[]): readonly Segment[] | null {
  return first?.kind === 'all' && rest.length > 0 && rest.every(({ kind }) => kind !== 'all') ? rest : null;
}

function isNeverThere([first]: readonly Segment[], keys: Keys): boolean {
  return first?.kind !== 'name' || !mayHave(keys, first.name);
}

function warnOfGaps(outcome: Outcome, { node }: Mapping, segments: readonly Segment[], keys: Keys): void {
  const [first] = segments;
  const isSure = segments.length === 1 && first?.kind === 'name' && keys.definite.has(first.name);
  if (!isSure)
    outcome.note(node, 'an iteration without this value gives null here; the classic language leaves it out');
}
