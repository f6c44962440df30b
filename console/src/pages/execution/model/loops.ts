/**
 * Loops in a line, folded by round. A state that a line visits again was in a loop: everything between its first and its last visit is
 * part of the loop, and loops that share a visit are one. A round begins with each visit of the first state of the loop; loops inside
 * a round are found in the same way. No graph is needed, and what was never repeated is not folded.
 */
import type { Visit } from './history.ts';

export interface Loop {
  /** Of the visits of the line: the first, and the one behind the last. */
  readonly from: number;
  readonly until: number;
  readonly rounds: readonly LoopRound[];
}

export interface LoopRound {
  /** 1 for the first. */
  readonly number: number;
  readonly from: number;
  readonly until: number;
}

/** The visits `from` to `until` of a line in their order, with loops in place of the visits inside them. */
export function foldLoops(visits: readonly Visit[], from = 0, until = visits.length): (Visit | Loop)[] {
  const last = new Map<string, number>();
  for (let place = from; place < until; place++) last.set((visits[place] as Visit).name, place);
  const folded: (Visit | Loop)[] = [];
  for (let place = from; place < until; ) {
    const visit = visits[place] as Visit;
    let end = last.get(visit.name) ?? place;
    if (end === place) {
      folded.push(visit);
      place++;
      continue;
    }
    for (let inside = place + 1; inside <= end; inside++) {
      end = Math.max(end, last.get((visits[inside] as Visit).name) ?? inside);
    }
    folded.push(loopOf(visits, place, end + 1));
    place = end + 1;
  }
  return folded;
}

function loopOf(visits: readonly Visit[], from: number, until: number): Loop {
  const { name } = visits[from] as Visit;
  const rounds: LoopRound[] = [];
  let start = from;
  for (let place = from + 1; place <= until; place++) {
    if (place < until && (visits[place] as Visit).name !== name) continue;
    rounds.push({ number: rounds.length + 1, from: start, until: place });
    start = place;
  }
  return { from, until, rounds };
}

export function isLoop(entry: Visit | Loop): entry is Loop {
  return 'rounds' in entry && 'from' in entry;
}
