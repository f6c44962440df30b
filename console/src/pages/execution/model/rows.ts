/**
 * The rows of the timeline: the tree of a history, flattened as far as it is open. Large Maps, Parallels and loops are closed at
 * first. A row costs a small object; only those in view are drawn.
 */
import type { History, Line, Outcome, Part, Round, Visit } from './history.ts';
import { foldLoops, isLoop } from './loops.ts';
import type { Loop, LoopRound } from './loops.ts';

interface RowBase {
  /** Survives a growing history. */
  readonly key: string;
  readonly depth: number;
  /** Place of the row that it is inside; -1 for none. */
  readonly parent: number;
  /** Null for a row with nothing inside. */
  readonly isOpen: boolean | null;
}

export type Row = RowBase &
  (
    | { readonly kind: 'visit'; readonly visit: Visit }
    | { readonly kind: 'line'; readonly line: Line }
    /** One of several times that a Parallel or Map began its lines. */
    | { readonly kind: 'again'; readonly visit: Visit; readonly round: Round; readonly number: number }
    | { readonly kind: 'loop'; readonly line: Line; readonly loop: Loop }
    | { readonly kind: 'round'; readonly line: Line; readonly round: LoopRound }
    | { readonly kind: 'part'; readonly visit: Visit; readonly part: Part }
  );

export interface Fold {
  /** Keys of rows that a person has opened, and closed. */
  readonly open: ReadonlySet<string>;
  readonly shut: ReadonlySet<string>;
  /** Everything is open that a person has not closed. */
  readonly isAllOpen: boolean;
  /** Of the lines inside a visit, by its id: only those of a status. */
  readonly only: ReadonlyMap<number, Outcome>;
  /** A visit that has to be in view. */
  readonly shown: Visit | null;
}

export const NO_FOLD: Fold = { open: new Set(), shut: new Set(), isAllOpen: false, only: new Map(), shown: null };

/** A state with more lines inside begins closed, and so do its lines when they are opened. */
const LINES_AT_FIRST = 8;
const ROUNDS_AT_FIRST = 3;
const PARTS_AT_FIRST = 6;

export function rowsOf(history: History, fold: Fold): Row[] {
  const flat = new Flattening(fold);
  if (history.root !== null) flat.line(history.root, 0, -1);
  return flat.rows;
}

type Inside = { readonly count: number; readonly add: (depth: number, parent: number) => void };
const NOTHING: Inside = { count: 0, add: () => {} };

class Flattening {
  readonly rows: Row[] = [];
  readonly #fold: Fold;
  /** Keys of the rows around what has to be in view. */
  readonly #around: ReadonlySet<string>;

  constructor(fold: Fold) {
    this.#fold = fold;
    this.#around = keysAround(fold.shown);
  }

  /** The visits of a line, without a row for the line itself. */
  line(line: Line, depth: number, parent: number): void {
    this.#entries(line, 0, line.visits.length, depth, parent);
  }

