/**
 * The RPC signature, `HMAC-SHA1` version 1.0 (rules.md 3.2). It covers the method and the decoded parameters of query and
 * form together. The bytes as sent do not matter, because clients escape them in other ways than in the text that they sign.
 *
 * The string to sign encodes the canonical query a second time, so an escaped byte becomes `%25XX`. Because every request
 * needs it, one pass writes both encodings into a shared buffer.
 */
import { HmacKey, PAD_BYTES, sameSignature } from './hmac.ts';

const SIGNATURE = 'Signature';
/** Most bytes for one UTF-16 unit: three bytes of UTF-8, each as `%25XX`. */
const WORST_GROWTH = 15;
/** A byte as `%25XX`. */
const BYTE_GROWTH = 5;
const SHARED_BYTES = 64 * 1024;
const shared = Buffer.allocUnsafe(SHARED_BYTES);
const HEX = Buffer.from('0123456789ABCDEF', 'latin1');
/** Units from which a text is written through a buffer. */
const LONG_UNITS = 4096;
const UNRESERVED = Uint8Array.from({ length: 256 }, (_, code) =>
  code < 128 && /[\w.~-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Returns the key for RPC signatures with an access key's secret. */
export function rpcKey(secret: string): HmacKey {
  return new HmacKey('sha1', `${secret}&`);
}

/** Returns the signature of a request. Ignores a parameter named `Signature`. */
export function signRpc(method: string, parameters: ReadonlyMap<string, string>, key: HmacKey): string {
  const room = roomFor(method, parameters);
  return key.sign(room, writeStringToSign(room, method, parameters, null), 'base64');
}

/** The parameters that a signature covers: all, or only those with a value. */
type RpcCoverage = 'all' | 'valued';

/**
 * Returns the parameters that `signature` covers, or null if it is wrong. Java's clients send parameters with an empty
 * value but do not sign them (rules.md 3.2). A request with an empty value can therefore have either of two signatures. With
 * `valued`, anyone may have added the empty values. The text is encoded once for both, because anyone can send a megabyte.
 */
export function verifyRpc(
  method: string,
  parameters: ReadonlyMap<string, string>,
  key: HmacKey,
  signature: string,
): RpcCoverage | null {
  const room = roomFor(method, parameters);
  const empty: number[] = [];
  const end = writeStringToSign(room, method, parameters, empty);
  if (sameSignature(key.sign(room, end, 'base64'), signature)) return 'all';
  if (empty.length === 0) return null;
  const signed = key.sign(room, removeRanges(room, end, empty), 'base64');
  return sameSignature(signed, signature) ? 'valued' : null;
}

/** Returns the first `limit` characters of the text to sign, for messages to callers and for tests. */
export function rpcStringToSign(
  method: string,
  parameters: ReadonlyMap<string, string>,
  limit = Number.POSITIVE_INFINITY,
): string {
  // No character of a text beyond the limit can be shown, and encoding a megabyte takes milliseconds.
  const short = (text: string): string => text.slice(0, limit + 1);
  const shown = new Map([...parameters].map(([name, value]) => [short(name), short(value)]));
  const room = roomFor(method, shown);
  const end = writeStringToSign(room, method, shown, null, PAD_BYTES + limit);
  return room.toString('latin1', PAD_BYTES, Math.min(end, PAD_BYTES + limit));
}

function roomFor(method: string, parameters: ReadonlyMap<string, string>): Buffer {
  let units = method.length + '&%2F&'.length;
  for (const [name, value] of parameters) units += name.length + value.length + 1;
  return PAD_BYTES + units * WORST_GROWTH <= SHARED_BYTES ? shared : longRoom(method, parameters);
}

/** A buffer of the size that the text can have at most. */
function longRoom(method: string, parameters: ReadonlyMap<string, string>): Buffer {
  let bytes = PAD_BYTES + method.length + '&%2F&'.length;
  for (const [name, value] of parameters) {
    bytes += BYTE_GROWTH * (Buffer.byteLength(name) + Buffer.byteLength(value) + '=&'.length);
  }
  return Buffer.allocUnsafe(bytes);
}

/**
 * Writes after the space for the pad until it passes `limit`, and returns the end. Adds to `empty` the starts and ends of the
 * parts that belong to parameters without a value: with these parts removed, the text is that of the other parameters.
 */
function writeStringToSign(
  room: Buffer,
  method: string,
  parameters: ReadonlyMap<string, string>,
  empty: number[] | null,
  limit = Number.POSITIVE_INFINITY,
): number {
  // Node and Java clients sort by UTF-16 units. This differs from the order of bytes only beyond U+FFFF.
  const names = [...parameters.keys()].sort();
  let end = PAD_BYTES + room.write(`${method}&%2F&`, PAD_BYTES, 'latin1');
  const first = end;
  let valued = false;
  for (const name of names) {
    if (name === SIGNATURE) continue;
    if (end > limit) break;
    const value = parameters.get(name) ?? '';
    const start = end;
    if (start > first) end = writeEscaped(room, end, 0x26, false);
    // Without the empty parameters before it, the first one with a value has no separator in front.
    if (!valued && value !== '' && start > first) empty?.push(start, end);
    end = writeTwiceEncoded(room, end, name);
    end = writeEscaped(room, end, 0x3d, false);
    if (value === '') empty?.push(start, end);
    else end = writeTwiceEncoded(room, end, value);
    valued ||= value !== '';
  }
  return end;
}

/** Closes the gaps of the ranges, given as starts and ends in turn, and returns the new end. */
function removeRanges(room: Buffer, end: number, ranges: readonly number[]): number {
  let to = ranges[0] as number;
  for (let i = 1; i < ranges.length; i += 2) {
    const from = ranges[i] as number;
    const next = ranges[i + 1] ?? end;
    room.copyWithin(to, from, next);
    to += next - from;
  }
  return to;
}

function writeTwiceEncoded(room: Buffer, start: number, text: string): number {
  if (text.length > LONG_UNITS) return writeLong(room, start, Buffer.from(text, 'utf8'));
  let end = start;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (UNRESERVED[unit] === 1) room[end++] = unit;
      else end = writeEscaped(room, end, unit, true);
    } else if (unit < 0x800) {
      end = writeEscaped(room, end, 0xc0 | (unit >> 6), true);
      end = writeEscaped(room, end, 0x80 | (unit & 0x3f), true);
    } else {
      const point = text.codePointAt(i) ?? unit;
      if (point > 0xffff) i++;
      end = writeWidePoint(room, end, point);
    }
  }
  return end;
}

