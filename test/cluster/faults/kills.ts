/** One of three servers is killed under load, again and again; and one is stopped past its lease, and continues. */
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../servers.ts';
import { FaultCluster, GRACE_MS, LEASE_MS } from './cluster.ts';
import { Load, takenOver } from './load.ts';
import { seconds } from './stage.ts';
import type { Row } from './stage.ts';

const NAMES = ['a', 'b', 'c'] as const;

export const KILLS: Row = {
  name: 'kill -9 of one of three nodes under load, again and again',
  async play(stage) {
    const cluster = await FaultCluster.start(stage, NAMES);
    const load = await Load.begin(cluster);
    load.start();
    const untilMs = performance.now() + stage.forMs;
    const times: number[] = [];
    let kills = 0;
    let cut = 0;
    while (performance.now() < untilMs) {
      await delay(stage.random.between(500, 1_500));
      const victim = stage.random.pick(NAMES);
      const { server } = cluster.remove(victim);
      const killedMs = performance.now();
      await server.kill();
      // Each connection of the process has ended by now, or does so within a moment.
      await delay(100);
      const { calls, ms } = await takenOver(load, killedMs);
      kills++;
      cut += calls;
      if (calls > 0) times.push(ms);
      if (ms > LEASE_MS + GRACE_MS) {
        stage.violation(`the takeover from ${victim} took ${seconds(ms)} with a lease of ${seconds(LEASE_MS)}`);
      }
      await cluster.add(victim);
    }
    const figures = await load.finish();
    const mean = times.reduce((sum, ms) => sum + ms, 0) / Math.max(1, times.length);
    return `${kills} kills, ${figures}; ${cut} calls under way; takeover ${seconds(mean)} on average, ${seconds(Math.max(0, ...times))} at most (lease ${seconds(LEASE_MS)})`;
  },
};

export const ZOMBIES: Row = {
  name: 'SIGSTOP past the lease, then SIGCONT',
  async play(stage) {
    const cluster = await FaultCluster.start(stage, NAMES);
    const load = await Load.begin(cluster);
    load.start();
    const untilMs = performance.now() + stage.forMs;
    let stops = 0;
    while (performance.now() < untilMs) {
      await delay(stage.random.between(500, 1_500));
      const name = stage.random.pick(NAMES);
      const before = await nodeNumber(cluster, name);
      const { server, network } = cluster.remove(name);
      server.process.kill('SIGSTOP');
      stops++;
      await until('the others to take over', async () => ((await cluster.nodeNames()).includes(name) ? null : true));
      await delay(stage.random.below(1_500));
      server.process.kill('SIGCONT');
      // Calls reach the zombie at once.
      cluster.restore({ server, network });
      const now = await until('the zombie to join again', () => nodeNumber(cluster, name));
      if (now === before) stage.violation(`${name} is node ${now}, which was gone, again`);
      await until('the zombie to say so in its log', () =>
        Promise.resolve(server.stderr().includes('joined the store again') ? true : null),
      );
    }
    return `${stops} stops, ${await load.finish({ zombies: true })}`;
  },
};

/** The number of the live node of this name; null when there is none. */
async function nodeNumber(cluster: FaultCluster, name: string): Promise<number | null> {
  const { reply } = await cluster.call('ListNodes');
  const nodes = (reply?.['Nodes'] ?? []) as Record<string, unknown>[];
  const found = nodes.find(({ Name }) => Name === name)?.['Node'];
  return found === undefined ? null : Number(found);
}
