/** A visitor of the console: what a browser sends, over plain connections, so that a test can change each part of it. */
import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { ROOT_KEY } from '../../src/testing/index.ts';
import type { ServerProcess } from '../../src/testing/index.ts';

export interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON. @throws {SyntaxError} */
  json(): Record<string, unknown>;
}

export interface Request {
  readonly method?: string;
  /** As it is sent: nothing normalizes it. */
  readonly path: string;
  /** `null` leaves out one that a visitor sends. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: string | Uint8Array;
}

/** Sends a request as it is. @throws when the connection fails */
export function ask(url: string, request: Request, agent?: Agent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    send(url, request, agent, reject, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString();
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, bytes, text, json: () => JSON.parse(text) as Record<string, unknown> });
      });
    });
  });
}

function send(
  url: string,
  { method = 'GET', path, headers = {}, body }: Request,
  agent: Agent | undefined,
  onError: (error: Error) => void,
  onResponse: (response: IncomingMessage) => void,
): () => void {
  const { hostname, port } = new URL(url);
  const sent = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null);
  const request = httpRequest(
    { host: hostname, port, method, path, headers: Object.fromEntries(sent), ...(agent !== undefined && { agent }) },
    onResponse,
  );
  request.on('error', onError);
  request.end(body);
  return () => request.destroy();
}

/** An event of a stream. */
export interface Event {
  readonly name: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** A stream that is read as fast as it comes. */
export class OpenStream {
  readonly events: Event[] = [];
  /** Resolves at the end of the stream, in any way. */
  readonly ended: Promise<void>;
  readonly close: () => void;
  readonly #looking = new Set<() => void>();
  #isEnded = false;

  constructor(response: IncomingMessage, close: () => void) {
    this.close = close;
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const event = eventOf(part);
        if (event !== null) this.events.push(event);
      }
      for (const look of this.#looking) look();
    });
    response.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      response.once('close', () => {
        this.#isEnded = true;
        for (const look of this.#looking) look();
        resolve();
      });
    });
  }

  /** Resolves with what `find` finds, which is asked again when events have come. @throws when the stream ends before */
  until<T>(find: (events: readonly Event[]) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find(this.events);
        if (found === undefined && !this.#isEnded) return;
        this.#looking.delete(look);
        if (found !== undefined) return resolve(found);
        reject(new Error(`the stream has ended; its last events: ${JSON.stringify(this.events.slice(-3))}`));
      };
      this.#looking.add(look);
      look();
    });
  }

  /** The first event of a name that fits. */
  first(name: string, fits: (data: Record<string, unknown>) => boolean = () => true): Promise<Event> {
    return this.until((events) => events.find((each) => each.name === name && fits(each.data)));
  }

  /** The events of the execution that have come. */
  get history(): readonly StreamedEvent[] {
    return this.events.flatMap(({ name, data }) => (name === 'events' ? (data['events'] as StreamedEvent[]) : []));
  }
}

export interface StreamedEvent {
  readonly id: number;
  readonly type: string;
  readonly step: string;
  readonly detail: string;
  readonly global?: string;
}

function eventOf(part: string): Event | null {
  const lines = part.split('\n');
  const after = (begin: string): string => lines.find((line) => line.startsWith(begin))?.slice(begin.length) ?? '';
  const data = after('data: ');
  if (data === '') return null;
  return { name: after('event: '), id: after('id: '), data: JSON.parse(data) as Record<string, unknown> };
}

/** A browser at `http://127.0.0.1:port`, with the headers of each request of the console's page. */
export class Visitor {
  readonly url: string;
  /** `name=value`; empty before the sign-in. */
  cookie = '';
  readonly #t: CleanUp;
  readonly #agent: Agent;

