/** The stores in one schema of a PostgreSQL database, put together. */
import { systemClock } from '../../base/clock.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { Stores } from '../stores.ts';
import { storesOf } from '../stores.ts';
import { NOW_MS, StoreClock } from './clock.ts';
import { Commits } from './commits.ts';
import { createPool } from './connect.ts';
import { Database } from './database.ts';
import { createPostgresExecutions, seldomCounted } from './execution-store.ts';
import { openingFault } from './faults.ts';
import { createPostgresFlows } from './flow-store.ts';
import { Hints } from './hints.ts';
import { createPostgresMessages } from './message-store.ts';
import { prepareDatabase } from './migrate.ts';
import { createPostgresNodes } from './node-store.ts';
import type { PostgresOptions } from './options.ts';
import { Partitions } from './partitions.ts';
import { createPostgresSchedules } from './schedule-store.ts';

/**
 * Connects, makes the schema if there is none, and applies the migrations that it lacks.
 * @throws {StoreFault} when the database cannot be used
 */
export async function openPostgresStores(options: PostgresOptions, scheduler: Scheduler): Promise<Stores> {
  try {
    await prepareDatabase(options);
  } catch (error) {
    throw openingFault(error, options);
  }
  const { shards } = options;
  const database = new Database(createPool(options));
  const clock = new StoreClock(systemClock);
  const partitions = new Partitions(database);
  const commits = new Commits(options, partitions, scheduler);
  const hints = new Hints(options, scheduler);
  database.endsWith(() => commits.close());
  const stores = storesOf({
    flows: createPostgresFlows(database.use('flow store')),
    executions: createPostgresExecutions({ use: database.use('execution store'), commits, clock, partitions, shards }),
    messages: createPostgresMessages(database.use('message store')),
    schedules: createPostgresSchedules(database.use('schedule store')),
    nodes: createPostgresNodes({
      use: database.use('node store'),
      ...{ hints, clock, partitions },
      running: seldomCounted(database, clock),
    }),
    clock,
  });
  try {
    await measureClock(database, clock);
    await partitions.makeAhead(clock.nowMs());
    await hints.open();
    return stores;
  } catch (error) {
    await stores.close();
    throw openingFault(error, options);
  }
}

async function measureClock(database: Database, clock: StoreClock): Promise<void> {
  const sentMs = clock.monotonicMs();
  const [row] = await database.rows(`SELECT ${NOW_MS} AS now_ms`);
  clock.measured(sentMs, Number(row?.['now_ms']));
}
