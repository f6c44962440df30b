/**
 * Sessions of browsers. A session is a cookie: the id of the access key, an id of its own and the time of its last use, sealed with
 * the secret of the key. So any process that knows the key can check it, a restart of the server ends no session, and a session ends
 * with its key, or when its secret or its security token changes.
 *
 * Signing out is remembered by the processes that serve at that time, as long as the session could be used.
 */
import { isJsonObject, parseJson } from '../base/json.ts';
import type { Ports } from '../base/ports.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { AccessKey } from '../auth/key-ring.ts';
import { sameSignature } from '../signatures/hmac.ts';

/** Without a call for this long, a session ends. */
export const IDLE_MS = 8 * 3_600_000;
/** A cookie that is older than this is renewed with the next call. */
const RENEW_MS = 300_000;
/** Distinguishes what is signed here from every string that a request signs. */
const PURPOSE = 'millrace console session';

export interface Session {
  readonly key: AccessKey;
  readonly id: string;
  /** When it was last renewed, milliseconds since 1970. */
  readonly usedMs: number;
}

export type SessionKeys = Pick<Authenticator, 'prove' | 'find'>;

export class Sessions {
  readonly #keys: SessionKeys;
  readonly #ports: Pick<Ports, 'clock' | 'ids'>;
  /** Ids of sessions that were ended, and until when they could be used; the earliest first. */
  readonly #ended = new Map<string, number>();

  constructor(keys: SessionKeys, ports: Pick<Ports, 'clock' | 'ids'>) {
    this.#keys = keys;
    this.#ports = ports;
  }

  /** Begins a session. @throws {ApiError} for a wrong key, as the API says it. */
  begin(accessKeyId: string, secret: string, securityToken: string | null): Session {
    const key = this.#keys.prove(accessKeyId, secret, securityToken);
    return { key, id: this.#ports.ids.uuid(), usedMs: this.#ports.clock.nowMs() };
  }

  /** The session of a request; null for none, or one that has ended. */
  of(cookies: string | undefined, name: string): Session | null {
    const sealed = cookieOf(cookies, name);
    const [content = '', seal = ''] = sealed.split('.');
    const facts = contentOf(content);
    if (facts === null) return null;
    const key = this.#keys.find(facts.accessKeyId);
    if (key === null || !sameSignature(sealOf(key, content), seal)) return null;
    const nowMs = this.#ports.clock.nowMs();
    if (nowMs - facts.usedMs > IDLE_MS || this.#ended.has(facts.id)) return null;
    return { key, id: facts.id, usedMs: facts.usedMs };
  }

  /** Remembers that a session was ended, here or by another process. */
  end(id: string): void {
    const nowMs = this.#ports.clock.nowMs();
    for (const [each, untilMs] of this.#ended) {
      if (untilMs >= nowMs) break;
      this.#ended.delete(each);
    }
    this.#ended.set(id, nowMs + IDLE_MS);
  }

  /** The cookie of a session that begins or is used now. */
  cookie(name: string, { key, id }: Session, isSecure: boolean): string {
    const facts = JSON.stringify([key.accessKeyId, id, this.#ports.clock.nowMs()]);
    const content = Buffer.from(facts).toString('base64url');
    return cookieText(name, `${content}.${sealOf(key, content)}`, isSecure, IDLE_MS / 1000);
  }

  /** Whether its cookie should be sent again. */
  isToRenew({ usedMs }: Session): boolean {
    return this.#ports.clock.nowMs() - usedMs > RENEW_MS;
  }
}

/** A cookie that takes the place of the session's and ends at once. */
export function endingCookie(name: string, isSecure: boolean): string {
  return cookieText(name, '', isSecure, 0);
}

/**
 * The name of the cookie. Browsers do not distinguish ports, and a person may have two servers on one machine, so the port is in it.
 */
export function cookieName(host: string): string {
  const port = /:(\d+)$/.exec(host)?.[1] ?? '';
  return port === '' ? 'millrace-session' : `millrace-session-${port}`;
}

/** Without a path the cookie belongs to the folder of the request, so it works below any prefix of a proxy. */
function cookieText(name: string, value: string, isSecure: boolean, seconds: number): string {
  return `${name}=${value}; HttpOnly; SameSite=Strict; Max-Age=${seconds}${isSecure ? '; Secure' : ''}`;
}

function cookieOf(cookies: string | undefined, name: string): string {
  for (const each of cookies?.split(';') ?? []) {
    const equals = each.indexOf('=');
    if (each.slice(0, equals).trim() === name) return each.slice(equals + 1).trim();
  }
  return '';
}

function contentOf(content: string): { accessKeyId: string; id: string; usedMs: number } | null {
  try {
    const value = parseJson(Buffer.from(content, 'base64url').toString());
    if (isJsonObject(value) || !Array.isArray(value)) return null;
    const [accessKeyId, id, usedMs] = value as unknown[];
    const isSound = typeof accessKeyId === 'string' && typeof id === 'string' && typeof usedMs === 'number';
    return isSound ? { accessKeyId, id, usedMs } : null;
  } catch {
    return null;
  }
}

function sealOf(key: AccessKey, content: string): string {
  const token = key.securityToken?.reveal() ?? '';
  return key.acs3['ACS3-HMAC-SHA256'].signText(`${PURPOSE}\n${token}\n${content}`, 'hex');
}
