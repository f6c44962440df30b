/** The contract of the nodes of a store and of the owners of executions, run on every adapter with two nodes at the same time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionChange } from '../../src/store/executions.ts';
import type { Mail } from '../../src/store/mail.ts';
import { LeaseLost } from '../../src/store/nodes.ts';
import type { HintTopic, NodeReport } from '../../src/store/nodes.ts';
import type { Stores } from '../../src/store/stores.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { ADAPTERS, openStores } from './adapters.ts';
import type { Adapter } from './adapters.ts';
import { endOf, newNode, row, startOf } from './executions.ts';

const STOP = { error: 'E', cause: 'because' };
const REPORT: NodeReport = { executions: 3, flowEpoch: 0, lagMs: 2 };
const LATER_MS = Number.MAX_SAFE_INTEGER;

/** A store with two live nodes, and their commits. */
async function twoNodes(t: CleanUp, adapter: Adapter) {
  const stores = await openStores(t, adapter, true);
  const { executions: store, nodes } = stores;
  const [a, b] = [(await newNode(stores, 0, 'a')).node, (await newNode(stores, 0, 'b')).node];
  const by =
    (node: number) =>
    (...changes: ExecutionChange[]) =>
      store.commit(node, changes);
  return { stores, store, nodes, a, b, byA: by(a), byB: by(b) };
}

function mail(id: number, execution: number, from: number): Mail {
  return { id: `00000000-0000-4000-8000-00000000000${id}`, execution, from, request: `{"n":${id}}` };
}

/** Two starts of one name in two nodes: what each got. */
async function race({ executions }: Stores, a: number, b: number, name: string, ids: readonly [number, number]) {
  const start = (id: number) => [{ ...startOf(id, { name }), journal: row(1) }];
  return Promise.all([executions.commit(a, start(ids[0])), executions.commit(b, start(ids[1]))]);
}

