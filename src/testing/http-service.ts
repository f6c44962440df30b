/** A small HTTP service for flows to call, in the process of the test. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from './clean-up.ts';
import type { CleanUp } from './clean-up.ts';

export interface Service {
  /** `http://127.0.0.1:45123` */
  readonly url: string;
}

/** Answers one request, whose body is complete. */
export type AnswerRequest = (request: IncomingMessage, body: string, response: ServerResponse) => void;

/** Serves on a free port of 127.0.0.1 until the end of the test. */
export async function startService(t: CleanUp, answer: AnswerRequest): Promise<Service> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, Buffer.concat(chunks).toString(), response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Answers with JSON; the status is 200 when none is given. */
export function answerJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
