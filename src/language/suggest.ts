/** "Did you mean": the candidate nearest to what was written, by edit distance, within a budget of work. */

const MAX_LENGTH = 64;

/**
 * The nearest candidate, or null when none is close. The distance may be a third of the length; a difference of case
 * or of the marks between words alone is always close. `work.budget` is what all calls of one compilation share.
 */
export function nearest(written: string, candidates: Iterable<string>, work: { budget: number }): string | null {
  if (written === '' || written.length > MAX_LENGTH) return null;
  const folded = fold(written);
  let limit = Math.max(1, Math.floor(written.length / 3));
  let best: string | null = null;
  for (const candidate of candidates) {
    if (work.budget <= 0) break;
    work.budget -= 8;
    if (candidate === written || Math.abs(candidate.length - written.length) > limit + 2) continue;
    if (fold(candidate) === folded) return candidate;
    if (candidate.length > MAX_LENGTH) continue;
    work.budget -= candidate.length * written.length;
    const distance = editDistance(folded, fold(candidate), limit);
    if (distance <= limit && distance < candidate.length) {
      best = candidate;
      limit = distance - 1;
      if (limit < 1) break;
    }
  }
  return best;
}

function fold(text: string): string {
  return text.toLowerCase().replace(/[ _-]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`; above `limit` any number above it. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      let cost = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] as number) + 1);
      }
      row.push(cost);
      if (cost < smallest) smallest = cost;
    }
    if (smallest > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}
