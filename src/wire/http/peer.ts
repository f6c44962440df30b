/**
 * Who is at the other end of a connection: the caller itself, or a reverse proxy. The setting `http.trustProxy` names the
 * proxies. Only their headers `X-Forwarded-For` and `X-Forwarded-Proto` are believed, because anyone can send these headers.
 */
import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../base/loopback.ts';

export interface Peer {
  /** Address of the caller; empty if it is not known: the connection is closed, or a proxy did not say. */
  readonly address: string;
  /** Whether the caller's own connection is encrypted. */
  readonly isSecure: boolean;
}

type Request = Pick<IncomingMessage, 'socket' | 'headers'>;

/** Headers with which proxies name themselves or the caller. */
const OF_PROXIES = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'];

/** Whether a request says that it came through a proxy. A caller can say so too, which only makes it less trusted. */
export function saysProxy({ headers }: Pick<Request, 'headers'>): boolean {
  return OF_PROXIES.some((name) => headers[name] !== undefined);
}

export class Peers {
  readonly #proxies: BlockList | null;
  readonly #encrypted: boolean;

  /** `proxies` are addresses and CIDR blocks; `encrypted`: the server speaks TLS. */
  constructor(proxies: readonly string[], encrypted: boolean) {
    this.#proxies = proxies.length === 0 ? null : blockListOf(proxies);
    this.#encrypted = encrypted;
  }

  of({ socket, headers }: Request): Peer {
    const address = socket.remoteAddress ?? '';
    if (!this.#isProxy(address)) return { address, isSecure: this.#encrypted };
    return {
      address: this.#forwarded(listOf(headers['x-forwarded-for'])),
      isSecure: listOf(headers['x-forwarded-proto']).at(-1)?.toLowerCase() === 'https',
    };
  }

  /** Whether no one on the way can read along: the caller's connection is encrypted or of this machine, and no unknown proxy is seen. */
  isPrivate(request: Request): boolean {
    if (saysProxy(request) && !this.#isProxy(request.socket.remoteAddress ?? '')) return this.#encrypted;
    const { address, isSecure } = this.of(request);
    return isSecure || isLoopback(address);
  }

  /** The host that the caller has called, with its port: that which a trusted proxy names, else that of the request. */
  hostOf({ socket, headers }: Request): string {
    const forwarded = this.#isProxy(socket.remoteAddress ?? '') ? listOf(headers['x-forwarded-host']).at(0) : undefined;
    return forwarded ?? headers.host ?? '';
  }

  /** Whether no one on the way can have changed the body: no proxy is seen, and the connection is encrypted or of this machine. */
  bodyIsSafe(request: Request): boolean {
    const address = request.socket.remoteAddress ?? '';
    if (this.#isProxy(address) || saysProxy(request)) return false;
    return this.#encrypted || isLoopback(address);
  }

  /** The last address that is not a proxy's: every proxy adds the address from which it was called, and the caller any others. */
  #forwarded(addresses: readonly string[]): string {
    for (let i = addresses.length - 1; i >= 0; i--) {
      const address = withoutPort(addresses[i] as string);
      if (isIP(address) === 0) return '';
      if (!this.#isProxy(address)) return address;
    }
    return '';
  }

  #isProxy(address: string): boolean {
    const family = this.#proxies === null ? 0 : isIP(address);
    return family !== 0 && this.#proxies?.check(address, family === 4 ? 'ipv4' : 'ipv6') === true;
  }
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function listOf(header: string | string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  return String(header)
    .split(',')
    .map((item) => item.trim());
}

/** `192.0.2.1:4711`, `[2001:db8::1]:4711` and `[2001:db8::1]` without brackets and port. */
function withoutPort(text: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}
