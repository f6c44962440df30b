/**
 * The service that the tasks of a storm call. It answers at once, late, or by closing the connection, and reports callbacks early,
 * late, twice, or only at the end of the storm. It remembers the key of every call.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { ServiceCall } from './evidence.ts';

/** The kinds of a start: the last part of the URL that its tasks call. */
export const KINDS = ['quick', 'quick', 'slow', 'shaky'] as const;

/** A token that a task waits with, and whose task it is. */
export interface Ticket {
  readonly token: string;
  readonly flow: string;
  readonly execution: string;
}

export class StormService {
  readonly calls: ServiceCall[] = [];
  /** Every token that the service received. */
  readonly tickets: Ticket[] = [];
  readonly #random: Random;
  readonly #report: (ticket: Ticket) => void;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  /** @param report is called when the service wants to report a task's outcome */
  constructor(random: Random, report: (ticket: Ticket) => void) {
    this.#random = random;
    this.#report = report;
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request).catch(() => null);
    // The end of a server cut the request off.
    if (body === null) return;
    const { flow, execution, start, state, item } = JSON.parse(body) as Record<string, unknown>;
    const work = JSON.stringify([flow, execution, start, state, item]);
    this.calls.push({ key: String(request.headers['idempotency-key']), work });
    const kind = request.url?.slice(1) ?? '';
    const token = request.headers['x-fnf-http-callback-task-token'];
    if (typeof token === 'string') this.#take({ token, flow: String(flow), execution: String(execution) });
    if (kind === 'slow') await delay(this.#random.below(400));
    if (kind === 'shaky' && this.#random.chance(0.25)) response.destroy();
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}');
  }

  #take(ticket: Ticket): void {
    this.tickets.push(ticket);
    const random = this.#random;
    if (random.chance(0.2)) return;
    const times = random.chance(0.2) ? 2 : 1;
    for (let i = 0; i < times; i++) {
      const waitMs = random.pick([0, 0, 5, 50, 500, 1_500, 2_900]);
      void delay(waitMs).then(() => this.#report(ticket));
    }
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
