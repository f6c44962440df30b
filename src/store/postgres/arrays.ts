/**
 * Lists of values as arrays in PostgreSQL's binary form. `pg` would write an array as text, in which each quote of a JSON text gets a
 * backslash, and the database would read it character by character; a flush has thousands of quotes.
 */
import { stored } from './texts.ts';

/** The object ids of types, which never change. */
const BOOL = 16;
const INT8 = 20;
const INT4 = 23;
const TEXT = 25;
const FLOAT8 = 701;

type Values<T> = readonly (T | null)[];

/** Of numbers, and of keys of flows, which are larger than a number can be exactly. */
export function int8s(values: Values<number | bigint>): Buffer {
  return fixed(INT8, 8, values, (buffer, value, at) => buffer.writeBigInt64BE(BigInt(value), at));
}

export function int4s(values: Values<number>): Buffer {
  return fixed(INT4, 4, values, (buffer, value, at) => buffer.writeInt32BE(value, at));
}

export function float8s(values: Values<number>): Buffer {
  return fixed(FLOAT8, 8, values, (buffer, value, at) => buffer.writeDoubleBE(value, at));
}

export function bools(values: Values<boolean>): Buffer {
  return fixed(BOOL, 1, values, (buffer, value, at) => buffer.writeInt8(Number(value), at));
}

/** Of texts in their stored form (`texts.ts`). */
export function texts(values: Values<string>): Buffer {
  const forms = values.map((value) => (value === null ? null : stored(value)));
  const sizes = forms.map((form) => (form === null ? 0 : Buffer.byteLength(form)));
  const buffer = begin(
    TEXT,
    values,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  let at = HEAD_BYTES;
  for (const [i, form] of forms.entries()) {
    const size = sizes[i] as number;
    at = buffer.writeInt32BE(form === null ? -1 : size, at);
    if (form !== null) at += buffer.write(form, at);
  }
  return buffer;
}

function fixed<T>(
  type: number,
  size: number,
  values: Values<T>,
  write: (buffer: Buffer, value: T, at: number) => void,
): Buffer {
  const buffer = begin(
    type,
    values,
    values.reduce((sum: number, value) => sum + (value === null ? 0 : size), 0),
  );
  let at = HEAD_BYTES;
  for (const value of values) {
    at = buffer.writeInt32BE(value === null ? -1 : size, at);
    if (value === null) continue;
    write(buffer, value, at);
    at += size;
  }
  return buffer;
}

/** Number of dimensions, whether there are nulls, type, length and first index. */
const HEAD_BYTES = 20;

function begin(type: number, values: Values<unknown>, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(HEAD_BYTES + 4 * values.length + bytes);
  let at = buffer.writeInt32BE(1, 0);
  at = buffer.writeInt32BE(Number(values.includes(null)), at);
  at = buffer.writeInt32BE(type, at);
  at = buffer.writeInt32BE(values.length, at);
  buffer.writeInt32BE(1, at);
  return buffer;
}
