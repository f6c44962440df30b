/** The graph in a browser: keyboard, folding, zoom, size of the document, and its looks. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { LOOKS, WHERE_IT_RUNS, assertComes, lookName, openConsole } from '../support/browser.ts';
import { createFlow, startConsole } from '../support/console-server.ts';
import { chain, flowOf, nested, task } from './graphs.ts';

const LONG_NAME = `${'Ein sehr langer Name '.repeat(6)}x`.slice(0, 128);

const pass = (name: string, next: string | null = null): object => ({
  ...{ Type: 'Pass', Name: name },
  ...(next === null ? { End: true } : { Next: next }),
});

/** A flow with one of everything. */
const EVERYTHING = flowOf([
  task('Validate', 'Is it large?', { Catch: [{ Errors: ['HTTP.Timeout', 'FnF.TaskTimeout'], Next: 'Rejected' }] }),
  {
    Type: 'Choice',
    Name: 'Is it large?',
    Branches: [
      { Condition: '$Input.amount > 10000 && $Input.customer.isNew == true', Next: LONG_NAME },
      { Condition: '$Input.again == 1', Next: 'Validate' },
      { Condition: '$Input.again == 2', Next: 'Is it large?' },
    ],
    Default: 'Fulfil',
  },
  task(LONG_NAME, 'Fulfil', { TaskMode: 'WaitForCustomCallback', Catch: [{ Errors: ['Refused'], Next: 'Rejected' }] }),
  {
    Type: 'Parallel',
    Name: 'Fulfil',
    Branches: [
      { StartAt: 'Pause', States: [{ Type: 'Wait', Name: 'Pause', Seconds: 30, Next: '记账' }, pass('记账')] },
      {
        StartAt: 'Pack',
        States: [
          {
            Type: 'Map',
            Name: 'Pack',
            ItemsPath: '$Input.items',
            Processor: { StartAt: 'Pick', States: [pass('Pick', 'טיפול בהזמנה'), pass('טיפול בהזמנה')] },
            End: true,
          },
        ],
      },
      {
        StartAt: 'Notify 🎉',
        States: [pass('Notify 🎉', '<script>alert(1)</script>'), pass('<script>alert(1)</script>')],
      },
    ],
    Next: 'Done',
  },
  { Type: 'Succeed', Name: 'Done' },
  { Type: 'Fail', Name: 'Rejected', Code: 'Rejected' },
]);

function focused(page: Page): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
}

async function focusComes(page: Page, wanted: RegExp): Promise<void> {
  await assertComes(async () => wanted.test((await focused(page)) ?? ''), true, String(wanted));
}

