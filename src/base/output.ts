/**
 * Standard output and standard error, written so that no reader and no disk can disturb the process. A write neither throws nor
 * waits: text that a full disk or a closed pipe refuses is lost, and so is text that a slow reader has let pile up. The writer
 * learns of each loss.
 *
 * Pipes and sockets are written without blocking, through a socket of Node. A pipe is opened anew for that: the flag that makes
 * writes return would otherwise hold for every process that shares the pipe. Files, devices and terminals are written at once.
 */
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';

export interface Output {
  /** Writes a whole text, or loses it and returns false. A text that waits for a slow reader counts as written. */
  write(text: string): boolean;
  /** Why the last lost text was lost; null when none was lost since the last text that was written. */
  readonly fault: NodeJS.ErrnoException | null;
  /** Resolves when nothing waits for a reader any more, or after `limitMs`; null: without a limit. */
  flush(limitMs: number | null): Promise<void>;
}

/**
 * @param fd 1 or 2
 * @param heldBytes how much may wait for a slow reader before further text is lost; Infinity for results, which a command must
 *   not lose
 */
export function openOutput(fd: 1 | 2, heldBytes: number): Output {
  return new FdOutput(fd, heldBytes);
}

/** A pipe whose reader has gone may get another one, if it has a name. The next look comes after this time at the earliest. */
const REOPEN_MS = 1_000;

class FdOutput implements Output {
  readonly #fd: 1 | 2;
  readonly #heldBytes: number;
  readonly #isPiped: boolean;
  #socket: Socket | null = null;
  #triedMs = Number.NEGATIVE_INFINITY;
  /** True when the disk took only the beginning of the last text. */
  #isTorn = false;
  fault: NodeJS.ErrnoException | null = null;

  constructor(fd: 1 | 2, heldBytes: number) {
    this.#fd = fd;
    this.#heldBytes = heldBytes;
    this.#isPiped = isPiped(fd);
  }

  write(text: string): boolean {
    const isWritten = this.#isPiped ? this.#send(text) : this.#put(text);
    if (isWritten) this.fault = null;
    return isWritten;
  }

  flush(limitMs: number | null): Promise<void> {
    const socket = this.#socket;
    if (socket === null || socket.destroyed || socket.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = limitMs === null ? null : setTimeout(resolve, limitMs);
      const end = (): void => {
        if (timer !== null) clearTimeout(timer);
        resolve();
      };
      socket.write('', end);
      socket.once('close', end);
    });
  }

  #send(text: string): boolean {
    const socket = this.#openSocket();
    if (socket === null) return false;
    // After a loss the half of it must be free again, so that losses come in few long stretches.
    const room = this.fault === null ? this.#heldBytes : this.#heldBytes / 2;
    if (socket.writableLength + text.length > room) {
      this.fault = Object.assign(new Error('the reader is too slow'), { code: 'EAGAIN' });
      return false;
    }
    socket.write(text);
    // A write to a pipe without a reader fails in this call.
    return !socket.destroyed;
  }

  /** Null while the pipe has no reader. */
  #openSocket(): Socket | null {
    if (this.#socket !== null && !this.#socket.destroyed) return this.#socket;
    const nowMs = performance.now();
    if (nowMs - this.#triedMs < REOPEN_MS) return null;
    this.#triedMs = nowMs;
    try {
      this.#socket = openSocket(this.#fd, this.#socket === null);
    } catch (error) {
      this.fault = error as NodeJS.ErrnoException;
      return null;
    }
    this.#socket.on('error', (error) => {
      this.fault = error;
    });
    return this.#socket;
  }

  #put(text: string): boolean {
    const bytes = Buffer.from(this.#isTorn ? `\n${text}` : text);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } catch (error) {
      this.fault = error as NodeJS.ErrnoException;
      // The next text begins on a line of its own, whether or not that line end is what the disk took.
      if (written > 0) this.#isTorn = true;
      return false;
    }
    this.#isTorn = false;
    return true;
  }
}

function isPiped(fd: number): boolean {
  try {
    const kind = fstatSync(fd);
    return kind.isFIFO() || kind.isSocket();
  } catch {
    return false;
  }
}

/** @param mayShare whether to use `fd` itself where it cannot be opened anew. @throws {ErrnoException} */
function openSocket(fd: number, mayShare: boolean): Socket {
  const { Socket: NodeSocket } = process.getBuiltinModule('node:net');
  const own = reopened(fd);
  if (own instanceof Error && !mayShare) throw own;
  const target = own instanceof Error ? fd : own;
  try {
    const socket = new NodeSocket({ fd: target, readable: false, writable: true });
    return socket.unref();
  } catch (error) {
    if (target !== fd) closeSync(target);
    throw error;
  }
}

/** The pipe of `fd` as a file of its own, which does not block; the error where the system has no way to open it again. */
function reopened(fd: number): number | NodeJS.ErrnoException {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
