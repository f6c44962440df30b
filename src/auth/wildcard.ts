/**
 * Patterns of policies: `*` matches any number of characters, including none, and `?` exactly one (rules.md 3.9). It
 * searches the pieces between the stars from left to right, each at its first match, without backtracking.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (!fitsAt(first, text, 0)) return false;
  const last = rest.pop();
  if (last === undefined) return first.length === text.length;
  let at = first.length;
  for (const piece of rest) {
    at = firstFit(piece, text, at);
    if (at === -1) return false;
    at += piece.length;
  }
  return text.length - last.length >= at && fitsAt(last, text, text.length - last.length);
}

function firstFit(piece: string, text: string, from: number): number {
  for (let at = from; at + piece.length <= text.length; at++) if (fitsAt(piece, text, at)) return at;
  return -1;
}

function fitsAt(piece: string, text: string, at: number): boolean {
  if (at + piece.length > text.length) return false;
  for (let i = 0; i < piece.length; i++) {
    if (piece[i] !== '?' && piece[i] !== text[at + i]) return false;
  }
  return true;
}
