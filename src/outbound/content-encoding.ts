/** Decodes `Content-Encoding`. The limit of a body also holds for its decoded form, so a small answer cannot unfold into a large one. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { Turns } from '../base/turns.ts';
import { reasonOf } from '../base/text.ts';
import { failure, SMALL_BODY_BYTES } from './transport.ts';
import type { Failure } from './transport.ts';

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const decodeGzip: Decode = promisify(gunzip);
const decodeBrotli: Decode = promisify(brotliDecompress);
const decodeZstd: Decode = promisify(zstdDecompress);
const decodeZlib: Decode = promisify(inflate);
const decodeRawDeflate: Decode = promisify(inflateRaw);

/** `deflate` means the zlib format, but some servers send raw deflate. The first byte of zlib has 8 in its low bits. */
const decodeDeflate: Decode = (bytes, options) =>
  ((bytes[0] ?? 0) & 0x0f) === 8 ? decodeZlib(bytes, options) : decodeRawDeflate(bytes, options);

const DECODERS: ReadonlyMap<string, Decode> = new Map([
  ['gzip', decodeGzip],
  ['x-gzip', decodeGzip],
  ['deflate', decodeDeflate],
  ['br', decodeBrotli],
  ['zstd', decodeZstd],
]);

/** The `Accept-Encoding` of a request, unless the flow sets the header. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** No ordinary server encodes a body more often than this. */
const MAX_ENCODINGS = 4;

export interface DecodedBody {
  readonly kind: 'decoded';
  readonly bytes: Buffer;
  /** False when the bytes are those of the answer: it has no encoding, or one that is not known here. */
  readonly changed: boolean;
}

export interface DecodingParts {
  /** Counts bodies while they are decoded. */
  readonly memory: MemoryBudget;
  /** Many small bodies may unfold into large ones in the same turn of the event loop. */
  readonly turns: Turns;
}

/**
 * The body without its encodings, counted while it is decoded; a failure when it is not what `contentEncoding` says or passes
 * `limitBytes`. A large body that was decoded has a turn of the event loop of its own.
 */
export async function decodeBody(
  bytes: Buffer,
  contentEncoding: string | undefined,
  limitBytes: number,
  { memory, turns }: DecodingParts,
): Promise<DecodedBody | Failure> {
  const names = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const encodings = names.filter((name) => name !== '' && name !== 'identity').reverse();
  const decoders = encodings.map((name) => DECODERS.get(name)).filter((each) => each !== undefined);
  if (bytes.length === 0 || encodings.length === 0 || decoders.length < encodings.length) {
    return { kind: 'decoded', bytes, changed: false };
  }
  const broken = (detail: string): Failure =>
    failure('connection', `the body cannot be decoded as ${contentEncoding}: ${detail}`);
  if (encodings.length > MAX_ENCODINGS) return broken(`it has more than ${MAX_ENCODINGS} encodings`);
  let decoded = bytes;
  for (const decode of decoders) {
    const held = decoded.length;
    memory.add(held);
    try {
      decoded = await decode(decoded, { maxOutputLength: limitBytes });
    } catch (error) {
      if (!(error instanceof RangeError)) return broken(reasonOf(error));
      return failure('too-large', `the decoded answer is larger than ${limitBytes} bytes (setting http.maxResponse)`);
    } finally {
      memory.remove(held);
    }
  }
  if (decoded.length > SMALL_BODY_BYTES) {
    memory.add(decoded.length);
    await turns.take();
    memory.remove(decoded.length);
  }
  return { kind: 'decoded', bytes: decoded, changed: true };
}
