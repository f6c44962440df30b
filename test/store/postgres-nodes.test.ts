/** Nodes of a PostgreSQL store: leases on the clock of the database, hints over broken connections. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOW_MS, StoreClock } from '../../src/store/postgres/clock.ts';
import { LeaseLost } from '../../src/store/nodes.ts';
import type { HintTopic, NodeReport } from '../../src/store/nodes.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { newNode, row, startOf } from './executions.ts';
import { openProxy } from './postgres-proxy.ts';
import { connect, freshOptions, open, waitForBlocked, WHERE_IT_RUNS } from './postgres-stores.ts';

const REPORT: NodeReport = { executions: 0, flowEpoch: 0, lagMs: 0 };

async function twoNodes(t: CleanUp) {
  const options = await freshOptions(t);
  const stores = await open(t, options);
  const other = await connect(t, options);
  const [a, b] = [(await newNode(stores)).node, (await newNode(stores)).node];
  return { options, stores, other, a, b };
}

describe('nodes in PostgreSQL', WHERE_IT_RUNS, () => {
  it('live as long as the clock of the database says, not the times that they pass', async (t) => {
    const { stores, other, a, b } = await twoNodes(t);
    await stores.executions.commit(a, [{ ...startOf(1), journal: row(1) }]);
    assert.equal((await stores.nodes.beat(b, REPORT, Number.MAX_SAFE_INTEGER)).size, 2);
    await other.query('UPDATE nodes SET beat_ms = beat_ms - 9000 WHERE number = $1', [a]);
    assert.equal((await stores.nodes.beat(b, REPORT, 0)).size, 2, 'its lease is ten seconds');
    assert.equal((await stores.nodes.beat(a, REPORT, 0)).rank, 0);
    await other.query('UPDATE nodes SET beat_ms = beat_ms - 11000 WHERE number = $1', [a]);
    assert.deepEqual(
      (await stores.nodes.list(0)).map(({ node }) => node),
      [b],
    );
    assert.equal((await stores.nodes.beat(b, REPORT, 0)).size, 1);
    await assert.rejects(stores.nodes.beat(a, REPORT, 0), LeaseLost);
    await assert.rejects(stores.executions.commit(a, [{ id: 1, journal: row(2) }]), LeaseLost);
    assert.deepEqual(await stores.executions.claimUnowned(b, 0, 9), [1]);
  });

  it('end by a beat of their own when it comes too late', async (t) => {
    const { stores, other, a } = await twoNodes(t);
    await other.query('UPDATE nodes SET beat_ms = beat_ms - 11000 WHERE number = $1', [a]);
    await assert.rejects(stores.nodes.beat(a, REPORT, 0), LeaseLost);
    await assert.rejects(stores.executions.commit(a, [startOf(1)]), LeaseLost);
  });

  it('are not removed while their last commit is under way, and other nodes continue to beat', async (t) => {
    const { options, stores, other, a, b } = await twoNodes(t);
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM node_fences WHERE number = $1 FOR KEY SHARE', [a]);
    const third = await connect(t, options);
    await third.query('UPDATE nodes SET beat_ms = beat_ms - 11000 WHERE number = $1', [a]);
    assert.equal((await stores.nodes.beat(b, REPORT, 0)).size, 2);
    await other.query('COMMIT');
    assert.equal((await stores.nodes.beat(b, REPORT, 0)).size, 1);
  });

  it('do not wait for one that joins, which waits for another transaction', async (t) => {
    const { stores, other, a } = await twoNodes(t);
    // As a purge does.
    await other.query('BEGIN');
    await other.query('UPDATE store SET purged_id = purged_id');
    const joining = newNode(stores);
    await waitForBlocked(other, 'UPDATE store');
    assert.equal((await stores.nodes.beat(a, REPORT, 0)).size, 2);
    await other.query('COMMIT');
    const { node } = await joining;
    assert.equal((await stores.nodes.beat(node, REPORT, 0)).size, 3);
  });

  it('do not take a wait for the row of the clock for a clock that was set back', async (t) => {
    const { stores, other, a, b } = await twoNodes(t);
    await other.query('BEGIN');
    await other.query('UPDATE clock SET seen_ms = seen_ms');
    const waiting = stores.nodes.beat(a, REPORT, 0);
    await waitForBlocked(other, 'UPDATE clock');
    // Another beat, which comes later and is first: longer after than the noise between two clocks.
    await other.query('SELECT pg_sleep(6)');
    await other.query(`UPDATE clock SET seen_ms = ${NOW_MS}`);
    await other.query('COMMIT');
    assert.equal((await waiting).setBackMs, 0);
    assert.equal((await stores.nodes.beat(b, REPORT, 0)).setBackMs, 0);
  });

  it('add up how far the clock of the database was set back, and do not live longer for it', async (t) => {
    const { stores, other, a, b } = await twoNodes(t);
    assert.equal((await stores.nodes.beat(b, REPORT, 0)).setBackMs, 0);
    await other.query('UPDATE clock SET seen_ms = seen_ms + 3000');
    assert.equal((await stores.nodes.beat(b, REPORT, 0)).setBackMs, 0, 'noise');
    // As if the clock had shown a time an hour later until now.
    await other.query('UPDATE clock SET seen_ms = seen_ms + 3600000');
    await other.query('UPDATE nodes SET beat_ms = beat_ms + 3600000');
    const { setBackMs } = await stores.nodes.beat(b, REPORT, 0);
    assert.ok(Math.abs((setBackMs ?? 0) - 3_600_000) < 60_000, String(setBackMs));
    assert.equal((await stores.nodes.beat(a, REPORT, 0)).setBackMs, setBackMs);
    assert.equal((await newNode(stores)).setBackMs, setBackMs);
    const [first] = await stores.nodes.list(0);
    assert.ok((first?.sinceBeatMs ?? Infinity) < 60_000);
  });

  it('count executions whose owner is gone as owned by none', async (t) => {
    const { stores, a, b } = await twoNodes(t);
    await stores.executions.commit(a, [startOf(1), { ...startOf(2), wakeMs: 5 }]);
    await stores.nodes.leave(a);
    assert.deepEqual(
      (await stores.nodes.list(0)).map(({ node, owned }) => [node, owned]),
      [[b, 0]],
    );
  });

  it('look once at everything when the connection for hints was lost', async (t) => {
    const options = await freshOptions(t);
    const stores = await open(t, options);
    const other = await connect(t, options);
    const { node } = await newNode(stores);
    const topics = new Set<HintTopic>();
    const all = Promise.withResolvers<void>();
    stores.nodes.onHint(node, (topic) => {
      topics.add(topic);
      if (topics.size === 3) all.resolve();
    });
    await other.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
    await all.promise;
    const hinted = Promise.withResolvers<HintTopic>();
    stores.nodes.onHint(node, hinted.resolve);
    stores.nodes.hint({ to: node, topic: 'work' });
    assert.equal(await hinted.promise, 'work');
  });

  it('notice an answer that does not come', async (t) => {
    const options = await freshOptions(t, { statementTimeoutMs: 100 });
    const proxy = await openProxy(t, options);
    const stores = await open(t, proxy.options);
    const { node } = await newNode(stores);
    await stores.executions.commit(node, []);
    proxy.holdAnswers();
    await Promise.all([
      assert.rejects(stores.executions.commit(node, [startOf(1)]), /did not answer within/),
      assert.rejects(stores.executions.get(1), /timeout/),
    ]);
    proxy.passAnswers();
    assert.deepEqual(await stores.executions.commit(node, [startOf(1)]), ['stored']);
    assert.equal((await stores.executions.get(1))?.id, 1);
  });
});

describe('the clock of a PostgreSQL store', () => {
  /** A clock of a machine that the test sets. */
  const machine = { wallMs: 1_000, steadyMs: 0, nowMs: () => machine.wallMs, monotonicMs: () => machine.steadyMs };

  /** The database answers with its time, half-way between question and answer. */
  function ask(clock: StoreClock, databaseMs: (steadyMs: number) => number, roundTripMs: number, share = 0.5): void {
    const sentMs = machine.steadyMs;
    const readMs = sentMs + roundTripMs * share;
    machine.steadyMs += roundTripMs;
    clock.measured(sentMs, Math.floor(databaseMs(readMs)));
  }

  it('is that of the database, though the machine is an hour off', () => {
    machine.steadyMs = 50;
    const clock = new StoreClock(machine);
    const database = (steadyMs: number) => 3_600_000 + steadyMs;
    ask(clock, database, 4);
    assert.ok(Math.abs(clock.nowMs() - database(machine.steadyMs)) <= 3);
    machine.wallMs += 86_400_000;
    machine.steadyMs += 1_000;
    assert.ok(Math.abs(clock.nowMs() - database(machine.steadyMs)) <= 3);
  });

  it('does not jump for a slow answer, and follows a clock that was set', () => {
    const clock = new StoreClock(machine);
    let offset = 5_000_000;
    const database = (steadyMs: number) => offset + steadyMs;
    ask(clock, database, 2);
    const before = clock.nowMs() - machine.steadyMs;
    for (const share of [0.01, 0.99, 0.5]) {
      ask(clock, database, 400, share);
      assert.ok(Math.abs(clock.nowMs() - machine.steadyMs - before) <= 1);
    }
    offset -= 60_000;
    ask(clock, database, 400, 0.3);
    assert.ok(Math.abs(clock.nowMs() - database(machine.steadyMs)) <= 201);
    ask(clock, database, 2);
    assert.ok(Math.abs(clock.nowMs() - database(machine.steadyMs)) <= 3);
  });
});
