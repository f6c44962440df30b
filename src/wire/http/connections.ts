/**
 * The open connections of the server. A connection belongs to a stranger until a request on it was verified. The connections of
 * all are limited in number, those of strangers also in the bytes and the time of what they have not sent completely: a head
 * without an end, or a body whose signature comes with its last byte.
 *
 * So are the requests that a stranger sends ahead of the answers: a packet holds more than a thousand, and all of them would be
 * answered before the packet of anyone else.
 *
 * When the server has as many connections as it may have, a new one replaces the oldest one of a stranger, or else the oldest one
 * that is idle. So neither silent strangers nor idle callers lock others out, and no call under way is cut off.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Ports } from '../../base/ports.ts';

const SWEEP_MS = 100;
/** Most requests that a stranger may send in a row without reading an answer. */
const STRANGER_REQUESTS = 16;
/** How often at most the observer hears that connections were refused. */
const REPORT_MS = 60_000;

export interface ConnectionLimits {
  /** Most open connections. */
  readonly connections: number;
  /** Most bytes of incomplete requests of all strangers together. */
  readonly strangerBytes: number;
  /** Longest time from the head of a stranger's request to the end of its body. */
  readonly strangerBodyMs: number;
}

interface Connection {
  readonly socket: Socket;
  /** The socket that speaks HTTP: with TLS another one, which is null until the handshake is done. */
  speaking: Socket | null;
  /** `socket.bytesRead` when the last head or body was complete. */
  readBefore: number;
  /** When that was, on the monotonic clock. */
  sinceMs: number;
  /** Requests since the last one that came when no answer was under way. */
  ahead: number;
}

export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #ports: Ports;
  /** The oldest comes first, in both sets. */
  readonly #strangers = new Set<Connection>();
  readonly #callers = new Set<Connection>();
  readonly #of = new WeakMap<Socket, Connection>();
  #cancelSweep: (() => void) | null = null;
  #reportedMs = Number.NEGATIVE_INFINITY;

  constructor(limits: ConnectionLimits, ports: Ports) {
    this.#limits = limits;
    this.#ports = ports;
  }

  get size(): number {
    return this.#strangers.size + this.#callers.size;
  }

  /** Adds a connection that was accepted, or closes it if there is no room. `encrypted`: its handshake comes first. */
  add(socket: Socket, encrypted: boolean): void {
    if (this.size >= this.#limits.connections && !this.#makeRoom()) {
      socket.destroy();
      this.#reportFull();
      return;
    }
    const sinceMs = this.#ports.clock.monotonicMs();
    const connection = { socket, speaking: encrypted ? null : socket, readBefore: 0, sinceMs, ahead: 0 };
    this.#of.set(socket, connection);
    this.#strangers.add(connection);
    socket.once('close', () => {
      if (!this.#strangers.delete(connection)) this.#callers.delete(connection);
      if (this.#strangers.size === 0) this.#stopSweep();
    });
    this.#cancelSweep ??= this.#ports.scheduler.after(SWEEP_MS, () => this.#sweep());
  }

  /** Notes the socket that TLS made for a connection. */
  speak(socket: Socket, encrypted: Socket): void {
    const connection = this.#of.get(socket);
    if (connection === undefined) return;
    connection.speaking = encrypted;
    connection.readBefore = socket.bytesRead;
    this.#of.set(encrypted, connection);
  }

  /** The head of a request has arrived. False if a stranger has sent too many ahead: its connection is closed, and nothing more of it is read. */
  admits(socket: Socket, response: ServerResponse): boolean {
    if (socket.destroyed) return false;
    const connection = this.#of.get(socket);
    if (connection === undefined || !this.#strangers.has(connection)) return true;
    connection.ahead = answerOf(socket) === response ? 0 : connection.ahead + 1;
    if (connection.ahead < STRANGER_REQUESTS) return true;
    socket.destroy();
    stopReading(socket);
    return false;
  }

  /** A head or a body has arrived completely, so what came before it takes no more memory. */
  arrived(socket: Socket): void {
    const connection = this.#of.get(socket);
    if (connection === undefined || !this.#strangers.has(connection)) return;
    connection.readBefore = connection.socket.bytesRead;
    connection.sinceMs = this.#ports.clock.monotonicMs();
  }

  /** The sender of a request on this connection was verified. */
  know(socket: Socket): void {
    const connection = this.#of.get(socket);
    if (connection === undefined || !this.#strangers.delete(connection)) return;
    this.#callers.add(connection);
    if (this.#strangers.size === 0) this.#stopSweep();
  }

  /** Closes the connections on which no answer is under way, except those in a handshake. */
  closeIdle(): void {
    for (const connection of this.#all()) {
      if (connection.speaking !== null && answerOf(connection.speaking) === null) connection.speaking.destroy();
    }
  }

  closeAll(): void {
    for (const { socket } of this.#all()) socket.destroy();
  }

  #all(): readonly Connection[] {
    return [...this.#strangers, ...this.#callers];
  }

  #makeRoom(): boolean {
    const [stranger] = this.#strangers;
    const oldest = stranger ?? this.#oldestIdle();
    if (oldest === null) return false;
    // The event that a socket is closed comes later, and the room is needed now.
    if (!this.#strangers.delete(oldest)) this.#callers.delete(oldest);
    (oldest.speaking ?? oldest.socket).destroy();
    this.#reportFull();
    return true;
  }

  #oldestIdle(): Connection | null {
    for (const caller of this.#callers) if (answerOf(caller.speaking as Socket) === null) return caller;
    return null;
  }

  #reportFull(): void {
    const nowMs = this.#ports.clock.monotonicMs();
    if (nowMs - this.#reportedMs < REPORT_MS) return;
    this.#reportedMs = nowMs;
    this.#ports.observer.connectionsFull?.({ connections: this.#limits.connections });
  }

  #sweep(): void {
    this.#cancelSweep = this.#ports.scheduler.after(SWEEP_MS, () => this.#sweep());
    const { strangerBytes, strangerBodyMs } = this.#limits;
    const slowMs = this.#ports.clock.monotonicMs() - strangerBodyMs;
    let bytes = 0;
    for (const { socket, speaking, readBefore, sinceMs } of this.#strangers) {
      const incomplete = socket.bytesRead - readBefore;
      // Node closes a connection whose head is late, and one that is idle.
      if (sinceMs < slowMs && incomplete > 0) (speaking ?? socket).destroy();
      else bytes += incomplete;
    }
    if (bytes > strangerBytes) this.#closeLargest(bytes);
  }

  /** Closes the strangers with the most incomplete bytes, until all together have half of what they may have. */
  #closeLargest(bytes: number): void {
    let left = bytes;
    const incomplete = ({ socket, readBefore }: Connection): number => socket.bytesRead - readBefore;
    for (const largest of [...this.#strangers].sort((a, b) => incomplete(b) - incomplete(a))) {
      if (left <= this.#limits.strangerBytes / 2) break;
      left -= incomplete(largest);
      (largest.speaking ?? largest.socket).destroy();
    }
  }

  #stopSweep(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = null;
  }
}

/** The answer under way on a connection, from an internal member of Node, which uses it for the same purpose. */
export function answerOf(socket: Socket): ServerResponse | null {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? null;
}

/** Stops the parser in the middle of a packet, through a member that Node uses itself; without it, the rest is read in vain. */
function stopReading(socket: Socket): void {
  (socket as Socket & { parser?: { pause?(): void } | null }).parser?.pause?.();
}
