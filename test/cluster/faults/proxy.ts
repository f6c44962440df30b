/**
 * The network between one server and its database: a TCP proxy that can cut it, stop forwarding, be slow, stall and reset at random, or
 * lose answers.
 *
 * A proxy forwards streams, so it cannot drop packets. What TCP makes of lost packets is delay, and in the end a reset; `stalling` does
 * both.
 */
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo, NetConnectOpts, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { atEnd } from '../../../src/testing/clean-up.ts';
import type { CleanUp } from '../../../src/testing/clean-up.ts';
import type { Random } from '../../simulation/random.ts';

export type Weather =
  | 'fine'
  /** Connections are refused, and those that there were are reset. */
  | 'cut'
  /** Connections are accepted, and nothing is forwarded, not even the end of a connection. */
  | 'half-open'
  /** {@link SLOW_MS} each way. */
  | 'slow'
  /** Stalls of up to {@link STALL_MS} at random, and resets. */
  | 'stalling'
  /** At random, the answer to what the server has sent does not arrive, and the connection is reset. */
  | 'losing answers';

export const SLOW_MS = 200;
const STALL_MS = 3_000;
const STALLS = 0.05;
const RESETS = 0.01;
const LOST_ANSWERS = 0.01;
const LOST_COMMITS = 0.1;

export interface Network {
  /** Of 127.0.0.1. */
  readonly port: number;
  readonly weather: Weather;
  /** Answers to commits that were lost. */
  readonly lostCommits: number;
  change(weather: Weather): void;
}

/** The name of the prepared statement that every commit of executions begins with. */
const COMMIT_MARK = Buffer.from('fence\0');

/** @param place of the database; it can change, and new connections go to the new one */
export async function openNetwork(t: CleanUp, place: () => NetConnectOpts, random: Random): Promise<Network> {
  const pairs = new Set<Pair>();
  const state = { weather: 'fine' as Weather, lostCommits: 0, changed: Promise.withResolvers<void>() };

  /** Waits as the weather wants before a piece is forwarded. False: the connection is reset instead. */
  async function pass(): Promise<boolean> {
    for (;;) {
      switch (state.weather) {
        case 'half-open':
          await state.changed.promise;
          continue;
        case 'cut':
          return false;
        case 'slow':
          await delay(SLOW_MS);
          return true;
        case 'stalling':
          if (random.chance(STALLS)) await delay(random.below(STALL_MS));
          return !random.chance(RESETS);
        default:
          return true;
      }
    }
  }

  class Pair {
    readonly #sockets: readonly [server: Socket, database: Socket];
    #isLosing = false;
    #wasCommit = false;

    constructor(server: Socket) {
      const database = createConnection(place());
      this.#sockets = [server, database];
      this.#forward(server, database, (piece) => this.#note(piece));
      this.#forward(database, server, () => !this.#isLosing);
      pairs.add(this);
    }

    reset(): void {
      pairs.delete(this);
      for (const socket of this.#sockets) socket.destroy();
    }

    #note(piece: Buffer): boolean {
      if (this.#isLosing || state.weather !== 'losing answers') return true;
      this.#wasCommit = piece.includes(COMMIT_MARK);
      this.#isLosing = random.chance(this.#wasCommit ? LOST_COMMITS : LOST_ANSWERS);
      return true;
    }

    /** Forwards in order, however long each piece takes. @param mayPass false: the piece is lost, and the connection ends */
    #forward(from: Socket, to: Socket, mayPass: (piece: Buffer) => boolean): void {
      let last: Promise<unknown> = Promise.resolve();
      const inOrder = (work: () => void): void => {
        last = last.then(async () => {
          if (await pass()) work();
          else this.reset();
        });
      };
      from.on('data', (piece: Buffer) => {
        // All that came in while the network is slow travels at the same time.
        const passed = state.weather === 'slow' ? delay(SLOW_MS) : null;
        const work = (): void => {
          if (mayPass(piece)) {
            to.write(piece);
            return;
          }
          if (this.#wasCommit) state.lostCommits++;
          this.reset();
        };
        if (passed === null) inOrder(work);
        else last = last.then(() => passed).then(work);
      });
      from.on('error', () => undefined);
      from.on('close', () => inOrder(() => this.reset()));
    }
  }

  const server = createServer((socket) => {
    if (state.weather === 'cut') socket.destroy();
    else new Pair(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    server.close();
    for (const pair of pairs) pair.reset();
  });
  return {
    port: (server.address() as AddressInfo).port,
    get weather() {
      return state.weather;
    },
    get lostCommits() {
      return state.lostCommits;
    },
    change(weather) {
      state.weather = weather;
      state.changed.resolve();
      state.changed = Promise.withResolvers();
      if (weather === 'cut') for (const pair of pairs) pair.reset();
    },
  };
}
