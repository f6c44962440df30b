/**
 * Large values as pieces of JSON or XML text, so that no turn of the event loop renders more than a piece, and a caller that reads
 * slowly makes the server hold the value and a piece of text, not the whole text.
 */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { isLongNumber } from '../../base/json.ts';
import { cut } from '../../base/text.ts';
import { xmlElement, xmlTag, xmlText } from './xml.ts';

/** UTF-16 units of a value that is rendered at once. */
const PIECE_UNITS = 32 * 1024;
/** UTF-16 units of a reply from which it is worth pieces. Smaller ones are rendered in a millisecond. */
const LARGE_REPLY_UNITS = 256 * 1024;

/** A value with texts, or a member that is left out. */
type Given = JsonValue | { readonly [member: string]: JsonValue | undefined } | undefined;

/** Whether a reply is sent in pieces. Looks at no more of it than this needs. */
export function isLargeReply(reply: Given): boolean {
  return unitsLeft(reply, LARGE_REPLY_UNITS) < 0;
}

function isLarge(value: Given): boolean {
  return unitsLeft(value, PIECE_UNITS) < 0;
}

/** About the memory of a value's texts, which a reply holds until its caller has read it. */
export function replyBytes(value: Given): number {
  return -unitsLeft(value, 0, Number.NEGATIVE_INFINITY);
}

/** `room` without the UTF-16 units of the texts and names of a value; stops below `least`. */
function unitsLeft(value: Given, room: number, least = 0): number {
  if (typeof value === 'string') return room - value.length;
  if (typeof value !== 'object' || value === null) return room - 8;
  let left = room - 2;
  for (const key in value) {
    left = unitsLeft((value as JsonObject)[key], left - key.length - 4, least);
    if (left < least) return left;
  }
  return left;
}

/** The JSON text of a value. */
export function* jsonPieces(value: JsonValue): Generator<string> {
  if (!isLarge(value) || isLongNumber(value)) {
    yield JSON.stringify(value);
  } else if (typeof value === 'string') {
    yield '"';
    for (const part of slices(value)) yield JSON.stringify(part).slice(1, -1);
    yield '"';
  } else if (Array.isArray(value)) {
    let separator = '[';
    for (const item of value as readonly JsonValue[]) {
      yield separator;
      yield* jsonPieces(item);
      separator = ',';
    }
    yield ']';
  } else {
    yield '{';
    yield* jsonMembers(value as JsonObject, '');
    yield '}';
  }
}

/** The members of an object, without its braces. `separator` comes before the first one. Members that are undefined are left out. */
export function* jsonMembers(
  members: { readonly [name: string]: JsonValue | undefined },
  separator: string,
): Generator<string> {
  let before = separator;
  for (const [name, member] of Object.entries(members)) {
    if (member === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    yield* jsonPieces(member);
    before = ',';
  }
}

/** The XML of a member: one element, or for a list one for each item. */
export function* xmlPieces(name: string, value: JsonValue | undefined): Generator<string> {
  if (!isLarge(value) || isLongNumber(value)) {
    yield xmlElement(name, value);
  } else if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) yield* xmlPieces(name, item);
  } else {
    const tag = xmlTag(name);
    yield `<${tag}>`;
    if (typeof value === 'string') for (const part of slices(value)) yield xmlText(part);
    else for (const [member, inner] of Object.entries(value as JsonObject)) yield* xmlPieces(member, inner);
    yield `</${tag}>`;
  }
}

/** Parts of a text, none of which ends in the middle of a surrogate pair. */
function* slices(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const part = cut(text.slice(at, at + PIECE_UNITS + 1), PIECE_UNITS);
    yield part;
    at += part.length;
  }
}

/** Joins small pieces to texts of at least {@link PIECE_UNITS} units, as they are written. The last one may be shorter. */
export function* joined(pieces: Iterable<string>): Generator<string> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < PIECE_UNITS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
