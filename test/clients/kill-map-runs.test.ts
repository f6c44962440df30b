/** A Map run outlives kill -9 at any moment: every item ends, and only items that were under way are called again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT_KEY, answerJson, startServer, startService, temporaryFolder } from '../../src/testing/index.ts';
import type { ServerProcess } from '../../src/testing/index.ts';
import { Random } from '../simulation/random.ts';
import { nodeClient } from '../support/clients.ts';
import type { Body, Client } from '../support/clients.ts';
import { nameOfMapRun } from '../support/map-run-name.ts';

const ITEMS = 400;
const KILLS = 4;
const CONCURRENCY = 10;
const FLOW = 'each';

function definition(mode: string, url: string): Body {
  const call = {
    ...{ Type: 'Task', Name: 'Call', Action: 'HTTP:Request', End: true },
    Parameters: { url, method: 'POST', 'body.$': '$Input' },
    OutputConstructor: { 'item.$': '$Input.item' },
  };
  const map = {
    ...{ Type: 'Map', Name: 'Each', ItemsPath: '$Input.items', MaxConcurrency: CONCURRENCY, End: true },
    ItemConstructor: { 'item.$': '$Item' },
    Processor: { ProcessorConfig: { ExecutionMode: mode }, StartAt: 'Call', States: [call] },
  };
  return { Type: 'StateMachine', SpecVersion: 'v1', Name: FLOW, StartAt: 'Each', States: [map] };
}

/** Counts the calls of each item, by process. */
class Calls {
  readonly byItem = new Map<number, number[]>();
  #epoch = 0;
  #left = Number.POSITIVE_INFINITY;
  #enough: () => void = () => {};

  take(item: number): void {
    this.byItem.set(item, [...(this.byItem.get(item) ?? []), this.#epoch]);
    if (--this.#left === 0) this.#enough();
  }

  /** The next process serves. Resolves after this number of calls. */
  next(calls: number): Promise<void> {
    this.#epoch++;
    this.#left = calls;
    return new Promise((resolve) => {
      this.#enough = resolve;
    });
  }

  /** Items that a process up to this one and a later one called. */
  repeated(epoch: number): number[] {
    const items = [...this.byItem].filter(
      ([, epochs]) => epochs.some((each) => each <= epoch) && epochs.some((each) => each > epoch),
    );
    return items.map(([item]) => item);
  }
}

for (const mode of ['Express', 'Standard']) {
  test(`a Map run with ${mode} children outlives kill -9`, { timeout: 120_000 }, async (t) => {
    const calls = new Calls();
    const service = await startService(t, (_request, body, response) => {
      calls.take((JSON.parse(body) as { item: number }).item);
      answerJson(response, {});
    });
    const folder = temporaryFolder(t);
    const random = Random.of(1, 'kill map runs', mode);
    const at: Body = { FlowName: FLOW, ExecutionName: 'e' };
    const reported: { readonly succeed: number; readonly called: number }[] = [];
    let [server, client] = await serve(t, folder);
    const items = Array.from({ length: ITEMS }, (_, i) => i);
    await client.call('CreateFlow', {
      ...{ Name: FLOW, Type: 'FDL', ExecutionMode: 'Standard', Description: '' },
      Definition: JSON.stringify(definition(mode, service.url)),
    });
    let enough = calls.next(1 + random.below(ITEMS / KILLS));
    await client.call('StartExecution', { ...at, Input: JSON.stringify({ items }) });
    let name = '';
    for (let kills = 0; kills < KILLS; kills++) {
      await enough;
      name = await nameOfMapRun(client, at);
      const run = await client.call('DescribeMapRun', { ...at, MapRunName: name });
      reported.push({ succeed: succeedOf(run), called: 0 });
      await server.kill();
      reported[kills] = { succeed: succeedOf(run), called: calls.byItem.size };
      enough = calls.next(1 + random.below(ITEMS / KILLS));
      [server, client] = await serve(t, folder);
    }
    let reply: Body;
    do reply = await client.call('DescribeExecution', { ...at, WaitTimeSeconds: 60 });
    while (reply['Status'] === 'Running');
    assert.equal(reply['Status'], 'Succeeded');
    assert.deepEqual(JSON.parse(String(reply['Output'])), { Items: items.map((item) => ({ item })) });
    const run = await client.call('DescribeMapRun', { ...at, MapRunName: name });
    assert.equal(succeedOf(run), ITEMS);
    assert.equal(calls.byItem.size, ITEMS, 'every item was called');
    for (const [kill, { succeed, called }] of reported.entries()) {
      const repeated = calls.repeated(kill + 1).length;
      assert.ok(repeated <= CONCURRENCY, `${repeated} items were called again after kill ${kill}`);
      assert.ok(repeated <= called - succeed, `${repeated} of ${called} items again, and ${succeed} had ended`);
    }
    assert.ok((reported.at(-1)?.called ?? ITEMS) < ITEMS, 'the last kill came before the end');
  });
}

async function serve(t: Parameters<typeof startServer>[0], folder: string): Promise<[ServerProcess, Client]> {
  const server = await startServer(t, { folder });
  return [server, nodeClient({ url: server.url, key: ROOT_KEY })];
}

function succeedOf(run: Body): number {
  return Number((run['ItemCounts'] as Body)['Succeed']);
}
