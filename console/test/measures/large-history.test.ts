/** An execution of five thousand events: few requests, few elements from end to end, no break of the page's thread, keys at once. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { loopFlow } from '../support/execution-flows.ts';
import { assertSmooth } from '../support/task-times.ts';

/** Six events a round, and a few around them. */
const ROUNDS = 832;
const EVENTS = 6 * ROUNDS + 5;
const MOST_REQUESTS = 6;
const MOST_NODES = 1_500;
const HOME = '#/flows/loop/executions/long';

/**
 * Scrolls a list from its beginning to its end, two screens at a time, and looks at the document after each step. Returns the most
 * elements that it had, and how often a part of the list's box was empty.
 */
function scrollThrough(
  list: Locator,
): Promise<{ readonly nodes: number; readonly gaps: number; readonly steps: number }> {
  return list.evaluate(async (box) => {
    const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));
    let [nodes, gaps, steps] = [0, 0, 0];
    for (let top = 0; top < box.scrollHeight; top += 2 * box.clientHeight) {
      box.scrollTop = top;
      // The event of the scrolling, and the drawing that it leads to.
      for (let frames = 0; frames < 3; frames++) await frame();
      const { top: from, bottom: to } = box.getBoundingClientRect();
      const rows = [...box.querySelectorAll('.windowed-row')].map((row) => row.getBoundingClientRect());
      const isCovered =
        (rows[0]?.top ?? to) <= from && (rows.at(-1)?.bottom ?? from) >= Math.min(to, from + box.scrollHeight);
      if (!isCovered) gaps++;
      nodes = Math.max(nodes, document.getElementsByTagName('*').length);
      steps++;
    }
    return { nodes, gaps, steps };
  });
}

describe('an execution of five thousand events', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'loop', loopFlow(ROUNDS));
    await startExecution(server, 'loop', { name: 'long', input: { n: 0 }, waits: true });
  });

  it('opens with few requests and no long task, and answers the next key', async (t) => {
    const { page, asked, goTo, nodes } = await openConsole(t, server, { at: '#/flows' });
    await page.getByRole('link', { name: 'loop', exact: true }).waitFor();
    // The address alone loads nothing anew; the reload is that of a person who opens a link.
    await goTo(HOME);
    await page.getByText(EVENTS.toLocaleString('en-GB')).first().waitFor();
    const before = asked().length;
    await assertSmooth(page, async () => {
      await page.reload();
      await page.getByText(EVENTS.toLocaleString('en-GB')).first().waitFor();
      await page.locator('.execution-head').getByText('Succeeded').waitFor();
      await page.getByRole('tree', { name: 'Timeline' }).press('ArrowDown');
      await page.locator('.timeline-row.active').waitFor();
      await page.getByRole('complementary').getByRole('heading', { name: 'StateEntered' }).waitFor();
    });
    const opening = asked().slice(before);
    assert.ok(opening.length <= MOST_REQUESTS, opening.join(' '));
    assert.equal(opening.filter((path) => path === 'stream').length, 1);
    assert.ok((await nodes()) < MOST_NODES);
  });

  for (const [view, query, role, name, rows] of [
    ['timeline with everything open', '?all=1', 'tree', 'Timeline', 2 * ROUNDS],
    ['list of events', '?tab=events', 'listbox', 'Events', EVENTS],
  ] as const) {
    it(`scrolls through the ${view} with few elements, no gap and no long task`, async (t) => {
      const { page, asked, goTo } = await openConsole(t, server, { at: HOME });
      await page.getByText(EVENTS.toLocaleString('en-GB')).first().waitFor();
      const before = asked().length;
      await assertSmooth(page, async () => {
        await goTo(`${HOME}${query}`);
        const list = page.getByRole(role, { name });
        await list.waitFor();
        const { nodes, gaps, steps } = await scrollThrough(list);
        assert.ok(nodes < MOST_NODES, `${nodes} elements`);
        assert.equal(gaps, 0, 'steps with a gap');
        assert.ok(steps > rows / 120, `${steps} steps`);
      });
      assert.deepEqual(asked().slice(before), []);
    });
  }

  it('searches its events without a long task', async (t) => {
    const { page, asked } = await openConsole(t, server, { at: `${HOME}?tab=events` });
    await page.getByRole('listbox').getByRole('option').first().waitFor();
    await page.getByText(EVENTS.toLocaleString('en-GB')).first().waitFor();
    const before = asked().length;
    await assertSmooth(page, async () => {
      await page.getByLabel('Search in events').pressSequentially('{"n":831}');
      await page.waitForURL(/q=/);
      await page.getByText(/^\d of 4,99\d$/).waitFor();
    });
    assert.deepEqual(asked().slice(before), []);
  });
});
