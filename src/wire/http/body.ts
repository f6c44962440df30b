/**
 * Reads the bodies of requests. A body that arrives in pieces is collected in a buffer that doubles, so that a body sent byte by
 * byte takes memory in proportion to its length. The memory of all incomplete bodies together is limited, so that thousands of
 * callers that stop midway cannot fill it.
 */
import type { IncomingMessage } from 'node:http';
import { apiError, throttled } from '../../api/error.ts';
import type { ApiError } from '../../api/error.ts';

const SMALLEST_BYTES = 4096;
const RETRY_AFTER_MS = 1000;
const NOTHING = Buffer.alloc(0);

/** Whether the head announces a body, of known or unknown length. */
export function hasBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || announcedBytes(request) > 0;
}

/** The `Content-Length`; 0 when there is none. */
export function announcedBytes(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0);
}

/** The memory of all incomplete bodies. */
interface Holding {
  bytes: number;
  readonly maxBytes: number;
}

export class BodyReader {
  /** Limit of one body, unless its reader has another one. */
  readonly limitBytes: number;
  readonly #holding: Holding;

  /** `limitBytes` limits one body, `maxHeldBytes` all incomplete bodies together. */
  constructor(limitBytes: number, maxHeldBytes: number) {
    this.limitBytes = limitBytes;
    this.#holding = { bytes: 0, maxBytes: maxHeldBytes };
  }

  /** Bytes of memory that incomplete bodies take. */
  get heldBytes(): number {
    return this.#holding.bytes;
  }

  /**
   * Reads a body and calls `done` with it. Calls `refuse` instead, and stops reading, as soon as the body is known to be too
   * large (`EntityTooLarge`) or the incomplete bodies take too much memory (`ResourceThrottled`). When the caller hangs up
   * midway, neither is called.
   */
  read(
    request: IncomingMessage,
    done: (body: Buffer) => void,
    refuse: (error: ApiError) => void,
    limitBytes = this.limitBytes,
  ): void {
    const announced = announcedBytes(request);
    const tooLarge = (): ApiError => apiError('EntityTooLarge', String(limitBytes));
    if (announced > limitBytes) {
      refuse(tooLarge());
      return;
    }
    let whole: Buffer = NOTHING;
    let partial: PartialBody | null = null;
    request.on('data', (chunk: Buffer) => {
      // Nearly all bodies arrive in one piece, which needs no buffer.
      if (chunk.length === announced) {
        whole = chunk;
        return;
      }
      partial ??= new PartialBody(request, this.#holding);
      const fits = partial.length + chunk.length <= limitBytes;
      if (fits && partial.append(chunk)) return;
      request.removeAllListeners('data').removeAllListeners('end').pause();
      partial.release();
      refuse(fits ? throttled(RETRY_AFTER_MS) : tooLarge());
    });
    request.on('end', () => done(partial === null ? whole : partial.take()));
  }
}

/** A body that arrives in pieces. */
class PartialBody {
  readonly #holding: Holding;
  #buffer: Buffer = NOTHING;
  length = 0;

  constructor(request: IncomingMessage, holding: Holding) {
    this.#holding = holding;
    request.once('close', () => this.release());
  }

  /** False when the incomplete bodies would take too much memory. */
  append(chunk: Buffer): boolean {
    const needed = this.length + chunk.length;
    if (needed > this.#buffer.length && !this.#enlarge(Math.max(SMALLEST_BYTES, 2 * needed))) return false;
    chunk.copy(this.#buffer, this.length);
    this.length = needed;
    return true;
  }

  take(): Buffer {
    const body = this.#buffer.subarray(0, this.length);
    this.release();
    return body;
  }

  release(): void {
    this.#holding.bytes -= this.#buffer.length;
    this.#buffer = NOTHING;
  }

  #enlarge(bytes: number): boolean {
    const more = bytes - this.#buffer.length;
    if (this.#holding.bytes + more > this.#holding.maxBytes) return false;
    const larger = Buffer.allocUnsafeSlow(bytes);
    this.#buffer.copy(larger, 0, 0, this.length);
    this.#buffer = larger;
    this.#holding.bytes += more;
    return true;
  }
}
