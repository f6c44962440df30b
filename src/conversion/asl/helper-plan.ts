/** Decides which helper states the states of a scope need (helper-states.ts), before any of them is written. */
import type { MapEntry, MapNode } from '../../language/text/document.ts';
import type { Names } from '../names.ts';
import type { Term } from '../terms.ts';
import { EMPTY, INPUT, literal, member, object } from '../terms.ts';
import type { Reading } from './data.ts';
import { readPath, readReferencePath } from './data.ts';
import { field, textField } from './fields.ts';
import type { Chain, Helped, Step } from './helper-states.ts';
import type { ManyPath } from './projections.ts';
import { ENTERED_TIME, findEnteredTime, pathsBefore, pathsBehind } from './projections.ts';

/** The helpers behind a state, and the Pass that ends them with the result of the state. */
export interface ChainBehind extends Chain {
  readonly last: string;
}

export class HelperPlan {
  readonly #before = new Map<string, Chain>();
  readonly #behind = new Map<string, ChainBehind>();

  /** With `stubs`, functions compute more. `reading` gives the values that a state with these data and this `$` can read. */
  constructor(
    entries: readonly MapEntry[],
    names: Names,
    stubs: boolean,
    reading: (stateName: string, root: Term) => Reading,
  ) {
    for (const { key, value } of entries) {
      if (value.kind !== 'map') continue;
      const type = textField(value, 'Type') ?? '';
      const chains = new StateHelpers(key, type, value, stubs, reading);
      const before = chains.before();
      const behind = chains.behind();
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

/** The steps for one state. */
class StateHelpers {
  readonly #name: string;
  readonly #type: string;
  readonly #state: MapNode;
  readonly #stubs: boolean;
  readonly #reading: (stateName: string, root: Term) => Reading;

  constructor(
    name: string,
    type: string,
    state: MapNode,
    stubs: boolean,
    reading: (stateName: string, root: Term) => Reading,
  ) {
    this.#name = name;
    this.#type = type;
    this.#state = state;
    this.#stubs = stubs;
    this.#reading = reading;
  }

  before(): Step[] {
    const steps: Step[] = [];
    for (const path of pathsBefore(this.#type, this.#state)) {
      const reading = (helped: Helped): Reading => this.#rootBefore(path, helped);
      steps.push(...this.#step(path, reading));
    }
    const time = this.#stubs ? findEnteredTime(this.#type, this.#state) : null;
    if (time !== null) {
      steps.push({ kind: 'function', name: 'current-time', path: ENTERED_TIME, node: time, event: () => EMPTY });
    }
    return steps;
  }

  behind(): Step[] {
    const reading = (): Reading => this.#reading(this.#name, member(INPUT, 'result'));
    return pathsBehind(this.#type, this.#state).flatMap((path) => this.#step(path, reading));
  }

  #step(path: ManyPath, reading: (helped: Helped) => Reading): Step[] {
    const { text, node, projection } = path;
    if (projection !== null) {
      return [{ kind: 'projection', projection, list: (helped) => readPath(reading(helped), projection.list, node) }];
    }
    if (!this.#stubs) return [];
    const event = (helped: Helped): Term =>
      object([
        ['path', literal(text)],
        ['data', reading(helped).root],
      ]);
    return [{ kind: 'function', name: 'json-path', path: text, node, event }];
  }

  /** Paths of a state begin at its InputPath, and the InputPath at the data. */
  #rootBefore({ node }: ManyPath, { data, known }: Helped): Reading {
    const reading = this.#reading(this.#name, data);
    const inputPath = field(this.#state, 'InputPath');
    if (inputPath === undefined || inputPath === node) return reading;
    return { ...reading, root: readReferencePath({ ...reading, known }, inputPath) };
  }
}