/** Writes UTF-8 at twice the speed, for texts that are worth a buffer. A stranger can send a megabyte. */
function writeLong(room: Buffer, start: number, utf8: Buffer): number {
  let end = start;
  for (let i = 0; i < utf8.length; i++) {
    const byte = utf8[i] as number;
    if (UNRESERVED[byte] === 1) {
      room[end++] = byte;
      continue;
    }
    room[end] = 0x25;
    room[end + 1] = 0x32;
    room[end + 2] = 0x35;
    room[end + 3] = HEX[byte >> 4] as number;
    room[end + 4] = HEX[byte & 0xf] as number;
    end += 5;
  }
  return end;
}

/** Writes a code point of three or four bytes. Half of a surrogate pair becomes U+FFFD. */
function writeWidePoint(room: Buffer, start: number, point: number): number {
  let end = start;
  const shown = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
  if (shown > 0xffff) {
    end = writeEscaped(room, end, 0xf0 | (shown >> 18), true);
    end = writeEscaped(room, end, 0x80 | ((shown >> 12) & 0x3f), true);
  } else {
    end = writeEscaped(room, end, 0xe0 | (shown >> 12), true);
  }
  end = writeEscaped(room, end, 0x80 | ((shown >> 6) & 0x3f), true);
  return writeEscaped(room, end, 0x80 | (shown & 0x3f), true);
}

/** Writes `%XX`, or `%25XX` for a byte that both encodings escape. */
function writeEscaped(room: Buffer, start: number, byte: number, twice: boolean): number {
  let end = start;
  room[end++] = 0x25;
  if (twice) {
    room[end++] = 0x32;
    room[end++] = 0x35;
  }
  room[end++] = HEX[byte >> 4] as number;
  room[end++] = HEX[byte & 0xf] as number;
  return end;
}
