/** Servers on one database, each with a network of its own to it, and calls that go to any server that runs. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresOptions } from '../../../src/store/postgres/options.ts';
import { atEnd } from '../../../src/testing/clean-up.ts';
import type { ServerOptions } from '../../../src/testing/server-process.ts';
import type { Body } from '../../support/clients.ts';
import { sendRaw } from '../../support/signed-request.ts';
import { startClusterServer, until } from '../servers.ts';
import type { Callee, ClusterServer, Outcome } from '../servers.ts';
import { FaultyDatabase } from './database.ts';
import { openNetwork } from './proxy.ts';
import type { Network } from './proxy.ts';
import type { Stage } from './stage.ts';

export const LEASE_MS = 3_000;
/** A takeover may take longer than the lease by this. */
export const GRACE_MS = 2_000;
const PATIENCE_MS = 15_000;
const RETRY_MS = 100;

export interface Member {
  readonly server: ClusterServer;
  readonly network: Network;
}

export interface ClusterOptions {
  /** A new one when absent. */
  readonly database?: FaultyDatabase;
  /** {@link LEASE_MS} when absent. */
  readonly leaseMs?: number;
  readonly settings?: string;
  /** Variables of the environment of each server, by its name. */
  readonly env?: (name: string) => Readonly<Record<string, string>>;
}

export class FaultCluster implements Callee {
  readonly stage: Stage;
  readonly database: FaultyDatabase;
  readonly store: PostgresOptions;
  readonly #options: ClusterOptions;
  readonly #members = new Map<string, Member>();
  /** The database that networks lead to. */
  #primary: FaultyDatabase;
  #isOver = false;

  static async start(stage: Stage, names: readonly string[], options: ClusterOptions = {}): Promise<FaultCluster> {
    const database = options.database ?? (await FaultyDatabase.start(stage.t));
    const cluster = new FaultCluster(stage, database, options);
    await Promise.all(names.map((name) => cluster.add(name)));
    await until('the servers to find each other', async () =>
      (await cluster.nodeNames()).length === names.length ? true : null,
    );
    return cluster;
  }

  private constructor(stage: Stage, database: FaultyDatabase, options: ClusterOptions) {
    this.stage = stage;
    this.database = database;
    this.#primary = database;
    this.#options = options;
    this.store = database.options('faults');
    atEnd(stage.t, () => {
      this.#isOver = true;
    });
  }

  /** Starts a server; its name may be that of one that has ended. @param version where another version is launched */
  async add(name: string, version: Pick<ServerOptions, 'launcher'> = {}): Promise<Member> {
    const { stage, store } = this;
    const { settings = '', leaseMs = LEASE_MS, env = () => ({}) } = this.#options;
    const network = await openNetwork(stage.t, () => this.#primary.place, stage.random);
    const server = await startClusterServer(stage.t, {
      ...{ name, settings, leaseMs, patienceMs: PATIENCE_MS, env: env(name) },
      store: { ...store, host: '127.0.0.1', port: network.port },
      ...version,
    });
    const member = { server, network };
    this.#members.set(name, member);
    return member;
  }

  /** The server gets no further calls. */
  remove(name: string): Member {
    const member = this.member(name);
    this.#members.delete(name);
    return member;
  }

  /** The server gets calls again. */
  restore(member: Member): void {
    this.#members.set(member.server.name, member);
  }

  member(name: string): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new Error(`there is no server ${name}`);
    return member;
  }

  get servers(): readonly ClusterServer[] {
    return [...this.#members.values()].map(({ server }) => server);
  }

  /** From now on, new connections go to this database. */
  useDatabase(database: FaultyDatabase): void {
    this.#primary = database;
  }

  /** Calls any server. */
  call(action: string, parameters?: Body): Promise<Outcome> {
    return this.stage.random.pick(this.servers).call(action, parameters);
  }

  /** Calls any server until one gives a reply, or refuses with a code of `done`. Null for such a refusal. */
  async insist(action: string, parameters: Body, ...done: readonly string[]): Promise<Body | null> {
    const untilMs = performance.now() + 120_000;
    for (;;) {
      const outcome = await this.call(action, parameters);
      // A row that has ended too soon leaves calls behind, which wait for nothing any more.
      if (this.#isOver) return new Promise(() => undefined);
      if (outcome.reply !== null) return outcome.reply;
      if (done.includes(outcome.code)) return null;
      if (performance.now() > untilMs) throw new Error(`${action} is refused: ${outcome.code} ${outcome.message}`);
      await delay(RETRY_MS);
    }
  }

  /** As {@link insist}, for a call that no code ends. */
  async ask(action: string, parameters: Body = {}): Promise<Body> {
    return (await this.insist(action, parameters)) as Body;
  }

  async nodeNames(): Promise<string[]> {
    const { Nodes } = await this.ask('ListNodes');
    return (Nodes as Body[]).map(({ Name }) => String(Name));
  }

  /** Waits until all servers are well, and returns how long that took. */
  async recovered(): Promise<number> {
    const sinceMs = performance.now();
    for (const server of this.servers) {
      await until(`the recovery of ${server.name}`, async () => {
        const reasons = await Promise.all([probe(server, '/healthz'), probe(server, '/readyz')]);
        return reasons.join('') === '' ? true : null;
      });
    }
    return performance.now() - sinceMs;
  }
}

/** The reason that a probe gives; empty when the server is well. */
export async function probe(server: ClusterServer, path: '/healthz' | '/readyz'): Promise<string> {
  const reply = await sendRaw(server.url, { method: 'GET', path });
  return reply.status === 200 ? '' : String(reply.json()['reason'] ?? reply.status);
}
