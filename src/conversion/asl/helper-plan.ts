/** Decides which helper states the states of a scope need (helper-states.ts), before any of them is written. */
import type { MapEntry, MapNode } from '../../language/text/document.ts';
import type { Names } from '../names.ts';
import type { Term } from '../terms.ts';
import { INPUT, member } from '../terms.ts';
import type { Reading } from './data.ts';
import { readPath, readReferencePath } from './data.ts';
import { field, textField } from './fields.ts';
import type { Chain, Helped, Step } from './helper-states.ts';
import type { Projection } from './projections.ts';
import { ENTERED_TIME, projectionsBefore, projectionsBehind, findEnteredTime } from './projections.ts';

/** The helpers behind a state, and the Pass that ends them with the result of the state. */
export interface ChainBehind extends Chain {
  readonly last: string;
}

export class HelperPlan {
  readonly #before = new Map<string, Chain>();
  readonly #behind = new Map<string, ChainBehind>();

  /** With `stubs`, a function gives the time. `reading` gives the values that a state with these data and this `$` can read. */
  constructor(
    entries: readonly MapEntry[],
    names: Names,
    stubs: boolean,
    reading: (stateName: string, root: Term) => Reading,
  ) {
    for (const { key, value } of entries) {
      if (value.kind !== 'map') continue;
      const type = textField(value, 'Type') ?? '';
      const before: Step[] = projectionsBefore(type, value).map((each) =>
        projectionStep(each, (helped) => rootBefore(reading(key, helped.data), value, each, helped)),
      );
      const time = stubs ? findEnteredTime(type, value) : null;
      if (time !== null) before.push({ kind: 'time', path: ENTERED_TIME, node: time });
      const behind = projectionsBehind(type, value).map((each) =>
        projectionStep(each, () => reading(key, member(INPUT, 'result'))),
      );
      const chain = (steps: Step[]): Chain => ({ steps, names: steps.map(() => names.fresh(`${key}: value`)) });
      if (before.length > 0) this.#before.set(key, chain(before));
      if (behind.length > 0) this.#behind.set(key, { ...chain(behind), last: names.fresh(`${key}: result`) });
    }
  }

  before(stateName: string): Chain | null {
    return this.#before.get(stateName) ?? null;
  }

  behind(stateName: string): ChainBehind | null {
    return this.#behind.get(stateName) ?? null;
  }

  /** Returns the state that others have to lead to. */
  entry(stateName: string): string {
    return this.#before.get(stateName)?.names[0] ?? stateName;
  }
}

function projectionStep(projection: Projection, reading: (helped: Helped) => Reading): Step {
  const list = (helped: Helped): Term => readPath(reading(helped), projection.list, projection.node);
  return { kind: 'projection', projection, list };
}

/** Paths of a state begin at its InputPath, and the InputPath at the data. */
function rootBefore(reading: Reading, state: MapNode, { node }: Projection, { known }: Helped): Reading {
  const inputPath = field(state, 'InputPath');
  if (inputPath === undefined || inputPath === node) return reading;
  return { ...reading, root: readReferencePath({ ...reading, known }, inputPath) };
}
