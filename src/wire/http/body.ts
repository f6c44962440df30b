/**
 * Reading the bodies of requests. What arrives of one is gathered in a buffer that doubles, so that a body sent byte
 * by byte costs no more memory than its length; and what all unfinished bodies hold together is bounded, so that
 * thousands of callers who stop midway cannot fill the memory.
 */
import type { IncomingMessage } from 'node:http';
import { apiError, throttled } from '../../api/error.ts';
import type { ApiError } from '../../api/error.ts';

const SMALLEST_BYTES = 4096;
const RETRY_AFTER_MS = 1000;
const NOTHING = Buffer.alloc(0);

/** Whether a body is announced; one of unknown length counts. */
export function hasBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || announcedBytes(request) > 0;
}

/** The `Content-Length`; 0 when there is none. */
export function announcedBytes(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0);
}

/** What all unfinished bodies hold. */
interface Holding {
  bytes: number;
  readonly maxBytes: number;
}

export class BodyReader {
  readonly #limitBytes: number;
  readonly #holding: Holding;

  /** `limitBytes` is for one body, `maxHeldBytes` for all unfinished ones together. */
  constructor(limitBytes: number, maxHeldBytes: number) {
    this.#limitBytes = limitBytes;
    this.#holding = { bytes: 0, maxBytes: maxHeldBytes };
  }

  /** Bytes of memory that unfinished bodies hold. */
  get heldBytes(): number {
    return this.#holding.bytes;
  }

  /**
   * Reads a body and hands it over, or refuses it as soon as it is known to be too large (`EntityTooLarge`) or too
   * much is held already (`ResourceThrottled`): then nothing more is read. When the caller hangs up midway neither
   * is called.
   */
  read(request: IncomingMessage, done: (body: Buffer) => void, refuse: (error: ApiError) => void): void {
    const announced = announcedBytes(request);
    const tooLarge = (): ApiError => apiError('EntityTooLarge', String(this.#limitBytes));
    if (announced > this.#limitBytes) {
      refuse(tooLarge());
      return;
    }
    let whole: Buffer = NOTHING;
    let partial: PartialBody | null = null;
    request.on('data', (chunk: Buffer) => {
      // Nearly all bodies come in one piece, and then there is nothing to gather.
      if (chunk.length === announced) {
        whole = chunk;
        return;
      }
      partial ??= new PartialBody(request, this.#holding);
      const fits = partial.length + chunk.length <= this.#limitBytes;
      if (fits && partial.append(chunk)) return;
      request.removeAllListeners('data').removeAllListeners('end').pause();
      partial.release();
      refuse(fits ? throttled(RETRY_AFTER_MS) : tooLarge());
    });
    request.on('end', () => done(partial === null ? whole : partial.take()));
  }
}

/** A body that comes in pieces. */
class PartialBody {
  readonly #holding: Holding;
  #buffer: Buffer = NOTHING;
  length = 0;

  constructor(request: IncomingMessage, holding: Holding) {
    this.#holding = holding;
    request.once('close', () => this.release());
  }

  /** False when too much is held already. */
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
