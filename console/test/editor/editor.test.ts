/** The editor of definitions in a browser: the compiler's words as one types, corrections, suggestions, the graph beside it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../../../src/testing/temporary-folder.ts';
import { LOOKS, WHERE_IT_RUNS, assertComes, lookName, openConsole } from '../support/browser.ts';
import { createFlow, startConsole } from '../support/console-server.ts';

const FLOW = `Type: StateMachine
SpecVersion: v1
Name: orders
StartAt: Check
States:
  - Type: Choice
    Name: Check
    Branches:
      - Condition: $Input.amount > 10
        Next: Ask
    Default: Ship
  - Type: Task
    Name: Ask
    Action: HTTP:Request
    Parameters:
      method: GET
      url: http://127.0.0.1/ask
    Next: Ship
  - Type: Parallel
    Name: Ship
    Branches:
      - StartAt: Pack
        States:
          - Type: Pass
            Name: Pack
            End: true
      - StartAt: 通知 <b>"客户"</b>
        States:
          - Type: Pass
            Name: 通知 <b>"客户"</b>
            End: true
    End: true
`;

/** Puts the cursor at the end of a line, by the keyboard. */
async function goToLine(page: Page, line: number): Promise<void> {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+Home');
  for (let at = 1; at < line; at++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
}

async function textOf(page: Page): Promise<string> {
  return (await page.locator('.cm-content').innerText()).replaceAll('\u00a0', ' ');
}

/** The server's reply about the text that holds this. */
async function checked(page: Page, part: string): Promise<{ readonly Diagnostics: string; readonly Graph: string }> {
  const reply = await page.waitForResponse(
    (response) =>
      response.url().endsWith('/api/CheckDefinition') &&
      ((response.request().postDataJSON() as { Definition?: string }).Definition ?? '').includes(part),
  );
  return (await reply.json()) as { readonly Diagnostics: string; readonly Graph: string };
}

describe('the editor of definitions', WHERE_IT_RUNS, () => {
  test('says what `validate` says, and shows the last good graph meanwhile', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', FLOW);
    const { page } = await openConsole(t, server, { at: '#/flows/orders' });
    await page.locator('.graph-node').first().waitFor();
    await goToLine(page, 18);
    const reply = checked(page, 'Next: Shipp\n');
    await page.keyboard.type('p');
    const said = (JSON.parse((await reply).Diagnostics) as { readonly text: string; readonly message: string }[]).map(
      ({ text }) => text,
    );

    const file = join(temporaryFolder(t), 'flow.yaml');
    writeFileSync(file, FLOW.replace('Next: Ship\n', 'Next: Shipp\n'));
    const run = promisify(execFile)(process.execPath, ['bin/millrace.js', 'validate', file]);
    const printed = await run.then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) => stdout + stderr,
    );
    assert.equal(said.length, 1);
    for (const line of said) assert.ok(printed.split('\n').includes(`${file}:${line}`), `${line} in ${printed}`);

    await assertComes(() => page.locator('.cm-lintRange-error').allInnerTexts(), ['Shipp']);
    await page.locator('.problem').waitFor();
    assert.equal(await page.locator('.graph-node').count(), 5, 'the last good graph');
    // The cursor is in Ask, and the graph, which is that of the text before, knows it.
    await page.locator('.graph-node.selected[aria-label="Task Ask, HTTP:Request"]').waitFor();
  });

  test('"did you mean" is one click, or one key, and only at its word', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', FLOW);
    const { page } = await openConsole(t, server, { at: '#/flows/orders' });
    await page.locator('.graph-node').first().waitFor();
    await goToLine(page, 18);
    await page.keyboard.type('p');
    await page.locator('.cm-lintRange-error').hover();
    await page.locator('.cm-diagnosticAction').click();
    await page.waitForFunction(() => document.querySelector('.problem') === null);
    assert.match(await textOf(page), /Next: Ship\n/);

    await page.locator('.cm-lintRange-error').waitFor({ state: 'detached' });
    await page.keyboard.press('End');
    await page.keyboard.type('p');
    await page.locator('.cm-lintRange-error').waitFor();
    await page.keyboard.press('Control+.');
    await page.waitForFunction(() => document.querySelector('.problem') === null);
    assert.match(await textOf(page), /Next: Ship\n/);
  });

  test('suggests fields, values and the names of states', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', FLOW);
    const words = await openConsole(t, server, { at: '#/flows/orders' });
    const { page } = words;
    await page.locator('.graph-node').first().waitFor();
    await goToLine(page, 17);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('TaskM');
    await page.locator('.cm-tooltip-autocomplete li', { hasText: 'TaskMode' }).waitFor();
    await words.axe();
    await words.screenshot('editor-suggestions');
    await page.keyboard.press('Enter');
    await page.locator('.cm-tooltip-autocomplete li', { hasText: 'WaitForCustomCallback' }).waitFor();
    await page.keyboard.type('WaitForC');
    await page
      .locator('.cm-tooltip-autocomplete li[aria-selected=true]', { hasText: 'WaitForCustomCallback' })
      .waitFor();
    // The editor takes no Enter for a list that has only just opened under it.
    const seenMs = await page.evaluate(() => performance.now());
    await page.waitForFunction((since) => performance.now() > since + 100, seenMs);
    await page.keyboard.press('Enter');
    assert.match(await textOf(page), /\n {4}TaskMode: WaitForCustomCallback\n/);
    await goToLine(page, 19);
    for (let i = 0; i < 4; i++) await page.keyboard.press('Backspace');
    await page.keyboard.press('Control+ ');
    const names = page.locator('.cm-tooltip-autocomplete li');
    await assertComes(() => names.allInnerTexts(), ['Check', 'Ship']);
  });

  test('the graph follows the cursor, and the cursor follows the graph', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', FLOW);
    const { page } = await openConsole(t, server, { at: '#/flows/orders' });
    await page.locator('.graph-node').first().waitFor();
    await goToLine(page, 25);
    await page.locator('.graph-node.selected[aria-label="Pack, Pass"]').waitFor();
    await page.locator('.graph-node[aria-label^="Choice Check"]').click();
    await page.waitForFunction(() => {
      const root = document.querySelector('.editor')?.shadowRoot;
      return root?.querySelector('.cm-activeLine')?.textContent?.includes('Type: Choice') === true;
    });
    // The lines of the state are marked.
    await page.locator('.cm-marked').nth(5).waitFor();
  });

  test('Tab indents, and leaves after Escape', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', FLOW);
    const { page } = await openConsole(t, server, { at: '#/flows/orders' });
    await page.locator('.graph-node').first().waitFor();
    await goToLine(page, 1);
    await page.keyboard.press('Tab');
    assert.match(await textOf(page), /^ {2}Type: StateMachine/);
    await page.keyboard.press('Control+z');
    // Together, because Escape frees Tab for two seconds.
    await Promise.all([page.keyboard.press('Escape'), page.keyboard.press('Tab')]);
    await assertComes(() => page.evaluate(() => document.activeElement?.classList.contains('editor')), false);
  });

  test('a definition of nearly a megabyte can be edited', async (t) => {
    const server = await startConsole(t);
    const state = (i: number): string => `  - {Type: Wait, Name: S${i}, Seconds: 1, Next: S${i + 1}}\n`;
    let large = 'Type: StateMachine\nSpecVersion: v1\nName: large\nStartAt: S0\nStates:\n';
    let count = 0;
    for (; large.length < 900_000; count++) large += state(count);
    large += `  - {Type: Succeed, Name: S${count}}\n`;
    await createFlow(server, 'small', FLOW);
    const { page } = await openConsole(t, server, { at: '#/flows/small' });
    await page.locator('.graph-node').first().waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    const reply = checked(page, 'Name: largex\n');
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.setData('text/plain', text);
      const target = document.querySelector('.editor')?.shadowRoot?.querySelector('.cm-content');
      target?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, large);
    await goToLine(page, 3);
    await page.keyboard.type('x');
    const graph = JSON.parse((await reply).Graph) as { readonly omitted?: number; readonly nodes: readonly unknown[] };
    assert.equal(graph.omitted, count + 1);
    await page.getByText((count + 1).toLocaleString('en-GB')).waitFor();
    assert.ok((await page.locator('.cm-line').count()) < 200, 'only lines in view');
  });

  test('asks one question at a time, and shows no answer to a text that is gone', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', FLOW);
    const { page } = await openConsole(t, server, { at: '#/flows/orders' });
    await page.locator('.graph-node').first().waitFor();
    const asked: string[] = [];
    const held: (() => void)[] = [];
    let most = 0;
    let underWay = 0;
    await page.route('**/api/CheckDefinition', async (route) => {
      asked.push((route.request().postDataJSON() as { Definition: string }).Definition);
      most = Math.max(most, ++underWay);
      // A slow network, until the test lets the reply through.
      await new Promise<void>((resolve) => held.push(resolve));
      underWay--;
      await route.continue();
    });
    const untilAsked = async (count: number): Promise<void> => {
      while (asked.length < count) await page.evaluate(() => new Promise(requestAnimationFrame));
    };
    await goToLine(page, 18);
    await page.keyboard.type('p');
    await untilAsked(1);
    await page.keyboard.type('ing');
    await page.waitForFunction(() => document.querySelector('.problems') !== null);
    assert.equal(asked.length, 1, 'the second question waits');
    const first = page.waitForResponse('**/api/CheckDefinition');
    held[0]?.();
    await first;
    await untilAsked(2);
    assert.equal(await page.locator('.problem').count(), 0, 'the answer to the first text is dropped');
    held[1]?.();
    await page.locator('.problem', { hasText: '"Shipping"' }).waitFor();
    assert.equal(most, 1);
    assert.deepEqual(
      asked.map((text) => /Next: Ship\w+/.exec(text)?.[0]),
      ['Next: Shipp', 'Next: Shipping'],
    );
  });

  test('shows differences beside each other, or in one column', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', FLOW);
    for (const look of [{ width: 1440 }, { width: 400, theme: 'dark', language: 'zh' }] as const) {
      const opened = await openConsole(t, server, { ...look, at: '#/flows/orders' });
      const { page } = opened;
      await page.locator('.cm-content').waitFor();
      await goToLine(page, 18);
      await page.keyboard.type('p');
      await page.getByRole('button', { name: /Show my changes|查看我的修改/ }).click();
      await page.locator('dialog .cm-changedLine').first().waitFor();
      const editors = look.width === 400 ? 1 : 2;
      await page
        .locator('dialog .cm-editor')
        .nth(editors - 1)
        .waitFor();
      assert.equal(await page.locator('dialog .cm-editor').count(), editors);
      await opened.axe();
      await opened.screenshot(`diff-${lookName(look)}`);
    }
  });

  for (const look of LOOKS) {
    test(`looks well: ${lookName(look)}`, async (t) => {
      const server = await startConsole(t);
      await createFlow(server, 'orders', FLOW);
      const opened = await openConsole(t, server, { ...look, at: '#/flows/orders' });
      const { page } = opened;
      await page.locator('.cm-content').waitFor();
      await page.locator('.graph-node').first().waitFor();
      await goToLine(page, 18);
      await page.keyboard.type('p');
      await page.locator('.cm-lintRange-error').waitFor();
      await page.keyboard.press('Control+f');
      await page.locator('.cm-search').waitFor();
      await opened.axe();
      await opened.screenshot(`editor-${lookName(look)}`);
    });
  }
});
