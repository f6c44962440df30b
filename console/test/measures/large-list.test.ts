/** The list of a hundred thousand executions: lean replies, few requests, few elements, and no break of the page's thread. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page, Request } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { startConsole } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { folderWithMany, nameOf } from '../support/many-executions.ts';
import { assertSmooth } from '../support/task-times.ts';

const COUNT = 100_000;
/** In the input of each execution, and so in its output. */
const PAYLOAD = `payload-${'x'.repeat(150)}`;
const LISTING = /\/api\/(?:SearchExecutions|ListExecutions)$/;
/** Of a page of a hundred executions: names, times and statuses. */
const PAGE_BYTES = 40_000;

function namesIn(page: Page): Promise<string[]> {
  return page.locator('.execution-row .name').allTextContents();
}

function listings(requests: readonly Request[]): Request[] {
  return requests.filter((request) => LISTING.test(request.url()));
}

/** Fails for a reply with anything of a definition, an input or an output. Returns how many executions it has. */
async function assertLean(request: Request): Promise<number> {
  const reply = await request.response();
  const text = (await reply?.text()) ?? '';
  assert.ok(text.length < PAGE_BYTES, `${text.length} characters`);
  assert.doesNotMatch(text, /payload|StateMachine|Definition|"Input"|"Output"/);
  return (JSON.parse(text) as { readonly Executions: readonly unknown[] }).Executions.length;
}

describe('the list of a hundred thousand executions', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    const folder = await folderWithMany(fileEnd, { flow: 'many', count: COUNT, input: { text: PAYLOAD } });
    server = await startConsole(fileEnd, { folder });
  });

  it('of all flows: shows the newest ones with one lean question, and the rest as one scrolls', async (t) => {
    const { page, requests, asked, nodes } = await openConsole(t, server, { at: '#/flows' });
    await page.getByRole('link', { name: 'many' }).waitFor();
    const before = asked().length;
    await assertSmooth(page, async () => {
      await page.evaluate(() => {
        location.hash = '#/executions';
      });
      await page.getByRole('link', { name: nameOf(COUNT - 1), exact: true }).waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByRole('button', { name: /Running \d/ }).waitFor();
    });
    assert.deepEqual(asked().slice(before).toSorted(), ['api/SearchExecutions', 'api/SummarizeFlows', 'stream']);
    const [first] = listings(requests);
    assert.ok(first !== undefined);
    assert.equal(await assertLean(first), 100);
    await assertScrolls(page, nodes, requests);
  });

  it('of one flow: the same', async (t) => {
    const { page, requests, nodes } = await openConsole(t, server, { at: '#/executions?flow=many' });
    await page.getByRole('link', { name: nameOf(COUNT - 1), exact: true }).waitFor();
    const [first] = listings(requests);
    assert.ok(first !== undefined);
    assert.equal(await assertLean(first), 100);
    await assertScrolls(page, nodes, requests);
  });

  it('selects ten thousand of those that match, and says that there are more', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/executions?flow=many' });
    await page.getByRole('link', { name: nameOf(COUNT - 1), exact: true }).waitFor();
    await page.getByLabel('Select all that are loaded').check();
    await page.getByRole('button', { name: 'Load and select all that match' }).click();
    await page.getByText('10,000 selected').waitFor();
    await page.getByText('The newest 10,000 are selected. More match').waitFor();
  });

  it('finds a name, the rare ones too, without reading everything', async (t) => {
    const { page, requests, wasRead } = await openConsole(t, server, { at: '#/executions' });
    await page.getByRole('link', { name: nameOf(COUNT - 1), exact: true }).waitFor();
    const before = listings(requests).length;
    await assertSmooth(page, async () => {
      await page.getByLabel('Name', { exact: true }).fill('98765');
      await page.getByRole('link', { name: nameOf(98_765), exact: true }).waitFor();
    });
    await page.getByRole('button', { name: 'Failed' }).click();
    await page.waitForURL(/status=Failed/);
    await page.getByLabel('Name', { exact: true }).fill(nameOf(COUNT - 300));
    await page
      .getByText('1 execution', { exact: true })
      .or(page.getByText('1 loaded', { exact: true }))
      .waitFor();
    assert.deepEqual(await namesIn(page), [nameOf(COUNT - 300)]);
    let read = 0;
    for (const request of listings(requests).slice(before)) {
      // The reply to a question that a newer one has overtaken is not read to its end.
      if (!(await wasRead(request))) continue;
      await assertLean(request);
      read++;
    }
    // One for each of the three filters, at least.
    assert.ok(read >= 3, `${read} of ${listings(requests).length - before}`);
  });
});

/** Loads ten further pages by scrolling, and returns to the top. */
async function assertScrolls(page: Page, nodes: () => Promise<number>, requests: readonly Request[]): Promise<void> {
  const list = page.locator('.executions .windowed');
  const before = listings(requests).length;
  const atFirst = await nodes();
  let most = 0;
  await assertSmooth(page, async () => {
    for (let pages = 2; pages <= 11; pages++) {
      await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await page.getByText(`${(pages * 100).toLocaleString('en-GB')} loaded`).waitFor();
      most = Math.max(most, await nodes());
    }
  });
  const further = listings(requests).slice(before);
  assert.equal(further.length, 10, 'one question a page');
  for (const request of further) assert.equal(await assertLean(request), 100);
  assert.ok(most < atFirst + 300, `${atFirst} elements at first, ${most} later`);
  await list.evaluate((element) => element.scrollTo(0, 0));
  await page.getByRole('link', { name: nameOf(COUNT - 1), exact: true }).waitFor();
}
