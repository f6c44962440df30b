/**
 * Patterns of policies: `*` is any run of characters, also none, and `?` is exactly one (wire.md 12.1). The pieces
 * between the stars are looked for from left to right, each at the first place where it fits, so the time is linear
 * in the text that a caller sends.
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