  constructor(t: CleanUp, { url }: Pick<ServerProcess, 'url'>, { sockets = 1 } = {}) {
    this.#t = t;
    this.url = url;
    this.#agent = new Agent({ keepAlive: true, maxSockets: sockets });
    atEnd(t, () => this.#agent.destroy());
  }

  get headers(): Record<string, string> {
    const { origin } = new URL(this.url);
    return {
      'x-millrace-console': '1',
      'sec-fetch-site': 'same-origin',
      origin,
      ...(this.cookie !== '' && { cookie: this.cookie }),
    };
  }

  async ask(request: Request): Promise<Reply> {
    const reply = await ask(this.url, { ...request, headers: { ...this.headers, ...request.headers } }, this.#agent);
    const set = reply.headers['set-cookie']?.[0];
    if (set !== undefined) this.cookie = set.split(';')[0]?.replace(/=$/, '') ?? '';
    return reply;
  }

  get(path: string): Promise<Reply> {
    return this.ask({ path: `/console/${path}` });
  }

  post(path: string, body: unknown): Promise<Reply> {
    const headers = { 'content-type': 'application/json' };
    return this.ask({ method: 'POST', path: `/console/${path}`, headers, body: JSON.stringify(body) });
  }

  call(action: string, parameters: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.post(`api/${action}`, parameters);
  }

  /** A call that must succeed. */
  async ok(action: string, parameters: Readonly<Record<string, string>> = {}): Promise<Record<string, unknown>> {
    const reply = await this.call(action, parameters);
    assert.equal(reply.status, 200, `${action}: ${reply.text}`);
    return reply.json();
  }

  signIn(key: Key = ROOT_KEY): Promise<Reply> {
    return this.post('session', key);
  }

  /** Opens a stream on a connection of its own. Rejects with the reply of a refusal. */
  stream(query: Readonly<Record<string, string>>): Promise<OpenStream> {
    const path = `/console/stream?${new URLSearchParams(query).toString()}`;
    return new Promise((resolve, reject) => {
      const agent = new Agent();
      const close = send(this.url, { path, headers: this.headers }, agent, reject, (response) => {
        if (response.statusCode === 200) return resolve(new OpenStream(response, close));
        response.resume().once('end', () => reject(new Refusal(response.statusCode ?? 0)));
      });
      atEnd(this.#t, () => {
        close();
        agent.destroy();
      });
    });
  }

  /** The stream of an execution. */
  follow(flow: string, execution: string, from?: number): Promise<OpenStream> {
    return this.stream({ flow, execution, ...(from !== undefined && { from: String(from) }) });
  }
}

/** A stream was refused. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

/** A visitor who has signed in. */
export async function signedIn(
  t: CleanUp,
  server: Pick<ServerProcess, 'url'>,
  key: Key = ROOT_KEY,
  options: { readonly sockets?: number } = {},
): Promise<Visitor> {
  const visitor = new Visitor(t, server, options);
  const reply = await visitor.signIn(key);
  assert.equal(reply.status, 200, reply.text);
  return visitor;
}

/** JSON text of a state machine that begins with its first state. */
export function machine(...States: Record<string, unknown>[]): string {
  return JSON.stringify({
    ...{ Type: 'StateMachine', SpecVersion: 'v1', Name: 'test', StartAt: States[0]?.['Name'] },
    States: States.map((state, i) =>
      i === States.length - 1 && state['Type'] !== 'Fail' ? { ...state, End: true } : state,
    ),
  });
}

export async function createFlow(
  visitor: Visitor,
  name: string,
  definition: string,
  mode: 'Express' | 'Standard' = 'Standard',
): Promise<void> {
  await visitor.ok('CreateFlow', {
    Name: name,
    Definition: definition,
    Type: 'FDL',
    ExecutionMode: mode,
    Description: '',
  });
}

/** Settings with a key of these policies. */
export function keySettings(key: Key, statements: readonly object[]): string {
  const policies = [{ Version: '1', Statement: statements }];
  return `keys: ${JSON.stringify([{ ...key, policies }])}\n`;
}

/** The lines of the log that report a defect or a failed call. */
export function faultsIn(server: Pick<ServerProcess, 'stderr'>): readonly string[] {
  return server
    .stderr()
    .split('\n')
    .filter((line) => line.includes('"level":50') || line.includes('"level":60'));
}

/** Resolves when the log has a line with all of these texts. A line may arrive after the reply that it is about. */
export function logged(server: Pick<ServerProcess, 'process' | 'stderr'>, texts: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (
        !server
          .stderr()
          .split('\n')
          .some((line) => texts.every((text) => line.includes(text)))
      )
        return;
      server.process.stderr?.off('data', look);
      resolve();
    };
    server.process.stderr?.on('data', look);
    look();
  });
}

export function codeOf(reply: Reply): unknown {
  return reply.json()['Code'];
}
