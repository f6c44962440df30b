/**
 * A keep-alive connection on a bare socket that sends prepared bytes and waits for each answer. An HTTP client would take more
 * time than the servers that it measures. An answer has a `Content-Length`, or chunks, which only the last bytes complete.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const NOTHING: Buffer = Buffer.alloc(0);

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

export class Connection {
  readonly #socket: Socket;
  #received: Buffer = NOTHING;
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Connection(socket);
  }

  /** Sends a request. A connection carries one request at a time. */
  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) return this.#readChunks(head, headEnd + HEAD_END.length);
    const end = headEnd + HEAD_END.length + Number(length);
    if (this.#received.length < end) return;
    const body = this.#received.subarray(headEnd + HEAD_END.length, end);
    this.#received = this.#received.length === end ? NOTHING : this.#received.subarray(end);
    this.#finish(head, body);
  }

  /** Nothing follows the last chunk, because the next request waits for it. */
  #readChunks(head: string, start: number): void {
    if (!/\r\ntransfer-encoding: *chunked/i.test(head)) {
      this.#fail(new Error(`an answer without Content-Length and without chunks:\n${head}`));
      return;
    }
    if (!this.#received.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)) return;
    const body = joinChunks(this.#received.subarray(start));
    if (body === null) return;
    this.#received = NOTHING;
    this.#finish(head, body);
  }

  #finish(head: string, body: Buffer): void {
    const answer = { status: Number(head.slice(9, 12)), body };
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(answer);
  }
}

/** The content of chunks; null when the last one is not there yet. */
function joinChunks(bytes: Buffer): Buffer | null {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const line = bytes.indexOf('\r\n', at);
    const length = line < 0 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (length === 0) return Buffer.concat(chunks);
    if (Number.isNaN(length)) return null;
    chunks.push(bytes.subarray(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
  return null;
}
