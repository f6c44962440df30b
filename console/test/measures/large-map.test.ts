/** A Map of a thousand items: folded, with the failed one two clicks away, and bars that end when their items end. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { assertSmooth } from '../support/task-times.ts';

const ITEMS = 1_000;
const MORE_NODES = 60;
/** A thousand items of a few events each are more than an execution has by default. */
const SETTINGS = 'limits: { events: 20000 }\n';

/** An item is what it does: `wait` seconds first, and then `fail` or not. */
interface Item {
  readonly wait: number;
  readonly fail: boolean;
}

const EACH = {
  StartAt: 'Each',
  States: [
    {
      Type: 'Map',
      Name: 'Each',
      ItemsPath: '$Input.items',
      Processor: {
        StartAt: 'How',
        States: [
          {
            Type: 'Choice',
            Name: 'How',
            Branches: [
              { Condition: '$Input.wait > 0', Next: 'Rest' },
              { Condition: '$Input.fail == true', Next: 'Broken' },
            ],
            Default: 'Fine',
          },
          {
            Type: 'Wait',
            Name: 'Rest',
            'Seconds.$': '$Input.wait',
            OutputConstructor: { wait: 0, 'fail.$': '$Input.fail' },
            Next: 'How',
          },
          { Type: 'Fail', Name: 'Broken', Error: 'Broken', Cause: 'This item is broken.' },
          { Type: 'Pass', Name: 'Fine', End: true },
        ],
      },
      End: true,
    },
  ],
};

function itemsWith(count: number, special: Readonly<Record<number, Item>>): Item[] {
  return Array.from({ length: count }, (_, index) => special[index] ?? { wait: 0, fail: false });
}

/** Where something begins and ends on the track of a row, from 0 to 1. */
interface Span {
  readonly from: number;
  readonly until: number;
}

interface ItemSpan extends Span {
  /** Of its IterationEntered. */
  readonly event: number;
}

interface Event {
  readonly EventId: number;
  readonly Type: string;
  readonly Time: string;
  readonly EventDetail: string;
}

async function historyOf(server: ConsoleServer, execution: string): Promise<Event[]> {
  const events: Event[] = [];
  for (let token: unknown = ''; token !== undefined; ) {
    const page = await server.call('GetExecutionHistory', {
      ...{ FlowName: 'each', ExecutionName: execution, Limit: 1000 },
      ...(token !== '' && { NextToken: String(token) }),
    });
    events.push(...(page['Events'] as Event[]));
    token = page['NextToken'] === '' ? undefined : page['NextToken'];
  }
  return events;
}

/** Where the bars of the items belong when all of an ended execution is in view. An item without an end of its own ends with the Map. */
async function spansOf(server: ConsoleServer, execution: string): Promise<Map<number, ItemSpan>> {
  const events = await historyOf(server, execution);
  const first = Date.parse(events[0]?.Time ?? '');
  const length = Date.parse(events.at(-1)?.Time ?? '') - first;
  const spans = new Map<number, ItemSpan>();
  for (const { EventId, Type, Time, EventDetail } of events) {
    if (!Type.startsWith('Iteration')) continue;
    const at = (Date.parse(Time) - first) / length;
    const { index } = JSON.parse(EventDetail) as { readonly index: number };
    const before = spans.get(index);
    spans.set(index, before === undefined ? { event: EventId, from: at, until: 1 } : { ...before, until: at });
  }
  return spans;
}

/** The row of an item, by the number that people count it with. */
function itemRow(page: Page, index: number): Locator {
  return page.getByRole('treeitem').filter({ hasText: new RegExp(`Item ${index}(?!\\d)`) });
}

