/** A whole story by keyboard alone: from the sign-in to the deletion of the flow. Nothing is clicked, and nothing is focused by the test. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Page } from 'playwright-core';
import { ROOT_KEY } from '../../../src/testing/index.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import type { ConsolePage } from '../support/browser.ts';
import { FAIL, WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import { APPROVAL } from '../support/execution-flows.ts';

const MOST_STEPS = 120;

/** The element with the focus: its role's element, its name and its text. */
function focus(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return '';
    const labels =
      element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null;
    const label = element.getAttribute('aria-label') ?? [...(labels ?? [])].map((each) => each.innerText).join(' ');
    return `${element.tagName.toLowerCase()} ${label === '' ? (element as HTMLElement).innerText : label}`.trim();
  });
}

/** Presses Tab until the focus is on something. The screen has all that it leads to by then. */
async function tabTo({ page, still }: ConsolePage, wanted: RegExp, key = 'Tab'): Promise<void> {
  await still();
  const seen: string[] = [];
  for (let step = 0; step < MOST_STEPS; step++) {
    const now = await focus(page);
    if (wanted.test(now)) return;
    seen.push(now);
    await page.keyboard.press(key);
  }
  assert.fail(`Tab does not lead to ${wanted}, but to: ${seen.join(' | ')}`);
}

it('a whole story by keyboard alone', WHERE_IT_RUNS, async (t) => {
  const server = await startConsole(t, { auth: 'on' });
  await createFlow(server, 'approval', APPROVAL);
  await createFlow(server, 'resting', WAIT);
  await createFlow(server, 'failing', FAIL);
  await startExecution(server, 'approval', { name: 'asks' });
  await startExecution(server, 'resting', { name: 'rests' });
  await startExecution(server, 'failing', { name: 'failed', waits: true });
  const opened = await openConsole(t, server, { key: null });
  const { page, allow } = opened;
  allow(/status of 401/);
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  // Together, because the second key counts for a second.
  const pair = (first: string, second: string): Promise<unknown> =>
    Promise.all([page.keyboard.press(first), page.keyboard.press(second)]);
  const title = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });

  // Signs in.
  await title('Sign in').waitFor();
  await tabTo(opened, /AccessKey ID/);
  await page.keyboard.type(ROOT_KEY.accessKeyId);
  await tabTo(opened, /AccessKey secret/);
  await page.keyboard.type(ROOT_KEY.accessKeySecret);
  await press('Enter');
  await title('Flows').waitFor();

  // Creates a flow from an example.
  await tabTo(opened, /^a New flow/);
  await press('Enter');
  await title('New flow').waitFor();
  await tabTo(opened, /^button Hello/);
  await press('Enter');
  await tabTo(opened, /^input Name/);
  await press('Control+a');
  await page.keyboard.type('by-keyboard');
  await press('Control+s');
  await title('by-keyboard').waitFor();

  // Runs it.
  await press('Escape');
  await tabTo(opened, /^button Run/);
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(opened, /^input Name of the execution/);
  await page.keyboard.type('first');
  await press('Enter');
  await page.locator('.execution-head, .express-result').first().waitFor();
  if ((await page.locator('.express-result').count()) > 0) {
    await tabTo(opened, /^a Open the execution/);
    await press('Enter');
  }
  await title(/^first/).waitFor();

  // Looks at a state.
  await tabTo(opened, /^a Events/);
  await press('Enter');
  await tabTo(opened, /^div Events/);
  await press('ArrowDown', 'ArrowDown');
  await page.getByRole('option', { selected: true }).and(page.locator('.event-row')).waitFor();

  // Reports a callback.
  await pair('g', 'e');
  await title('Executions').waitFor();
  await tabTo(opened, /^a first/);
  await tabTo(opened, /^a asks/, 'ArrowDown');
  await press('Enter');
  await title('asks').waitFor();
  await tabTo(opened, /^button Report the end/);
  await press('Enter');
  await tabTo(opened, /^button It has succeeded/);
  await press('Enter');
  await page.locator('.execution-head .badge').getByText('Succeeded').waitFor();

  // Stops another one.
  await pair('g', 'e');
  await title('Executions').waitFor();
  await tabTo(opened, /^a first/);
  await tabTo(opened, /^a rests/, 'ArrowDown');
  await press('Enter');
  await title('rests').waitFor();
  await tabTo(opened, /^button Stop/);
  await press('Enter');
  await tabTo(opened, /^textarea/);
  await page.keyboard.type('no longer needed');
  await tabTo(opened, /^button Stop/);
  await press('Enter');
  await page.locator('.execution-head .badge').getByText('Stopped').waitFor();

  // Redrives it.
  await tabTo(opened, /^button Redrive/);
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(opened, /^button Redrive/);
  await press('Enter');
  await page.locator('.execution-head .badge').getByText('Running').waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  // Deletes the flow.
  await pair('g', 'f');
  await title('Flows').waitFor();
  await tabTo(opened, /^a approval/);
  await tabTo(opened, /^a by-keyboard/, 'ArrowDown');
  await press('Enter');
  await title('by-keyboard').waitFor();
  await tabTo(opened, /^button Delete/);
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.waitForFunction(() => document.activeElement?.matches('dialog input') === true);
  await page.keyboard.type('by-keyboard');
  await press('Enter');
  await title('Flows').waitFor();
  await page.getByText('The flow “by-keyboard” was deleted.').waitFor();
  await tabTo(opened, /^button Sign out/, 'Shift+Tab');
  await press('Enter');
  await title('Sign in').waitFor();
});
