/**
 * The console behind HTTP: the files of the program in the browser, the session, and what the program asks of the server. `wire/` has
 * read the request; this room decides who may ask.
 *
 * Nothing of it concerns a call of the API: a server whose console no one opens holds a few empty maps for it.
 */
import { throttled } from '../api/error.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { AccessKey } from '../auth/key-ring.ts';
import { formatTime } from '../base/clock.ts';
import type { Ports } from '../base/ports.ts';
import { TokenBucket } from '../base/token-bucket.ts';
import type { Operation } from '../operations/operation.ts';
import type { OperationServices } from '../operations/services.ts';
import { Assets } from './assets.ts';
import { Calls, bodyObject, textMember } from './calls.ts';
import type { Who } from './calls.ts';
import type { Changes } from './changes.ts';
import { foreignRequest } from './origin.ts';
import type { ChangeReader, OtherConsoles } from './other-consoles.ts';
import type { SessionView } from './protocol.ts';
import { jsonAnswer, refusal, send } from './request.ts';
import type { Answer, ConsoleHead, ConsoleRequest } from './request.ts';
import { Secrets } from './secrets.ts';
import { Sessions, cookieName, endingCookie } from './sessions.ts';
import type { Session } from './sessions.ts';
import { Streams } from './streams/streams.ts';

export interface ConsoleOptions {
  readonly operations: ReadonlyMap<string, Operation<OperationServices>>;
  readonly services: OperationServices;
  readonly authenticator: Authenticator;
  /** The reports of the engine of this process. */
  readonly changes: Changes;
  /** Those of the other processes that serve together with this one; null: there are none. */
  readonly others: Pick<OtherConsoles, 'endSession'> | null;
  /** Reads the changes of the others; null: there are none. */
  readonly reader: ChangeReader | null;
  readonly place: { readonly region: string; readonly account: string };
  /** Size limit of the body of a call of the API (`limits.request`). */
  readonly requestBytes: number;
  /** Version of Millrace. */
  readonly version: string;
  readonly ports: Ports;
}

/** Where the console is: all its paths are below. */
export const CONSOLE_PATH = '/console';

/** A body of a request without a session: a key with its token. */
const STRANGER_BODY_BYTES = 64 * 1024;
/** The names and the other parameters beside a definition. */
const OTHER_PARAMETERS_BYTES = 64 * 1024;

/** Attempts to sign in that the process answers: people mistype, and no one guesses a secret at this rate. */
const ATTEMPTS = { perSecond: 5, burst: 20 };

export class Console {
  readonly #options: ConsoleOptions;
  readonly #assets: Assets;
  readonly #sessions: Sessions;
  readonly #calls: Calls;
  readonly #secrets: Secrets;
  readonly #streams: Streams;
  readonly #attempts: TokenBucket;

  constructor(options: ConsoleOptions) {
    const { authenticator, ports, services } = options;
    this.#options = options;
    this.#assets = new Assets(ports.scheduler);
    this.#sessions = new Sessions(authenticator, ports);
    this.#calls = new Calls(options);
    this.#secrets = new Secrets({ services, calls: this.#calls, observer: ports.observer });
    this.#streams = new Streams({ ...options, calls: this.#calls });
    this.#attempts = new TokenBucket(ATTEMPTS, ports.clock.monotonicMs());
  }

  /**
   * The size limit of the body of a request. In a session it is twice the limit of a request of the API: quotation marks and line ends
   * of a definition take two bytes in JSON. Each parameter still has the limit of a request (`calls.ts`).
   */
  bodyBytes(head: ConsoleHead): number {
    const { requestBytes, authenticator } = this.#options;
    const isKnown = authenticator.open || this.#session(head) !== null;
    if (foreignRequest(head) !== null || !isKnown) return STRANGER_BODY_BYTES;
    head.caller.know();
    return 2 * requestBytes + OTHER_PARAMETERS_BYTES;
  }

  /** Answers a request. Rejects for a defect only. */
  async handle(request: ConsoleRequest): Promise<void> {
    const answer = await this.#answer(request);
    if (answer !== null) send(request.response, answer);
  }

  /** A session was ended at another process. */
  sessionEnded(id: string): void {
    this.#sessions.end(id);
    this.#streams.recheck();
  }

  /** Ends the streams; the browsers come back, to this server or to the next one. */
  close(): void {
    this.#streams.close();
  }

