/** The network between one of three nodes and the database fails in different ways, again and again; and answers of commits are lost at all. */
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../servers.ts';
import { FaultCluster, LEASE_MS, probe } from './cluster.ts';
import { Load } from './load.ts';
import type { Weather } from './proxy.ts';
import { seconds } from './stage.ts';
import type { Row } from './stage.ts';

const NAMES = ['a', 'b', 'c'] as const;
/** The lease that servers have without a setting: a slow network suits no short one. */
const USUAL_LEASE_MS = 10_000;

/** The node cannot reach the database at all, and has to say so. */
function silent(weather: Weather): Row {
  return {
    name: `the network between a node and the database is ${weather}`,
    async play(stage) {
      const cluster = await FaultCluster.start(stage, NAMES);
      const load = await Load.begin(cluster);
      load.start();
      const untilMs = performance.now() + stage.forMs;
      const noticed: number[] = [];
      const returned: number[] = [];
      while (performance.now() < untilMs) {
        await delay(stage.random.between(500, 1_500));
        const name = stage.random.pick(NAMES);
        const { server, network } = cluster.member(name);
        const sinceMs = performance.now();
        const before = load.ended;
        network.change(weather);
        await until(`${name} to say that it is not well`, async () =>
          (await probe(server, '/healthz')) === '' ? null : true,
        );
        noticed.push(performance.now() - sinceMs);
        // Longer than the lease, so that the others take over.
        await delay(LEASE_MS + stage.random.below(2_000));
        if ((await probe(server, '/readyz')) === '')
          stage.violation(`${name} says that it is ready without a database`);
        const { code } = await server.call('StartExecution', { FlowName: 'steps', ExecutionName: 'refused' });
        if (code === null) stage.violation(`${name} has acknowledged a start without a database`);
        await until('the others to continue', () => Promise.resolve(load.ended > before ? true : null));
        network.change('fine');
        returned.push(await cluster.recovered());
      }
      const figures = await load.finish();
      return `${noticed.length} times, ${figures}; said so after ${seconds(Math.max(...noticed))} at most, well again after ${seconds(Math.max(...returned))} at most`;
    },
  };
}

/** The node works as well as it can. */
function poor(weather: Weather): Row {
  return {
    name: `the network between a node and the database is ${weather}`,
    async play(stage) {
      const cluster = await FaultCluster.start(stage, NAMES, { leaseMs: USUAL_LEASE_MS });
      const load = await Load.begin(cluster);
      load.start();
      const { server, network } = cluster.member(stage.random.pick(NAMES));
      network.change(weather);
      await delay(stage.forMs);
      const isNode = (await cluster.nodeNames()).includes(server.name);
      network.change('fine');
      await cluster.recovered();
      const joined = server.stderr().split('joined the store again').length - 1;
      const figures = await load.finish();
      return `${seconds(stage.forMs)}, ${figures}; ${isNode ? 'it was a node to the end' : 'it was no node at the end'}, and joined again ${joined} times`;
    },
  };
}

const LOST: Row = {
  name: "the answer of a node's commit is lost",
  async play(stage) {
    const cluster = await FaultCluster.start(stage, NAMES);
    const load = await Load.begin(cluster);
    load.start();
    const networks = NAMES.map((name) => cluster.member(name).network);
    for (const network of networks) network.change('losing answers');
    await delay(stage.forMs);
    for (const network of networks) network.change('fine');
    await cluster.recovered();
    const lost = networks.reduce((sum, { lostCommits }) => sum + lostCommits, 0);
    if (lost === 0) stage.violation('no answer of a commit was lost, so the row shows nothing');
    return `${lost} answers of commits lost, ${await load.finish()}`;
  },
};

export const NETWORKS: readonly Row[] = [silent('cut'), silent('half-open'), poor('slow'), poor('stalling'), LOST];
