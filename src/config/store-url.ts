/**
 * The setting `store`: memory, an SQLite file, or the URL of a PostgreSQL database. A URL can hold a password, so no fault shows one.
 */
import * as v from 'valibot';
import { isLoopback } from '../base/loopback.ts';
import type { Kind } from './kinds.ts';
import { Secret } from './settings.ts';

export type StorePlace =
  | { readonly kind: 'memory' }
  /** Relative to the data folder. */
  | { readonly kind: 'sqlite'; readonly file: string }
  | PostgresPlace;

export interface PostgresPlace {
  readonly kind: 'postgres';
  /** Name or address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: Secret | null;
  readonly tls: TlsMode;
}

/** `require`: TLS without a check of the certificate. */
export type TlsMode = 'disable' | 'require' | 'verify-full';

export const DEFAULT_STORE = 'sqlite:millrace.db';

const TLS_MODES: readonly TlsMode[] = ['disable', 'require', 'verify-full'];
const PORT = 5432;
const FORM = 'postgres://user:password@host:5432/database?sslmode=verify-full';

export const storePlace: Kind<StorePlace> = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const place = placeOf(dataset.value);
    if (typeof place !== 'string') return place;
    addIssue({ message: place });
    return NEVER;
  }),
);

/** The place, or the fault of the value. */
function placeOf(raw: unknown): StorePlace | string {
  if (raw === 'memory') return { kind: 'memory' };
  if (raw === 'sqlite') return { kind: 'sqlite', file: DEFAULT_STORE.slice('sqlite:'.length) };
  if (typeof raw !== 'string') return `is not "sqlite:" and a file, a URL such as ${FORM}, or "memory"`;
  if (/^sqlite:./.test(raw)) return { kind: 'sqlite', file: raw.slice('sqlite:'.length) };
  if (/^postgres(?:ql)?:\/\//.test(raw)) return postgresOf(raw);
  return `is not "sqlite:" and a file, a URL such as ${FORM}, or "memory"`;
}

function postgresOf(raw: string): PostgresPlace | string {
  // A password with a slash, a question mark or a hash ends the part before the host, and its rest would become a parameter, which the
  // fault would show, or the name of a host.
  const isCut = /^[^:]*:\/\/[^/?#]*[/?#].*@/.test(raw);
  if (isCut || !URL.canParse(raw)) {
    return `is not a URL such as ${FORM} (write special characters of a password as %40)`;
  }
  const { hostname, port, pathname, username, password, searchParams } = new URL(raw);
  const unknown = [...searchParams.keys()].find((name) => name !== 'sslmode' && name !== 'host');
  if (unknown !== undefined) {
    return `has the parameter "${unknown}", which is unknown; the parameters are sslmode and host, and others are settings below postgres`;
  }
  const host = searchParams.get('host') ?? decoded(hostname).replace(/^\[(.*)\]$/, '$1');
  const database = decoded(pathname.slice(1));
  if (host === '' || username === '' || database === '' || database.includes('/')) {
    return `is not a URL with user, host and database, such as ${FORM}`;
  }
  // A socket, or an address of this machine: no one else reads what goes over it.
  const isLocal = host.startsWith('/') || isLoopback(host);
  const mode = searchParams.get('sslmode') ?? (isLocal ? 'disable' : 'verify-full');
  const tls = TLS_MODES.find((each) => each === mode);
  if (tls === undefined) return `has an sslmode that is not one of ${TLS_MODES.join(', ')}`;
  return {
    ...{ kind: 'postgres', host, port: port === '' ? PORT : Number(port), database, user: decoded(username), tls },
    password: password === '' ? null : new Secret(decoded(password)),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