  #entries(line: Line, from: number, until: number, depth: number, parent: number): void {
    for (const entry of foldLoops(line.visits, from, until)) {
      if (isLoop(entry)) this.#loop(line, entry, depth, parent);
      else this.#visit(entry, depth, parent);
    }
  }

  #loop(line: Line, loop: Loop, depth: number, parent: number): void {
    const isFew = loop.rounds.length <= ROUNDS_AT_FIRST;
    const first = (line.visits[loop.from] as Visit).id;
    const key = `o${first}`;
    const holds = this.#holds(line, loop.from, loop.until);
    const isOpen = this.#isOpen(key, isFew || holds);
    const place = this.#push({ kind: 'loop', key, depth, parent, isOpen, line, loop });
    if (!isOpen) return;
    for (const round of loop.rounds) {
      const roundKey = `r${(line.visits[round.from] as Visit).id}`;
      const isRoundOpen = this.#isOpen(roundKey, isFew || this.#holds(line, round.from, round.until));
      const at = this.#push({
        ...{ kind: 'round', key: roundKey, depth: depth + 1, parent: place, isOpen: isRoundOpen },
        ...{ line, round },
      });
      // The first state of a round is there once, so the visits of a round fold into smaller loops.
      if (isRoundOpen) this.#entries(line, round.from, round.until, depth + 2, at);
    }
  }

  /** True if what has to be in view is among some visits of a line. */
  #holds(line: Line, from: number, until: number): boolean {
    for (let at = this.#fold.shown; at !== null; at = at.line.owner) {
      if (at.line === line) return at.place >= from && at.place < until;
    }
    return false;
  }

  #visit(visit: Visit, depth: number, parent: number): void {
    const key = `v${visit.id}`;
    const inside = this.#insideOf(visit);
    const limit = visit.rounds.length > 0 ? LINES_AT_FIRST : PARTS_AT_FIRST;
    const isOpen = inside.count === 0 ? null : this.#isOpen(key, inside.count <= limit);
    const place = this.#push({ kind: 'visit', key, depth, parent, isOpen, visit });
    if (isOpen === true) inside.add(depth + 1, place);
  }

  #insideOf(visit: Visit): Inside {
    const { rounds, parts } = visit;
    const lines = rounds.reduce((sum, { lines: inside }) => sum + inside.length, 0);
    if (rounds.length > 1) {
      return { count: lines, add: (depth, parent) => this.#rounds(visit, depth, parent) };
    }
    const [round] = rounds;
    if (round !== undefined) {
      return { count: lines, add: (depth, parent) => this.#lines(visit, round, depth, parent) };
    }
    if (parts.length < 2) return NOTHING;
    return {
      count: parts.length,
      add: (depth, parent) => {
        for (const [number, part] of parts.entries()) {
          this.#push({ kind: 'part', key: `p${visit.id}.${number}`, depth, parent, isOpen: null, visit, part });
        }
      },
    };
  }

  #rounds(visit: Visit, depth: number, parent: number): void {
    const isFew = visit.rounds.every(({ lines }) => lines.length <= LINES_AT_FIRST);
    for (const [place, round] of visit.rounds.entries()) {
      const key = `a${round.id}`;
      const isOpen = this.#isOpen(key, isFew && place === visit.rounds.length - 1);
      const at = this.#push({ kind: 'again', key, depth, parent, isOpen, visit, round, number: place + 1 });
      if (isOpen) this.#lines(visit, round, depth + 1, at);
    }
  }

  #lines(visit: Visit, round: Round, depth: number, parent: number): void {
    const only = this.#fold.only.get(visit.id);
    const isFew = round.lines.length <= LINES_AT_FIRST;
    for (const line of round.lines) {
      if (only !== undefined && line.status !== only) continue;
      const key = `l${line.id}`;
      const isOpen = line.visits.length === 0 ? null : this.#isOpen(key, isFew);
      const place = this.#push({ kind: 'line', key, depth, parent, isOpen, line });
      if (isOpen === true) this.line(line, depth + 1, place);
    }
  }

  #isOpen(key: string, atFirst: boolean): boolean {
    const { open, shut, isAllOpen } = this.#fold;
    return !shut.has(key) && (atFirst || isAllOpen || open.has(key) || this.#around.has(key));
  }

  #push(row: Row): number {
    this.rows.push(row);
    return this.rows.length - 1;
  }
}

function keysAround(visit: Visit | null): Set<string> {
  const keys = new Set<string>();
  for (let at = visit; at !== null; at = at.line.owner) {
    const { line } = at;
    if (line.owner === null) break;
    keys.add(`l${line.id}`);
    keys.add(`v${line.owner.id}`);
    for (const { id, lines } of line.owner.rounds) if (lines.includes(line)) keys.add(`a${id}`);
  }
  return keys;
}

/** The row of an event: that of its attempt if there is one, else of its visit; -1 if it is not among the rows. */
export function rowOfEvent(rows: readonly Row[], history: History, id: number): number {
  const visit = history.visitOf[id - 1] ?? null;
  if (visit === null) return -1;
  const line = rows.findIndex(
    (row) => row.kind === 'line' && (row.line.id === id || (row.line.end === id && row.line.owner === visit)),
  );
  if (line !== -1) return line;
  const part = rows.findLastIndex(
    (row) =>
      row.kind === 'part' && row.visit === visit && row.part.id <= id && (row.part.end === 0 || id <= row.part.end),
  );
  return part === -1 ? rows.findIndex((row) => row.kind === 'visit' && row.visit === visit) : part;
}

/** The event that a row stands for: the one that began it. */
export function eventOfRow(row: Row): number {
  switch (row.kind) {
    case 'visit':
      return row.visit.id;
    case 'line':
      return row.line.id;
    case 'again':
      return row.round.id;
    case 'part':
      return row.part.id;
    case 'loop':
      return (row.line.visits[row.loop.from] as Visit).id;
    case 'round':
      return (row.line.visits[row.round.from] as Visit).id;
  }
}
