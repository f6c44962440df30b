/**
 * Lines of a text while another version of it is known: the graph of the last text without errors has lines of that text, and a
 * person has typed since. Both texts begin with the same lines and end with the same lines; all that changed in between counts as one
 * place. Pure.
 */

export interface LineShift {
  /** The line of the old text for one of the new text. */
  toOld(line: number): number;
  /** The line of the new text for one of the old text. */
  toNew(line: number): number;
}

const SAME: LineShift = { toOld: (line) => line, toNew: (line) => line };

export function lineShift(before: string, now: string): LineShift {
  if (before === now) return SAME;
  const old = before.split('\n');
  const present = now.split('\n');
  const most = Math.min(old.length, present.length);
  let head = 0;
  while (head < most && old[head] === present[head]) head++;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === present.at(-1 - tail)) tail++;
  const move = (line: number, from: number, to: number): number => {
    if (line <= head) return line;
    if (line > from - tail) return line + to - from;
    // Inside the change: a line that is as far from its beginning, if there is one.
    return Math.max(1, Math.min(line, to - tail));
  };
  return {
    toOld: (line) => move(line, present.length, old.length),
    toNew: (line) => move(line, old.length, present.length),
  };
}
