/** The pools of connections for outgoing calls, and the check of the addresses that they connect to. */
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import type { ConnectionBudget } from './connection-budget.ts';
import { AddressNotAllowed } from './egress.ts';
import type { EgressPolicy } from './egress.ts';
import { watchedConnector } from './stale-connections.ts';

/** A target that does not accept the connection within this time counts as unreachable. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * How long an idle connection stays open when the server does not say how long it waits (`Keep-Alive: timeout=…`). Common
 * servers close idle connections after two seconds or more, and a call must not be sent on a connection that is closing.
 */
const IDLE_MS = 1_000;

export interface Pools {
  /** Connections that serve one call after another. */
  readonly keepAlive: Agent;
  /** Connections that serve one call and are then closed. */
  readonly single: Agent;
}

export interface PoolLimits {
  readonly connectionsPerOrigin: number;
  /** For all origins and all pools. */
  readonly budget: ConnectionBudget;
}

/** Pools without a policy, for targets that the settings name. */
export function openPools(limits: PoolLimits): Pools {
  return newPools(limits, buildConnector({ allowH2: false, timeout: CONNECT_TIMEOUT_MS }));
}

/** Pools that connect only to addresses that the policy allows, whether the URL has the address or a lookup gives it. */
export function guardedPools(limits: PoolLimits, policy: EgressPolicy): Pools {
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
  return newPools(limits, (options, callback) => {
    // A literal address is never looked up.
    if (isIP(options.hostname) !== 0 && !policy.allows(options.hostname, options.hostname)) {
      const refusal = new AddressNotAllowed(options.hostname);
      process.nextTick(() => callback(refusal, null));
      return;
    }
    connect(options, callback);
  });
}

function newPools({ connectionsPerOrigin, budget }: PoolLimits, connector: buildConnector.connector): Pools {
  // With HTTP/2 several calls would share a connection, and aborting one call could not close it. The callers have
  // deadlines, so the timeouts of undici are off.
  const options = {
    connect: budget.bound(watchedConnector(connector)),
    connections: connectionsPerOrigin,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  return {
    keepAlive: new Agent({ ...options, keepAliveTimeout: IDLE_MS }),
    // Without pipelining undici asks the server to close the connection after the answer.
    single: new Agent({ ...options, pipelining: 0 }),
  };
}
