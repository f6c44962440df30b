/**
 * Reading the body of a request up to a limit. What arrives is gathered into one buffer that doubles, so that a body
 * sent byte by byte costs no more memory than its length.
 */
import type { IncomingMessage } from 'node:http';

const SMALLEST_BYTES = 4096;
const EMPTY = Buffer.alloc(0);

/** Whether a body is announced; one of unknown length counts. */
export function hasBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || announcedBytes(request) > 0;
}

/** The `Content-Length`; 0 when there is none. */
export function announcedBytes(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0);
}

/**
 * Reads the body and hands it over, or null as soon as it is known to be larger than `limitBytes`: then nothing more
 * is read. A caller that hangs up midway is never answered, and `done` is not called.
 */
export function readBody(request: IncomingMessage, limitBytes: number, done: (body: Buffer | null) => void): void {
  if (announcedBytes(request) > limitBytes) {
    done(null);
    return;
  }
  let gathered: Buffer = EMPTY;
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    if (length + chunk.length > limitBytes) {
      request.removeAllListeners('data').removeAllListeners('end').pause();
      done(null);
      return;
    }
    gathered = append(gathered, length, chunk);
    length += chunk.length;
  });
  request.on('end', () => done(gathered.length === length ? gathered : gathered.subarray(0, length)));
}

function append(gathered: Buffer, length: number, chunk: Buffer): Buffer {
  if (length === 0) return chunk;
  let target = gathered;
  if (length + chunk.length > gathered.length) {
    target = Buffer.allocUnsafe(Math.max(SMALLEST_BYTES, 2 * (length + chunk.length)));
    gathered.copy(target, 0, 0, length);
  }
  chunk.copy(target, length);
  return target;
}