function scaleOf(page: Page): Promise<number> {
  return page
    .locator('svg.graph > g')
    .getAttribute('transform')
    .then((transform) => Number(/scale\(([\d.]+)/.exec(transform ?? '')?.[1]));
}

describe('the graph of a flow', WHERE_IT_RUNS, () => {
  test('is walked, opened and closed with the keyboard', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', JSON.stringify(EVERYTHING));
    const { page } = await openConsole(t, server, { at: '#/flows/orders?view=graph' });
    await page.locator('.graph-node').first().waitFor();
    await page.locator('.graph-node[tabindex="0"]').focus();
    await assertComes(() => focused(page), 'Task Validate, HTTP:Request');
    await page.keyboard.press('ArrowDown');
    await assertComes(() => focused(page), 'Choice Is it large?, 3 conditions');
    await page.locator('[aria-label^="Parallel Fulfil"]').focus();
    await page.keyboard.press('ArrowDown');
    await assertComes(() => focused(page), 'Wait Pause, 30 s');
    await page.keyboard.press('ArrowRight');
    await focusComes(page, /^Map Pack, Map over \$Input\.items, 2 inside/);
    await page.keyboard.press(' ');
    await page.locator('[aria-label^="Map Pack"][aria-expanded="false"]').waitFor();
    await focusComes(page, /closed$/);
    await page.getByRole('button', { name: 'Pick' }).waitFor({ state: 'detached' });
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Pick' }).waitFor();
    await page.keyboard.press('ArrowUp');
    await focusComes(page, /^Parallel Fulfil/);
    await page.keyboard.press('Enter');
    await page.locator('.graph-node.selected[aria-label^="Parallel Fulfil"][aria-pressed="true"]').waitFor();
  });

  test('zooms by keys, buttons and the wheel, and shows all again', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', JSON.stringify(EVERYTHING));
    const { page, still } = await openConsole(t, server, { at: '#/flows/orders?view=graph' });
    await page.locator('.graph-node').first().waitFor();
    await still();
    await page.keyboard.press('0');
    await still();
    const whole = await scaleOf(page);
    await page.keyboard.press('+');
    await assertComes(async () => (await scaleOf(page)) > whole, true);
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await assertComes(async () => (await scaleOf(page)) > whole * 1.5, true);
    const near = await scaleOf(page);
    await page.locator('.graph-box').hover();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, 300);
    await page.keyboard.up('Control');
    await page.waitForFunction((before) => {
      const transform = document.querySelector('svg.graph > g')?.getAttribute('transform') ?? '';
      return Number(/scale\(([\d.]+)/.exec(transform)?.[1]) < before;
    }, near);
    await page.keyboard.press('0');
    await assertComes(() => scaleOf(page), whole);
  });

  test('does not follow a mouse whose button was released outside', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', JSON.stringify(EVERYTHING));
    const { page, still } = await openConsole(t, server, { at: '#/flows/orders?view=graph' });
    await page.locator('.graph-node').first().waitFor();
    await still();
    const transform = (): Promise<string | null> => page.locator('svg.graph > g').getAttribute('transform');
    const before = await transform();
    const box = await page.locator('.graph-box').boundingBox();
    assert.ok(box !== null);
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + 2, y);
    await page.mouse.down();
    await page.mouse.move(box.x - 20, y);
    await page.mouse.up();
    await page.mouse.move(box.x + 200, y, { steps: 4 });
    await still();
    assert.equal(await transform(), before);
    await page.mouse.down();
    await page.mouse.move(box.x + 260, y, { steps: 4 });
    await page.mouse.up();
    await assertComes(async () => (await transform()) !== before, true);
  });

  test('of fifty branches in fifty has few elements, closed, open and from far away', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'large', JSON.stringify(nested([50, 50])));
    const { page, nodes } = await openConsole(t, server, { at: '#/flows/large?view=graph' });
    await page.locator('.graph-node').first().waitFor();
    assert.ok((await nodes()) < 1_700, `${await nodes()} elements`);
    await page.getByRole('button', { name: 'Open all' }).click();
    await page.locator('[aria-label$=".leaf, Pass"]').first().waitFor();
    await page.keyboard.press('0');
    await page.locator('.overview').waitFor();
    assert.ok((await nodes()) < 300, `${await nodes()} elements`);
    await page.getByRole('button', { name: 'Close all' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.graph-node').length === 1);
  });

  test('of 500 states draws what is in view, and follows the focus', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'long', JSON.stringify(chain(500)));
    const { page, nodes, still } = await openConsole(t, server, { at: '#/flows/long?view=graph' });
    await page.locator('.graph-node').first().waitFor();
    await still();
    const atFirst = await nodes();
    await page.locator('.graph-node[tabindex="0"]').focus();
    for (let i = 0; i < 60; i++) await page.keyboard.press('ArrowDown');
    await assertComes(() => focused(page), 'Task S60, HTTP:Request');
    await still();
    const place = await page.locator('[aria-label="Task S60, HTTP:Request"]').boundingBox();
    assert.ok(place !== null && place.y > 0 && place.y + place.height < 900, 'in view');
    assert.ok((await nodes()) < atFirst + 400, `${await nodes()} elements`);
  });

  for (const look of [...LOOKS, { language: 'en', theme: 'light', width: 3840, height: 2160 } as const]) {
    test(`looks well: ${lookName(look)}`, async (t) => {
      const server = await startConsole(t);
      await createFlow(server, 'orders', JSON.stringify(EVERYTHING));
      const opened = await openConsole(t, server, { ...look, at: '#/flows/orders?view=graph' });
      await opened.page.locator('.graph-node').first().waitFor();
      await opened.axe();
      await opened.screenshot(`graph-${lookName(look)}`);
    });
  }
});