for (const adapter of ADAPTERS) {
  describe(`nodes: ${adapter.name}`, () => {
    it('have numbers that ascend, and are listed while they live', async (t) => {
      const { nodes, stores, a, b } = await twoNodes(t, adapter);
      assert.ok(b > a);
      await nodes.beat(a, REPORT, 0);
      await stores.executions.commit(a, [startOf(1), { ...startOf(2), wakeMs: 9 }]);
      const listed = await nodes.list(0);
      assert.deepEqual(
        listed.map(({ node, name, version, executions, lagMs, owned }) => [
          node,
          name,
          version,
          executions,
          lagMs,
          owned,
        ]),
        [
          [a, 'a', '1.0.0', 3, 2, 2],
          [b, 'b', '1.0.0', 0, 0, 0],
        ],
      );
      assert.ok(listed.every(({ sinceBeatMs }) => sinceBeatMs >= 0 && sinceBeatMs < 60_000));
      assert.deepEqual(await nodes.live(0), [a, b]);
      await nodes.leave(b);
      assert.deepEqual(await nodes.live(0), [a]);
      assert.deepEqual(
        (await nodes.list(0)).map(({ node }) => node),
        [a],
      );
      const { node: c } = await newNode(stores, 0, 'c');
      assert.ok(c > b);
      const beat = await nodes.beat(c, REPORT, 0);
      assert.deepEqual([beat.size, beat.rank], [2, 1]);
      assert.deepEqual({ ...beat.running }, { executions: 2, mapItems: 0 });
    });

    it('are gone when they leave, and change nothing more', async (t) => {
      const { nodes, store, a, b, byA, byB } = await twoNodes(t, adapter);
      await byA({ ...startOf(1), journal: row(1) });
      await nodes.leave(a);
      await nodes.leave(a);
      await assert.rejects(nodes.beat(a, REPORT, 0), LeaseLost);
      for (const call of [
        () => byA({ id: 1, journal: row(2) }),
        () => byA(),
        () => store.claim(a, 1),
        () => store.claimUnowned(a, 0, 9),
        () => store.claimDue(a, LATER_MS, 9),
        () => store.newIds(a, 5),
      ]) {
        await assert.rejects(call, LeaseLost);
      }
      assert.deepEqual(await store.journal(1, 1, 9), [row(1)]);
      assert.deepEqual(await store.claimUnowned(b, 0, 9), [1]);
      assert.deepEqual(await byB({ id: 1, journal: row(2) }), ['stored']);
    });

    it('get ids that no other has', async (t) => {
      const { store, a, b } = await twoNodes(t, adapter);
      const blocks = await Promise.all([a, b, a, b].map((node) => store.newIds(node, 50)));
      const ids = blocks.flatMap(({ first, step, count }) => Array.from({ length: count }, (_, i) => first + i * step));
      assert.ok(ids.length >= 4);
      assert.equal(new Set(ids).size, ids.length);
      assert.ok(ids.every((id) => Number.isSafeInteger(id) && id > 0));
    });

    it('notice changes of flows, and the lowest epoch is that of the last to notice', async (t) => {
      const { stores, nodes, a, b } = await twoNodes(t, adapter);
      const before = (await nodes.beat(a, REPORT, 0)).flowEpoch;
      assert.deepEqual((await stores.flows.changesSince(before)).flows, []);
      await stores.flows.create(flowRecord('one', { id: 'id-1' }));
      await stores.flows.update('one', { description: 'new', lastModifiedMs: 1, writer: null }, 'id-1');
      assert.equal(await stores.flows.delete('one'), 'id-1');
      assert.equal(await stores.flows.delete('one'), null);
      const { epoch, flows } = await stores.flows.changesSince(before);
      assert.ok(epoch > before);
      assert.deepEqual(flows?.at(-1), { name: 'one', deletedId: 'id-1' });
      assert.ok(flows?.every(({ name }) => name === 'one'));
      assert.equal((await nodes.beat(a, { ...REPORT, flowEpoch: epoch }, 0)).flowEpoch, epoch);
      assert.equal(await nodes.lowestFlowEpoch(0), before, 'the other has not noticed');
      await nodes.beat(b, { ...REPORT, flowEpoch: epoch }, 0);
      assert.equal(await nodes.lowestFlowEpoch(0), epoch);
      assert.equal((await newNode(stores)).flowEpoch, epoch, 'a node that joins has read no flow');
    });

    it('send each other messages, once and in order, and hints', async (t) => {
      const { nodes, a, b } = await twoNodes(t, adapter);
      const got = Promise.withResolvers<HintTopic>();
      nodes.onHint(b, got.resolve);
      await nodes.send({ from: a, to: b, text: '{"n":1}' });
      await nodes.send({ from: a, to: b, text: '{"n":2}' });
      assert.deepEqual(await nodes.receive(a), []);
      const texts = (await nodes.receive(b)).map(({ from, text }) => [from, text]);
      assert.deepEqual(texts, [
        [a, '{"n":1}'],
        [a, '{"n":2}'],
      ]);
      assert.deepEqual(await nodes.receive(b), []);
      nodes.hint({ to: null, topic: 'flows' });
      assert.equal(await got.promise, 'flows');
    });

    it('share nonces', async (t) => {
      const { nodes, a, b } = await twoNodes(t, adapter);
      const prints = (n: number) => new Uint8Array(12).fill(n);
      const first = await nodes.exchangeNonces(a, prints(1), 0);
      assert.deepEqual(first.batches, []);
      const second = await nodes.exchangeNonces(b, prints(2), 0);
      assert.deepEqual(
        second.batches.map((batch) => [...batch]),
        [[...prints(1)]],
      );
      const third = await nodes.exchangeNonces(a, new Uint8Array(0), first.position);
      assert.ok(third.batches.map((batch) => batch[0]).includes(2));
    });
  });

  describe(`owners of executions: ${adapter.name}`, () => {
    it('alone change them', async (t) => {
      const { store, a, b, byA, byB } = await twoNodes(t, adapter);
      await byA({ ...startOf(1), journal: row(1) });
      assert.equal(await store.ownerOf(1), a);
      const end = { id: 1, journal: row(2), ...endOf() };
      assert.deepEqual(await byB(end, { ...startOf(2), journal: row(1) }), ['lost', 'stored']);
      assert.equal((await store.get(1))?.status, 'Running');
      assert.deepEqual(await store.journal(1, 1, 9), [row(1)]);
      assert.deepEqual(await byA(end), ['stored']);
      assert.deepEqual(await byA(end), ['stored'], 'the answer was lost');
      assert.equal(await store.ownerOf(1), null);
      assert.equal(await store.ownerOf(2), b);
    });

    it('start one execution of a name, also at the same time', async (t) => {
      const { stores, store, a, b, byB } = await twoNodes(t, adapter);
      for (let n = 0; n < 10; n++) {
        const ids = [2 * n + 1, 2 * n + 2] as const;
        const outcomes = (await race(stores, a, b, `name-${n}`, ids)).flat();
        assert.deepEqual([...outcomes].sort(), ['name-taken', 'stored']);
        const [winner, loser] = outcomes[0] === 'stored' ? ids : [ids[1], ids[0]];
        assert.equal((await store.find('flow-1', `name-${n}`))?.id, winner);
        assert.equal(await store.get(loser), null);
        assert.deepEqual(await store.journal(loser, 1, 9), []);
      }
      assert.deepEqual(await byB({ ...startOf(90, { name: 'name-0' }), journal: row(1) }, startOf(91)), [
        'name-taken',
        'stored',
      ]);
    });

    it('do not take a due time for a name that is taken', async (t) => {
      const { stores, store, byA, byB } = await twoNodes(t, adapter);
      await stores.flows.create(flowRecord('orders', { id: 'flow-1' }));
      const times = {
        isEnabled: true,
        createdMs: 1,
        lastModifiedMs: 1,
        revision: 1,
        nextDueMs: 60_000,
        lastDueMs: null,
      };
      const texts = { description: '', cronExpression: '@every 1m', payload: '' };
      await stores.schedules.create({ flowName: 'orders', name: 's', id: 's-1', ...times, ...texts });
      await byA({ ...startOf(1), journal: row(1) });
      const due = { scheduleId: 's-1', firstMs: 60_000, lastMs: 60_000, nextMs: 120_000 };
      const { start } = startOf(2, { name: 'run-1' });
      assert.deepEqual(await byB({ id: 2, start: { ...start, due }, journal: row(1) }), ['name-taken']);
      assert.equal((await stores.schedules.get('orders', 's'))?.nextDueMs, 60_000);
      assert.equal(await store.get(2), null);
    });

    it('claim an execution that no live node owns', async (t) => {
      const { store, nodes, a, b, byA, byB } = await twoNodes(t, adapter);
      await byA({ ...startOf(1), journal: row(1) }, { ...startOf(2), ...endOf() }, { ...startOf(3), wakeMs: 50 });
      assert.equal(await store.claim(b, 99), null);
      assert.equal((await store.claim(b, 1))?.owner, a);
      assert.equal((await store.claim(a, 1))?.owner, a);
      const ended = await store.claim(b, 2);
      assert.deepEqual([ended?.owner, ended?.record.status], [null, 'Succeeded']);
      assert.deepEqual(await byA({ id: 3, release: true }), ['stored']);
      assert.deepEqual(await byA({ id: 3, wakeMs: null }), ['lost'], 'it was given up');
      assert.equal(await store.ownerOf(3), null);
      const claimed = await store.claim(b, 3);
      assert.deepEqual([claimed?.owner, claimed?.record.wakeMs], [b, 50]);
      assert.deepEqual(await byB({ id: 3, wakeMs: null }), ['stored']);
      await nodes.leave(a);
      assert.equal((await store.claim(b, 1))?.owner, b);
    });

    it('take over executions of a gone node that are awake, and leave the rest asleep', async (t) => {
      const { stores, store, nodes, a, b, byA } = await twoNodes(t, adapter);
      const owed = { parent: { execution: 1, event: 2 }, callback: 'owed' as const };
      await byA(
        startOf(1),
        startOf(2),
        { ...startOf(3), wakeMs: 50 },
        { ...startOf(4, owed), wakeMs: 60 },
        { ...startOf(5), wakeMs: 70 },
        { ...startOf(6), ...endOf() },
        { id: 1, stopChildren: { events: [2], request: STOP, atMs: 1 } },
      );
      assert.deepEqual(await store.claimUnowned(b, 0, 9), []);
      assert.deepEqual(await store.claimDue(b, 100, 9), []);
      assert.deepEqual(await store.claimDue(a, 55, 9), [3], 'its own');
      await nodes.leave(a);
      assert.equal(await store.post(mail(1, 5, b)), true);
      assert.deepEqual(await store.claimUnowned(b, 0, 2), [1, 2]);
      assert.deepEqual(await store.claimUnowned(b, 2, 9), [4, 5], 'a stop request, and mail');
      assert.deepEqual(await store.claimUnowned(b, 0, 9), []);
      assert.deepEqual(await store.ownedAwake(b, 0, 9), [1, 2, 4], 'not the one that has mail and is asleep');
      assert.deepEqual(await store.ownedAwake(b, 1, 1), [2]);
      assert.deepEqual(await store.ownedAwake(a, 0, 9), []);
      assert.equal(await store.ownerOf(3), null);
      const { node: c } = await newNode(stores);
      assert.deepEqual(await store.claimDue(c, 55, 9), [3]);
      assert.deepEqual(await store.claimDue(b, 55, 9), []);
      assert.equal(await store.ownerOf(3), c);
    });

    it('divide the executions of a gone node among them, each once', async (t) => {
      const { store, nodes, stores, a, b, byA } = await twoNodes(t, adapter);
      const all = Array.from({ length: 40 }, (_, i) => i + 1);
      await byA(...all.map((id) => (id % 2 === 0 ? startOf(id) : { ...startOf(id), wakeMs: id })));
      const { node: c } = await newNode(stores);
      await nodes.leave(a);
      const claims = await Promise.all(
        [b, c, b, c].flatMap((node) => [store.claimUnowned(node, 0, 7), store.claimDue(node, 100, 7)]),
      );
      const rest = [
        ...(await store.claimUnowned(b, 0, 99)),
        ...(await store.claimDue(c, 100, 99)).filter((id) => !claims.flat().includes(id)),
      ];
      // A node that asks again gets the due ones that it owns again.
      const owned = new Set([...claims.flat(), ...rest]);
      assert.deepEqual(
        [...owned].sort((x, y) => x - y),
        all,
      );
      for (const id of all) assert.ok([b, c].includes((await store.ownerOf(id)) ?? 0));
    });

    it('redrive an execution once', async (t) => {
      const { store, a, b, byA, byB } = await twoNodes(t, adapter);
      await byA({ ...startOf(1), journal: row(1, 2), ...endOf({ status: 'Failed', output: '' }) });
      const redrive = { id: 1, reopen: true as const, journal: row(3) };
      const outcomes = (await Promise.all([byA(redrive), byB(redrive)])).flat();
      assert.deepEqual([...outcomes].sort(), ['lost', 'stored']);
      const [owner, other] = outcomes[0] === 'stored' ? [a, b] : [b, a];
      assert.equal(await store.ownerOf(1), owner);
      assert.deepEqual(await store.commit(owner, [redrive]), ['stored'], 'the answer was lost');
      assert.deepEqual(await store.commit(owner, [{ id: 1, journal: row(4), ...endOf({ status: 'Failed' }) }]), [
        'stored',
      ]);
      assert.deepEqual(await store.commit(other, [redrive]), ['lost'], 'it does not know the events since');
      assert.equal((await store.get(1))?.status, 'Failed');
    });

    it('learn of stops that others ask for', async (t) => {
      const { store, nodes, a, b, byA } = await twoNodes(t, adapter);
      await byA(startOf(1), { ...startOf(2), wakeMs: 9 }, { ...startOf(3), ...endOf() });
      assert.deepEqual(await store.requests(a), { stops: [], mail: [] });
      assert.equal(await store.requestStop(2, STOP), 'asked');
      assert.equal(await store.requestStop(2, { error: 'other', cause: '' }), 'asked-before');
      assert.equal(await store.requestStop(3, STOP), 'not-running');
      assert.equal(await store.requestStop(99, STOP), 'not-running');
      assert.deepEqual(await store.requests(a), { stops: [{ id: 2, request: STOP }], mail: [] });
      assert.deepEqual((await store.requests(b)).stops, []);
      await nodes.leave(a);
      assert.deepEqual(await store.claimUnowned(b, 1, 9), [2], 'also one that sleeps');
      assert.deepEqual((await store.requests(b)).stops, [{ id: 2, request: STOP }]);
    });

    it('answer mail in the commit of its effect, once', async (t) => {
      const { store, nodes, a, b, byA, byB } = await twoNodes(t, adapter);
      await byA({ ...startOf(1), journal: row(1) }, { ...startOf(2), ...endOf() });
      const [one, two] = [mail(1, 1, b), mail(2, 1, b)];
      assert.equal(await store.post(mail(3, 2, b)), false, 'it has ended');
      assert.equal(await store.post(mail(4, 99, b)), false);
      assert.equal(await store.post(one), true);
      assert.equal(await store.post(two), true);
      assert.deepEqual((await store.requests(a)).mail, [one, two]);
      assert.deepEqual((await store.requests(b)).mail, []);
      const answers = [{ id: one.id, answer: '{"value":2}' }];
      assert.deepEqual(await byB({ id: 1, journal: row(2), answers }), ['lost']);
      assert.deepEqual((await store.answers([one.id])).answers, []);
      await assert.rejects(byA({ id: 1, journal: row(9), answers }), 'a gap');
      assert.deepEqual((await store.answers([one.id])).answers, []);
      assert.deepEqual(await byA({ id: 1, journal: row(2), answers }), ['stored']);
      assert.deepEqual((await store.requests(a)).mail, [two]);
      await nodes.leave(a);
      assert.deepEqual(await store.claimUnowned(b, 0, 9), [1]);
      assert.deepEqual((await store.requests(b)).mail, [two], 'the next owner has it');
      await store.answer([
        { id: two.id, answer: '{}' },
        { id: one.id, answer: '{"value":"another"}' },
      ]);
      const found = await store.answers([one.id, two.id, mail(7, 1, b).id]);
      assert.deepEqual(
        new Map(found.answers.map(({ id, answer }) => [id, answer])),
        new Map([
          [one.id, '{"value":2}'],
          [two.id, '{}'],
        ]),
      );
      assert.deepEqual(found.absent, [mail(7, 1, b).id]);
    });

    it('report the ends of children to parents that they own, or that no one owns', async (t) => {
      const { store, nodes, a, b, byA, byB } = await twoNodes(t, adapter);
      const childOf = (execution: number) => ({ parent: { execution, event: 2 }, callback: 'owed' as const });
      await byA(startOf(1), startOf(2), { id: 2, release: true });
      await byB(startOf(3));
      await byB(
        { ...startOf(4, childOf(1)), ...endOf() },
        { ...startOf(5, childOf(2)), ...endOf() },
        { ...startOf(6, childOf(3)), ...endOf() },
        startOf(7, childOf(1)),
      );
      assert.deepEqual(await store.dueEnds(a, 0, 9), [4, 5]);
      assert.deepEqual(await store.dueEnds(a, 4, 9), [5]);
      assert.deepEqual(await store.dueEnds(b, 0, 1), [5]);
      assert.deepEqual(await store.dueEnds(b, 0, 9), [5, 6]);
      assert.deepEqual(await byA({ id: 4, callbackDone: true }, { id: 7, callbackTo: 5 }), ['stored', 'stored']);
      assert.deepEqual((await store.get(7))?.parent, { execution: 1, event: 5 });
      await nodes.leave(b);
      assert.deepEqual(await store.dueEnds(a, 0, 9), [5, 6]);
      assert.deepEqual([...(await store.ended([1, 4, 6, 7, 99]))].sort(), [4, 6, 99]);
    });
  });
}

for (const adapter of ADAPTERS.filter(({ hasClock }) => !hasClock)) {
  it(`a lease ends by the time that passes without a beat: ${adapter.name}`, async (t) => {
    const { store, nodes, a, b, byA, byB } = await twoNodes(t, adapter);
    await byA({ ...startOf(1), journal: row(1) });
    await nodes.beat(b, REPORT, 9_000);
    await nodes.beat(a, REPORT, 10_000);
    await nodes.beat(b, REPORT, 12_000);
    assert.equal((await nodes.beat(b, REPORT, 19_999)).size, 2);
    assert.equal((await nodes.beat(b, REPORT, 20_001)).size, 1);
    await assert.rejects(byA({ id: 1, journal: row(2) }), LeaseLost);
    await assert.rejects(nodes.beat(a, REPORT, 20_002), LeaseLost);
    assert.deepEqual(await store.claimUnowned(b, 0, 9), [1]);
    assert.deepEqual(await byB({ id: 1, journal: row(2) }), ['stored']);
    assert.equal(await nodes.lowestFlowEpoch(40_000), 0);
    assert.deepEqual(await nodes.live(40_000), []);
    assert.deepEqual(await nodes.list(40_000), []);
  });
}
