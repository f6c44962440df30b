/**
 * The pools of connections that calls go out on, and what the pools alone know: which addresses they may be opened to,
 * and whether a connection that broke had carried an earlier call.
 */
import { channel } from 'node:diagnostics_channel';
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { AddressNotAllowed } from './egress.ts';
import type { EgressPolicy } from './egress.ts';

/** A target that does not take the connection within this time counts as not reachable. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * How long an idle connection is kept for a server that does not say (`Keep-Alive: timeout=…`) how long it keeps it.
 * Servers in use give up after two seconds and more; a call must not be sent on a connection just being closed.
 */
const IDLE_MS = 1_000;

/** The connections to one kind of target: those that are kept for the next call, and those that serve one call. */
export interface Pools {
  readonly kept: Agent;
  readonly single: Agent;
}

/** Pools without a policy, for targets that the settings name. */
export function openPools(connectionsPerOrigin: number): Pools {
  return newPools(connectionsPerOrigin, buildConnector({ allowH2: false, timeout: CONNECT_TIMEOUT_MS }));
}

/** Pools that connect only to addresses that the policy allows, whether written in the URL or found by a lookup. */
export function guardedPools(connectionsPerOrigin: number, policy: EgressPolicy): Pools {
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const allowed = error === null ? addresses.filter((each) => policy.allows(hostname, each.address)) : [];
      const [first] = allowed;
      if (error !== null) callback(error, []);
      else if (first === undefined) callback(new AddressNotAllowed(hostname), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
  const connect = buildConnector({ allowH2: false, timeout: CONNECT_TIMEOUT_MS, lookup: guardedLookup });
  return newPools(connectionsPerOrigin, (options, callback) => {
    // A literal address is never looked up.
    if (isIP(options.hostname) !== 0 && !policy.allows(options.hostname, options.hostname)) {
      const refusal = new AddressNotAllowed(options.hostname);
      process.nextTick(() => callback(refusal, null));
      return;
    }
    connect(options, callback);
  });
}

function newPools(connections: number, connector: buildConnector.connector): Pools {
  const connect = watched(connector);
  // HTTP/2 would share one connection between calls, so that giving one up could not close it. The callers' own
  // deadlines stand in for undici's timeouts.
  const options = { connect, connections, allowH2: false, headersTimeout: 0, bodyTimeout: 0 };
  return {
    kept: new Agent({ ...options, keepAliveTimeout: IDLE_MS }),
    // Without pipelining undici asks for the connection to be closed after the answer.
    single: new Agent({ ...options, pipelining: 0 }),
  };
}

/** How many requests were written to a connection. */
const written = new WeakMap<object, number>();

channel('undici:client:sendHeaders').subscribe((message) => {
  const { socket } = message as { readonly socket: object };
  written.set(socket, (written.get(socket) ?? 0) + 1);
});

/** Errors of connections that broke under a later request than their first. */
const worn = new WeakSet<Error>();

/**
 * True for the error of a kept connection that was closed or reset under a request. Whether the server had closed it
 * before it saw the request nobody can tell; that it did is by far the likeliest.
 */
export function isStaleConnection(error: unknown): boolean {
  return error instanceof Error && worn.has(error);
}

function watched(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      // After a failure there is no socket, whatever the types say of `null`.
      if (result[0] === null && result[1] !== null) watch(result[1]);
      callback(...result);
    });
  };
}

/** Set before undici's own listeners, so that the mark is there when undici hands the error on. */
function watch(socket: Socket): void {
  let closedByPeer = false;
  socket.on('end', () => {
    closedByPeer = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const broke = closedByPeer || error.code === 'ECONNRESET' || error.code === 'EPIPE';
    if (broke && (written.get(socket) ?? 0) > 1) worn.add(error);
  });
}