  /** Null: the answer is a stream, which has begun. */
  async #answer(request: ConsoleRequest): Promise<Answer | null> {
    const { method, path, headers } = request;
    const [first = ''] = path.split('/', 1);
    const isRead = method === 'GET' || method === 'HEAD';
    if (isRead && !DYNAMIC.has(first)) {
      return (await this.#assets.answer(path, String(headers['accept-encoding'] ?? ''))) ?? NO_FILE;
    }
    const isStream = path === 'stream' && method === 'GET';
    if (isStream && request.signer !== null) return this.#signedStream(request, request.signer);
    const foreign = foreignRequest(request);
    if (foreign !== null) return foreign;
    const session = this.#session(request);
    if (path === 'session') return this.#sessionAnswer(request, session);
    if (!this.#options.authenticator.open && session === null) return NOT_SIGNED_IN;
    request.caller.know();
    const who: Who = { key: session?.key ?? null, caller: request.caller };
    if (isStream) {
      const mayGoOn = (): boolean => session === null || this.#session(request) !== null;
      return this.#streams.open(request, who, mayGoOn);
    }
    if (method !== 'POST') return DYNAMIC.has(first) ? NO_METHOD : NO_FILE;
    const answer = await this.#posted(path, request.body, who);
    return answer === null ? NO_FILE : this.#renewed(answer, request, session);
  }

  /** The stream for a program: a signature says who asks, and no page can make one. */
  #signedStream(request: ConsoleRequest, key: AccessKey): Answer | null {
    request.caller.know();
    const mayGoOn = (): boolean => this.#options.authenticator.find(key.accessKeyId) !== null;
    return this.#streams.open(request, { key, caller: request.caller }, mayGoOn);
  }

  async #posted(path: string, body: Buffer, who: Who): Promise<Answer | null> {
    if (path === 'reveal') return this.#secrets.reveal(body, who);
    if (path === 'report') return this.#secrets.report(body, who);
    const action = /^api\/([^/]+)$/.exec(path)?.[1];
    return action === undefined ? null : this.#calls.answer(action, body, who);
  }

  #session({ headers, caller }: ConsoleHead): Session | null {
    if (this.#options.authenticator.open) return null;
    return this.#sessions.of(headers.cookie, cookieName(caller.host));
  }

  async #sessionAnswer(request: ConsoleRequest, session: Session | null): Promise<Answer> {
    const { method, caller } = request;
    if (method === 'GET') return this.#renewed(jsonAnswer(this.#view(session)), request, session);
    if (this.#options.authenticator.open) return NO_METHOD;
    const name = cookieName(caller.host);
    if (method === 'DELETE') {
      if (session !== null) {
        this.#sessions.end(session.id);
        await this.#options.others?.endSession(session.id);
        this.#streams.recheck();
      }
      return { status: 204, headers: { 'set-cookie': endingCookie(name, caller.isSecure) } };
    }
    if (method !== 'POST') return NO_METHOD;
    if (!caller.isPrivate) return NOT_PRIVATE;
    let begun: Session | null = null;
    const answer = await this.#calls.reported('SignIn', async () => {
      const asked = bodyObject(request.body);
      const token = textMember(asked, 'securityToken');
      const secret = textMember(asked, 'accessKeySecret');
      const accessKeyId = textMember(asked, 'accessKeyId');
      const waitMs = this.#attempts.take(this.#options.ports.clock.monotonicMs());
      if (waitMs > 0) throw throttled(waitMs);
      begun = this.#sessions.begin(accessKeyId, secret, token === '' ? null : token);
      return {};
    });
    if (begun === null) return answer;
    const cookie = this.#sessions.cookie(name, begun, caller.isSecure);
    return jsonAnswer(this.#view(begun), 200, { 'set-cookie': cookie });
  }

  #view(session: Session | null): string {
    const { authenticator, place, version, ports } = this.#options;
    const view: SessionView = {
      auth: authenticator.open ? 'off' : 'on',
      signedIn: authenticator.open || session !== null,
      accessKeyId: session?.key.accessKeyId ?? '',
      isRoot: authenticator.open || session?.key.isRoot === true,
      ...place,
      version,
      time: formatTime(ports.clock.nowMs()),
    };
    return JSON.stringify(view);
  }

  /** With the cookie of the session, if it is due to be sent again. */
  #renewed(answer: Answer, { caller }: ConsoleRequest, session: Session | null): Answer {
    if (session === null || !this.#sessions.isToRenew(session)) return answer;
    const cookie = this.#sessions.cookie(cookieName(caller.host), session, caller.isSecure);
    return { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } };
  }
}

/** Paths that lead to no file. */
const DYNAMIC: ReadonlySet<string> = new Set(['session', 'api', 'stream', 'reveal', 'report']);

const NO_FILE = refusal(404, 'InvalidApi.NotFound', 'The console has nothing at this address.');
const NO_METHOD = refusal(405, 'UnsupportedHTTPMethod', 'The console does not answer this method at this address.');
const NOT_SIGNED_IN = refusal(401, 'NotSignedIn', 'The session has ended. Sign in again.');
const NOT_PRIVATE = refusal(
  403,
  'AccessDenied',
  'The server takes a secret over TLS or from its own machine only, because others on the network could read it. Set tls.certificate and tls.key, or reach the server through a tunnel, such as ssh -L. Behind a reverse proxy with TLS, name the proxy in http.trustProxy.',
);
