/**
 * An address for a server that restarts at it. While such a server is down, the system may give a port that it chose itself to any
 * program that asks for one, such as a connection of a test beside this one. So this port is below those that systems choose from.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Linux chooses from 32768 on, other systems from 49152 on. */
const FIRST_CHOSEN = 32_768;
const FIRST = 15_000;

/** @returns `127.0.0.1:23456`, which is free */
export async function lastingAddress(): Promise<string> {
  for (;;) {
    const port = randomInt(FIRST, FIRST_CHOSEN);
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return `127.0.0.1:${port}`;
  }
}
