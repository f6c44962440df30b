/** The correction that a diagnostic offers with "did you mean", if the word that it means is at its place. Pure. */

export interface QuickFix {
  /** Offsets of the wrong word, without its quotes. */
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

const OFFER = /did you mean (?:("(?:[^"\\]|\\.)*")|([^\s?]+))\?/;
/** The words that a message may call wrong: those in quotes, and a name before or after the words that introduce it. */
const WRONG = /"(?:[^"\\]|\\.)*"|(?<=(?:function|variable|with) )[$\w.:]*[$\w]/g;

/** Null where the text is no longer what the message says. `offset` is the place of the diagnostic. */
export function quickFixOf(text: string, offset: number, message: string): QuickFix | null {
  const offered = OFFER.exec(message);
  if (offered === null) return null;
  const insert = offered[1] === undefined ? (offered[2] ?? '') : unquoted(offered[1]);
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(offset, lineEnd === -1 ? undefined : lineEnd);
  const quote = /^["']/.exec(line)?.[0] ?? '';
  const words = [...message.replace(OFFER, '').matchAll(WRONG)].map(([word]) => unquoted(word));
  const written = line.slice(quote.length);
  for (const word of words) {
    if (word === '' || word === insert) continue;
    const skipped = placeIn(written, word);
    if (skipped === null) continue;
    const from = offset + quote.length + skipped;
    return { from, to: from + word.length, insert: quote === '' ? insert : escaped(insert, quote) };
  }
  return null;
}

/** Where a word begins in a text: at its start, or as a member of the path there. */
function placeIn(text: string, word: string): number | null {
  const isWhole = (end: number): boolean => !/^[\w$]/.test(text.slice(end));
  if (text.startsWith(word) && (!/[\w$]$/.test(word) || isWhole(word.length))) return 0;
  const path = /^\$[\w.$]*/.exec(text)?.[0] ?? '';
  const at = `${path}.`.indexOf(`.${word}.`);
  return at === -1 ? null : at + 1;
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

function escaped(text: string, quote: string): string {
  return quote === '"' ? JSON.stringify(text).slice(1, -1) : text.replaceAll("'", "''");
}
