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
const SHARED_BYTES = 64 * 1024;
const shared = Buffer.allocUnsafe(SHARED_BYTES);
const HEX = Buffer.from('0123456789ABCDEF', 'latin1');
const UNRESERVED = Uint8Array.from({ length: 128 }, (_, code) => (/[\w.~-]/.test(String.fromCharCode(code)) ? 1 : 0));

/** Returns the key for RPC signatures with an access key's secret. */
export function rpcKey(secret: string): HmacKey {
  return new HmacKey('sha1', `${secret}&`);
}

/** Returns the signature of a request. Ignores a parameter named `Signature`. */
export function signRpc(method: string, parameters: ReadonlyMap<string, string>, key: HmacKey): string {
  const room = roomFor(method, parameters);
  return key.sign(room, writeStringToSign(room, method, parameters, false), 'base64');
}

/** The parameters that a signature covers: all, or only those with a value. */
type RpcCoverage = 'all' | 'valued';

/**
 * Returns the parameters that `signature` covers, or null if it is wrong. Java's clients send parameters with an empty
 * value but do not sign them (rules.md 3.2). A request with an empty value can therefore have either of two signatures. With
 * `valued`, anyone may have added the empty values.
 */
export function verifyRpc(
  method: string,
  parameters: ReadonlyMap<string, string>,
  key: HmacKey,
  signature: string,
): RpcCoverage | null {
  if (sameSignature(signRpc(method, parameters, key), signature)) return 'all';
  if (!hasEmptyValue(parameters)) return null;
  const room = roomFor(method, parameters);
  const signed = key.sign(room, writeStringToSign(room, method, parameters, true), 'base64');
  return sameSignature(signed, signature) ? 'valued' : null;
}

/** Returns the text to sign, for messages to callers and for tests. */
export function rpcStringToSign(method: string, parameters: ReadonlyMap<string, string>): string {
  const room = roomFor(method, parameters);
  return room.toString('latin1', PAD_BYTES, writeStringToSign(room, method, parameters, false));
}

function hasEmptyValue(parameters: ReadonlyMap<string, string>): boolean {
  for (const value of parameters.values()) if (value === '') return true;
  return false;
}

function roomFor(method: string, parameters: ReadonlyMap<string, string>): Buffer {
  let units = method.length + '&%2F&'.length;
  for (const [name, value] of parameters) units += name.length + value.length + 1;
  const bytes = PAD_BYTES + units * WORST_GROWTH;
  return bytes <= SHARED_BYTES ? shared : Buffer.allocUnsafe(bytes);
}

/** Writes after the space for the pad, and returns the end. */
function writeStringToSign(
  room: Buffer,
  method: string,
  parameters: ReadonlyMap<string, string>,
  omitEmpty: boolean,
): number {
  // Node and Java clients sort by UTF-16 units. This differs from the order of bytes only beyond U+FFFF.
  const names = [...parameters.keys()].sort();
  let end = PAD_BYTES + room.write(`${method}&%2F&`, PAD_BYTES, 'latin1');
  let separate = false;
  for (const name of names) {
    const value = parameters.get(name) ?? '';
    if (name === SIGNATURE || (omitEmpty && value === '')) continue;
    if (separate) end = writeEscaped(room, end, 0x26, false);
    end = writeTwiceEncoded(room, end, name);
    end = writeEscaped(room, end, 0x3d, false);
    end = writeTwiceEncoded(room, end, value);
    separate = true;
  }
  return end;
}

function writeTwiceEncoded(room: Buffer, start: number, text: string): number {
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