/** Where the browser has drawn the bar of a row. */
function barOf(row: Locator): Promise<Span & { readonly isOpen: boolean; readonly pixel: number }> {
  return row.evaluate((element) => {
    const track = element.querySelector('.row-track')?.getBoundingClientRect() ?? new DOMRect();
    const bar = element.querySelector<HTMLElement>('.bar');
    const box = bar?.getBoundingClientRect() ?? new DOMRect();
    const share = (x: number): number => (x - track.left) / track.width;
    const isOpen = bar?.classList.contains('open') === true;
    return { from: share(box.left), until: share(box.right), isOpen, pixel: 1 / track.width };
  });
}

/** A bar begins a pixel to the right, and is never thinner than can be seen. */
const SLACK_PX = 5;

describe('a Map of a thousand items', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd, { settings: SETTINGS });
    await createFlow(server, 'each', EACH);
    const failed = { wait: 2, fail: true };
    const few = itemsWith(2, { 0: { wait: 1, fail: false }, 1: failed });
    const many = itemsWith(ITEMS, { 3: { wait: 1, fail: false }, 777: failed });
    await Promise.all([
      startExecution(server, 'each', { name: 'few', input: { items: few }, waits: true }),
      startExecution(server, 'each', { name: 'many', input: { items: many }, waits: true }),
    ]);
  });

  it('adds few elements, and shows its failed item at the second click', async (t) => {
    const small = await openConsole(t, server, { at: '#/flows/each/executions/few' });
    await small.page.getByText('Failed', { exact: true }).first().waitFor();
    await small.page.locator('.failure .excerpt').waitFor();
    const { page, nodes, screenshot } = await openConsole(t, server, { at: '#/flows/each/executions/many' });
    await assertSmooth(page, async () => {
      await page.reload();
      await page.locator('.failure .excerpt').waitFor();
      await page.getByRole('button', { name: /^Failed: 1\./ }).waitFor();
    });
    const more = (await nodes()) - (await small.nodes());
    assert.ok(more < MORE_NODES, `${more} more elements`);
    await screenshot('execution-items-folded');
    await page.getByRole('button', { name: /^Failed: 1\./ }).click();
    await page.getByRole('treeitem').filter({ hasText: 'Item 777' }).click();
    const detail = page.getByRole('complementary');
    await detail.getByRole('heading', { name: 'IterationEntered' }).waitFor();
    await screenshot('execution-items-failed');
  });

  it('ends each bar when its item has ended', async (t) => {
    const spans = await spansOf(server, 'many');
    const { page, goTo } = await openConsole(t, server, { at: '#/flows/each/executions/many' });
    await page.getByRole('button', { name: /^Failed: 1\./ }).waitFor();
    for (const index of [0, 3, 500, 777, 999]) {
      const span = spans.get(index);
      assert.ok(span !== undefined);
      await goTo(`#/flows/each/executions/many?open=v2&e=${span.event}`);
      const row = page.locator('.timeline-row.active').and(itemRow(page, index));
      await row.waitFor();
      const bar = await barOf(row);
      const slack = SLACK_PX * bar.pixel;
      assert.ok(Math.abs(bar.from - span.from) < slack, `item ${index} begins at ${bar.from}, not ${span.from}`);
      assert.ok(Math.abs(bar.until - span.until) < slack, `item ${index} ends at ${bar.until}, not ${span.until}`);
      assert.equal(bar.isOpen, false);
    }
  });

  it('ends the bar of an item also while others continue', async (t) => {
    const items = [
      { wait: 0, fail: false },
      { wait: 300, fail: false },
    ];
    await startExecution(server, 'each', { name: 'on', input: { items } });
    const { page } = await openConsole(t, server, { at: '#/flows/each/executions/on' });
    await itemRow(page, 1).locator('.bar.open').waitFor();
    const ended = await barOf(itemRow(page, 0));
    const open = await barOf(itemRow(page, 1));
    assert.equal(ended.isOpen, false);
    assert.ok(ended.until < open.until, `${ended.until} and ${open.until}`);
    assert.ok(open.until > 1 - SLACK_PX * open.pixel, 'it continues until now');
  });
});
