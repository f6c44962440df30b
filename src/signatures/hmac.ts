/**
 * HMAC with a key that is used again and again. The two pads are made once per key, and the caller leaves room for
 * the inner one in front of its message, so that a signature costs two one-shot digests and no stream object; that
 * is half the time of `createHmac` on the texts that requests sign.
 */
import { hash } from 'node:crypto';

export type HashName = 'sha1' | 'sha256' | 'sm3';

/** Bytes that {@link HmacKey.sign} needs free in front of the message: the block size of all three hashes. */
export const PAD_BYTES = 64;

const DIGEST_BYTES: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32, sm3: 32 };

export class HmacKey {
  readonly hashName: HashName;
  readonly #innerPad: Buffer;
  /** The outer pad, then room for the inner digest. */
  readonly #outer: Buffer;

  constructor(hashName: HashName, secret: string) {
    const bytes = Buffer.from(secret, 'utf8');
    const key = bytes.length > PAD_BYTES ? hash(hashName, bytes, 'buffer') : bytes;
    this.hashName = hashName;
    this.#innerPad = Buffer.alloc(PAD_BYTES, 0x36);
    this.#outer = Buffer.alloc(PAD_BYTES + DIGEST_BYTES[hashName], 0x5c);
    key.forEach((byte, i) => {
      this.#innerPad[i] = byte ^ 0x36;
      this.#outer[i] = byte ^ 0x5c;
    });
  }

  /** Signs `room[PAD_BYTES..end)`; the bytes before it are overwritten. */
  sign(room: Buffer, end: number, encoding: 'base64' | 'hex'): string {
    room.set(this.#innerPad, 0);
    // A digest as a text spares the Buffer object that costs more than copying twenty bytes twice.
    const inner = hash(this.hashName, room.subarray(0, end), 'binary');
    this.#outer.write(inner, PAD_BYTES, 'latin1');
    return hash(this.hashName, this.#outer, encoding);
  }

  /** Signs a text, as UTF-8. */
  signText(text: string, encoding: 'base64' | 'hex'): string {
    const room = Buffer.allocUnsafe(PAD_BYTES + Buffer.byteLength(text));
    room.write(text, PAD_BYTES, 'utf8');
    return this.sign(room, room.length, encoding);
  }
}

/** Compares two signatures without telling by its time where they differ. Only their lengths are no secret. */
export function sameSignature(expected: string, given: string): boolean {
  if (expected.length !== given.length) return false;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) difference |= expected.charCodeAt(i) ^ given.charCodeAt(i);
  return difference === 0;
}
