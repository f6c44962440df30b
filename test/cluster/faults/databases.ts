/** The database fails: it is killed, its connections are ended, a standby takes its place, its disk is full. */
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../servers.ts';
import { FaultCluster, probe } from './cluster.ts';
import { FaultyDatabase, smallDisk } from './database.ts';
import { Load } from './load.ts';
import { CannotPlay, seconds } from './stage.ts';
import type { Row } from './stage.ts';

const NAMES = ['a', 'b', 'c'] as const;
/** A database without rows needs less than 50 MB beside its log, of which it writes 16 MB at a time. */
const DISK_MB = 160;
/** Of executions that fill the last pages of a table within a moment. */
const INPUT_BYTES = 8_000;

/** Waits until each server says that it is not well. */
async function unwell(cluster: FaultCluster): Promise<void> {
  for (const server of cluster.servers) {
    await until(`${server.name} to say that it is not well`, async () =>
      (await probe(server, '/healthz')) === '' ? null : true,
    );
  }
}

const KILLED: Row = {
  name: 'PostgreSQL is killed and started again',
  async play(stage) {
    const cluster = await FaultCluster.start(stage, NAMES);
    const load = await Load.begin(cluster);
    load.start();
    const untilMs = performance.now() + stage.forMs;
    const returned: number[] = [];
    while (performance.now() < untilMs) {
      await delay(stage.random.between(1_000, 3_000));
      await cluster.database.kill();
      // A long downtime ends the leases, a short one does not.
      if (stage.random.chance(0.5)) await unwell(cluster);
      await delay(stage.random.below(4_000));
      await cluster.database.start();
      returned.push(await cluster.recovered());
    }
    return `${returned.length} kills, ${await load.finish()}; well again after ${seconds(Math.max(...returned))} at most`;
  },
};

const ENDED_CONNECTIONS: Row = {
  name: 'the connections of PostgreSQL are ended, again and again',
  async play(stage) {
    const cluster = await FaultCluster.start(stage, NAMES);
    const load = await Load.begin(cluster);
    load.start();
    const untilMs = performance.now() + stage.forMs;
    let ended = 0;
    while (performance.now() < untilMs) {
      await delay(stage.random.between(100, 1_500));
      const rows = await cluster.database.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace'",
      );
      ended += rows.length;
    }
    const returned = await cluster.recovered();
    return `${ended} connections ended, ${await load.finish()}; well again after ${seconds(returned)}`;
  },
};

const PROMOTED: Row = {
  name: 'a synchronous standby is promoted',
  async play(stage) {
    const database = await FaultyDatabase.start(stage.t);
    const standby = await database.addStandby();
    const cluster = await FaultCluster.start(stage, NAMES, { database });
    const [copy] = await database.sql("SELECT sync_state FROM pg_stat_replication WHERE application_name = 'standby'");
    if (copy?.['sync_state'] !== 'sync') stage.violation('the standby is not synchronous, so the row shows nothing');
    const load = await Load.begin(cluster);
    load.start();
    await delay(stage.forMs / 2);
    await database.kill();
    const before = load.ended;
    const sinceMs = performance.now();
    await standby.promote();
    cluster.useDatabase(standby);
    await cluster.recovered();
    const returnedMs = performance.now() - sinceMs;
    await delay(stage.forMs / 2);
    if (load.ended === before) stage.violation('nothing has ended on the new primary');
    return `${await load.finish()}; well again ${seconds(returnedMs)} after the end of the primary`;
  },
};

/** @param part of the database that the small disk has */
function full(part: 'tables' | 'log'): Row {
  return {
    name: `the disk of the database is full (${part})`,
    async play(stage) {
      const disk = smallDisk(stage.t, DISK_MB);
      if (disk === null) throw new CannotPlay('this user may not mount a small disk');
      const database = await FaultyDatabase.start(
        stage.t,
        part === 'tables' ? { folder: disk } : { walFolder: join(disk, 'wal') },
      );
      const cluster = await FaultCluster.start(stage, NAMES, { database });
      const load = await Load.begin(cluster, { inputBytes: INPUT_BYTES });
      load.start();
      const untilMs = performance.now() + stage.forMs;
      const returned: number[] = [];
      while (performance.now() < untilMs) {
        await delay(stage.random.between(1_000, 3_000));
        const ballast = join(disk, 'ballast');
        fill(disk, ballast);
        await until('a server to say that it is not well', async () => {
          // Only what has to grow fails. A database that cannot write its log ends.
          fill(disk, ballast);
          const reasons = await Promise.all(cluster.servers.map((server) => probe(server, '/healthz')));
          return reasons.some((reason) => reason !== '') ? true : null;
        });
        await delay(stage.random.below(3_000));
        rmSync(ballast);
        if (!database.isRunning) await database.start();
        returned.push(await cluster.recovered());
      }
      return `full ${returned.length} times, ${await load.finish()}; well again after ${seconds(Math.max(...returned))} at most`;
    },
  };
}

/** Takes all the space that is left. */
function fill(disk: string, ballast: string): void {
  const { bavail, bsize } = statfsSync(disk);
  if (bavail > 0) writeFileSync(ballast, Buffer.alloc(bavail * bsize), { flag: 'a' });
}

export const DATABASES: readonly Row[] = [KILLED, ENDED_CONNECTIONS, PROMOTED, full('tables'), full('log')];
