/**
 * Replies that their callers do not read. What a connection does not take stays in memory, so all of it together is
 * bounded: beyond that the connections that have been behind for longest are cut off, and only they notice.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export class UnreadReplies {
  readonly #maxBytes: number;
  /** By connection, the one that fell behind first at the front. */
  readonly #unread = new Map<Socket, { bytes: number; readonly forget: () => void }>();
  #bytes = 0;

  /** `maxBytes` is for all connections together. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of replies that wait to be read. */
  get bytes(): number {
    return this.#bytes;
  }

  /** To be called when a reply was ended: counts what of it the connection has not taken, until it has or is closed. */
  add(socket: Socket, response: ServerResponse): void {
    const bytes = response.writableLength;
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
      // Node does not close the replies that wait behind another one when their connection closes.
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
