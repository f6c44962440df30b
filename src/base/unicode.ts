/**
 * Halves of surrogate pairs. JavaScript can hold one alone in a text, UTF-8 cannot: such a text changes or throws wherever it
 * leaves the process. Bytes that are decoded never have one, so only escapes bring them in (`\ud800` in JSON and YAML), and code of
 * users in this process. Each border removes or refuses them (rules.md 4.8), so no other part of the program meets them.
 */

const BACKSLASH = 0x5c;
const U = 0x75;
/** Those of `\uD800`. */
const ESCAPE_UNITS = 6;

/**
 * The offset of the first escape in JSON text that is half of a surrogate pair, from `from` on; -1 if there is none. `from` must
 * not be inside an escape.
 */
export function halfPairAt(json: string, from = 0): number {
  for (let i = json.indexOf('\\', from); i !== -1 && i < json.length; i++) {
    if (json.charCodeAt(i) !== BACKSLASH) continue;
    // The unit after a backslash belongs to the escape, so that `\\ud800` has no escape of a surrogate.
    i++;
    if (json.charCodeAt(i) !== U) continue;
    const first = unitAt(json, i - 1);
    if (first < 0xd800 || first > 0xdfff) continue;
    const second = first > 0xdbff ? 0 : unitAt(json, i - 1 + ESCAPE_UNITS);
    if (second < 0xdc00 || second > 0xdfff) return i - 1;
    i += 2 * ESCAPE_UNITS - 2;
  }
  return -1;
}

/** The JSON text with U+FFFD in place of each such escape. */
export function withoutHalfPairs(json: string): string {
  let at = halfPairAt(json);
  if (at === -1) return json;
  const pieces: string[] = [];
  let from = 0;
  for (; at !== -1; at = halfPairAt(json, from)) {
    pieces.push(json.slice(from, at), '\\ufffd');
    from = at + ESCAPE_UNITS;
  }
  pieces.push(json.slice(from));
  return pieces.join('');
}

/** The UTF-16 unit that the escape at `at` means; 0 if there is no such escape. */
function unitAt(json: string, at: number): number {
  if (json.charCodeAt(at) !== BACKSLASH || json.charCodeAt(at + 1) !== U) return 0;
  let unit = 0;
  for (let i = at + 2; i < at + ESCAPE_UNITS; i++) {
    const digit = hexDigit(json.charCodeAt(i));
    if (digit === -1) return 0;
    unit = unit * 16 + digit;
  }
  return unit;
}

/** The value of a hexadecimal digit; -1 for another character, also for the NaN beyond the end. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** The place of the first half of a surrogate pair in a text, in code points from 1; null if the text is well-formed Unicode. */
export function halfPairIn(text: string): number | null {
  if (text.isWellFormed()) return null;
  let place = 1;
  for (const character of text) {
    const unit = character.charCodeAt(0);
    if (character.length === 1 && unit >= 0xd800 && unit <= 0xdfff) return place;
    place++;
  }
  return null;
}
