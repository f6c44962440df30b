/** The problems beside the editor are those that `millrace validate` prints, to the character, soon after the last key. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Page, Response } from 'playwright-core';
import { runMillrace } from '../../../src/testing/server-process.ts';
import { temporaryFolder } from '../../../src/testing/temporary-folder.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { createFlow, startConsole } from '../support/console-server.ts';

const FLOW = `Type: StateMachine
SpecVersion: v1
Name: orders
StartAt: Check
States:
  - Type: Choice
    Name: Check
    Branches:
      - Condition: $Input.amount > intAdd(10, 5)
        Next: Ask
    Default: Ship
  - Type: Task
    Name: Ask
    Action: HTTP:Request
    Parameters:
      method: GET
      url: http://127.0.0.1/ask
    Retry:
      - Errors: [FnF.ALL]
        MaxAttempts: 3
        IntervalSeconds: 1
    Next: Ship
  - Type: Pass
    Name: Ship
    OutputConstructor:
      order.$: $Context.Execution.Name
    End: true
`;
const NODES = 3;

/** Each is one slip of a finger, which the compiler knows to correct. */
const SLIPS: readonly (readonly [right: string, wrong: string])[] = [
  ['Next: Ship', 'Next: Shipp'],
  ['StartAt: Check', 'StartAt: Chek'],
  ['Default: Ship', 'Default: Ship2'],
  ['Type: Pass', 'Type: Pas'],
  ['    Parameters:', '    Paramters:'],
  ['Condition:', 'Conditon:'],
  ['intAdd', 'intAd'],
  ['$Context.Execution', '$Contxt.Execution'],
  ['MaxAttempts', 'MaxAttempt'],
  ['OutputConstructor', 'OutputConstructr'],
];

/** Texts that no one word corrects: no YAML, no definition, of the other dialect, or wrong in many places at once. */
const OTHERS: readonly string[] = [
  FLOW.replace('States:', 'States'),
  FLOW.replace('method: GET', 'method: "GET'),
  FLOW.replace('  - Type: Pass', '\t- Type: Pass'),
  FLOW.replace('Name: Ship\n', 'Name: Check\n'),
  FLOW.replace('    Default: Ship\n', ''),
  FLOW.replace('intAdd(10, 5)', 'intAdd(10, )'),
  FLOW.replace('IntervalSeconds: 1', 'IntervalSeconds: -1\n        BackoffRate: abc'),
  FLOW.replaceAll('Ship', '发货 <b>"🚚"</b>').replace('SpecVersion: v1', 'SpecVersion: v9'),
  FLOW.replaceAll(/ (?:Check|Ask|Ship)$/gm, ' <script>alert(1)</script>'),
  JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: 'orders', StartAt: 'None', States: [] }, null, 2),
  '{"Type": "StateMachine", "States": [}',
  'version: v1\ntype: flow\nname: orders\nsteps:\n  - type: pas\n    name: one\n  - type: task\n    name: one\n',
  '- a list\n- of two\n',
  'x',
];

/** Puts a text in place of all that the editor has. */
async function replaceText(page: Page, text: string): Promise<Response> {
  const answered = page.waitForResponse(
    (response) =>
      response.url().endsWith('/api/CheckDefinition') &&
      (response.request().postDataJSON() as { readonly Definition?: string }).Definition === text,
  );
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.evaluate((pasted) => {
    const data = new DataTransfer();
    data.setData('text/plain', pasted);
    const target = document.querySelector('.editor')?.shadowRoot?.querySelector('.cm-content');
    target?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
  return answered;
}

/** The list of problems, a line for each, once it is that of the present text. */
async function problemsIn(page: Page): Promise<string[]> {
  await page.locator('.problems ul:not(.is-old)').waitFor();
  return page.locator('.problem').evaluateAll((buttons) =>
    buttons.map((button) => {
      const of = (part: string): string => button.querySelector(part)?.textContent ?? '';
      return `${of('.problem-place')}: ${of('.visually-hidden').toLowerCase()}: ${of('.problem-text')}`;
    }),
  );
}

describe('the problems of a definition', WHERE_IT_RUNS, () => {
  it('are those of `millrace validate`, to the character, and the graph is the last good one', async (t) => {
    const texts = [...SLIPS.map(([right, wrong]) => FLOW.replace(right, wrong)), ...OTHERS];
    const folder = temporaryFolder(t);
    const files = texts.map((text, place) => {
      const file = join(folder, `flow-${place}.yaml`);
      writeFileSync(file, text);
      return file;
    });
    const { stdout } = await runMillrace(['validate', ...files]);
    const printed = files.map((file) =>
      stdout
        .split('\n')
        .filter((line) => line.startsWith(`${file}:`))
        .map((line) => line.slice(file.length + 1)),
    );

    const server = await startConsole(t);
    await createFlow(server, 'orders', FLOW);
    const { page } = await openConsole(t, server, { at: '#/flows/orders' });
    await page.locator('.graph-node').first().waitFor();
    for (const [place, text] of texts.entries()) {
      await replaceText(page, text);
      const expected = printed[place] ?? [];
      assert.ok(expected.length > 0, text);
      assert.deepEqual(await problemsIn(page), expected, text);
      assert.equal(await page.locator('.graph-node').count(), NODES, 'the graph of the last text without errors');
    }
  });

  it('are corrected with a key where the compiler knows the word', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', FLOW);
    const { page } = await openConsole(t, server, { at: '#/flows/orders' });
    await page.locator('.graph-node').first().waitFor();
    for (const [right, wrong] of SLIPS) {
      await replaceText(page, FLOW.replace(right, wrong));
      await page.locator('.problems ul:not(.is-old)').waitFor();
      const corrected = page.waitForRequest(
        (request) =>
          request.url().endsWith('/api/CheckDefinition') &&
          (request.postDataJSON() as { readonly Definition?: string }).Definition === FLOW,
      );
      await page.locator('.problem', { hasText: 'did you mean' }).first().click();
      await page.waitForFunction(() => document.activeElement?.classList.contains('editor') === true);
      await page.keyboard.press('Control+.');
      await corrected;
      await page.locator('.problem').first().waitFor({ state: 'detached' });
    }
  });

  it('are asked for once after the last key, and soon', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', FLOW);
    const { page, calls } = await openConsole(t, server, { at: '#/flows/orders', hasClock: true });
    await page.locator('.graph-node').first().waitFor();
    await page.locator('.cm-content').click();
    await page.clock.pauseAt(new Date(Date.now() + 60_000));
    const checks = (): number => calls().filter((action) => action === 'CheckDefinition').length;
    const before = checks();
    for (const key of 'abcdef') {
      await page.keyboard.press(key);
      await page.clock.runFor(50);
    }
    assert.equal(checks(), before, 'no question while one types');
    const asked = page.waitForRequest((request) => request.url().endsWith('/api/CheckDefinition'));
    // Of the 300 ms that a person may wait, half are left for the server.
    await page.clock.runFor(150);
    await asked;
    assert.equal(checks(), before + 1);
  });
});
