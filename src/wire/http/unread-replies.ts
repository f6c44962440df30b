/**
 * Replies that callers do not read. Node holds the bytes that a connection does not accept in memory, so their sum is limited.
 * Above the limit, the server cuts off the connections that fell behind first; other callers are not affected.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export class UnreadReplies {
  readonly #maxBytes: number;
  /** By connection, the one that fell behind first comes first. */
  readonly #unread = new Map<Socket, { bytes: number; readonly forget: () => void }>();
  #bytes = 0;

  /** `maxBytes` limits all connections together. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of replies that wait to be read. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Counts bytes until the response is finished or its connection closed: after `response.end` those that the connection has not
   * accepted, or the `bytes` of a reply of which no more than a piece is written at a time.
   */
  add(socket: Socket, response: ServerResponse, bytes = response.writableLength): void {
    if (bytes === 0 || socket.destroyed) return;
    this.#hold(socket, bytes);
    response.once('close', () => this.#release(socket, bytes));
    for (const oldest of this.#unread.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#forget(oldest);
      oldest.destroy();
    }
  }

  #hold(socket: Socket, bytes: number): void {
    let held = this.#unread.get(socket);
    if (held === undefined) {
      // When a connection closes, Node closes only its current reply, not those that wait behind it.
      held = { bytes: 0, forget: () => this.#forget(socket) };
      this.#unread.set(socket, held);
      socket.once('close', held.forget);
    }
    held.bytes += bytes;
    this.#bytes += bytes;
  }

  #release(socket: Socket, bytes: number): void {
    const held = this.#unread.get(socket);
    if (held === undefined) return;
    held.bytes -= bytes;
    this.#bytes -= bytes;
    if (held.bytes === 0) this.#forget(socket);
  }

  #forget(socket: Socket): void {
    const held = this.#unread.get(socket);
    if (held === undefined) return;
    this.#bytes -= held.bytes;
    this.#unread.delete(socket);
    socket.off('close', held.forget);
  }
}
