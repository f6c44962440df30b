/** The largest definitions that the server takes, on every screen that shows one. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { chain, nested } from '../graph/graphs.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const MIB = 1024 * 1024;

/** A definition of so many bytes. Line breaks and quotes double in JSON, so it is the worst case of a body. */
function ofBytes(bytes: number, name = 'big'): string {
  const head = `Type: StateMachine\nSpecVersion: v1\nName: ${name}\nStartAt: Done\nStates:\n  - Type: Pass\n    Name: Done\n    End: true\n`;
  const line = `#${'"'.repeat(78)}\n`;
  const filler = line.repeat(Math.floor((bytes - head.length) / line.length));
  const rest = bytes - head.length - filler.length;
  return `${head}${filler}${rest > 0 ? `#${'"'.repeat(rest - 1)}` : ''}`;
}

describe('a definition of a mebibyte', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'big', ofBytes(2000));
  });

  it('is checked, drawn, created, changed and compared', async (t) => {
    const { page, goTo, screenshot } = await openConsole(t, server, { at: '#/new-flow?from=file' });
    const text = ofBytes(MIB, 'exact');
    assert.equal(Buffer.byteLength(text), MIB);
    await page.locator('input[type=file]').setInputFiles({
      ...{ name: 'exact.yaml', mimeType: 'text/plain', buffer: Buffer.from(text) },
    });
    await page.locator('[data-node]').first().waitFor();
    await page.getByText('No problems').waitFor();
    await page.getByRole('button', { name: 'Create the flow' }).click();
    await page.getByRole('heading', { name: 'exact', level: 1 }).waitFor();
    assert.equal((await server.call('DescribeFlow', { Name: 'exact' }))['Definition'], text);
    await server.call('PublishFlowVersion', { FlowName: 'exact' });
    await page.locator('.cm-content').first().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('x');
    await page.getByText('No problems').waitFor();
    await page.keyboard.press('Control+s');
    await page.getByText('The definition was saved').first().waitFor();
    const changed = String((await server.call('DescribeFlow', { Name: 'exact' }))['Definition']);
    assert.equal(changed, `${text.slice(0, -1)}x`);
    await goTo('#/flows/exact?tab=versions');
    await page.locator('.cm-mergeView, .cm-editor').first().waitFor();
    await screenshot('big-definition-compared');
    await goTo('#/flows/exact?run=LATEST');
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('link', { name: 'Open the execution' }).click();
    await page.getByRole('button', { name: 'Download the history' }).waitFor();
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Definition' }).click();
    await page.locator('.view').getByText('StartAt').first().waitFor();
    await screenshot('big-definition-of-an-execution');
  });

  it('that is larger than the server takes is refused with a sentence', async (t) => {
    const { page, allow, screenshot } = await openConsole(t, server, { at: '#/new-flow?from=file' });
    allow(/status of 413/);
    await page.locator('input[type=file]').setInputFiles({
      ...{ name: 'big.yaml', mimeType: 'text/plain', buffer: Buffer.from(ofBytes(MIB + 1)) },
    });
    await page.getByRole('alert').first().waitFor();
    await screenshot('too-big-definition');
    const said = await page.getByRole('alert').first().innerText();
    assert.match(said, /1048576|1 MiB/);
  });
});

describe('a flow of many states', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'long', JSON.stringify(chain(500)));
    await createFlow(server, 'wide', JSON.stringify(nested([50, 50])));
    await startExecution(server, 'long', { name: 'one', waits: true });
    await startExecution(server, 'wide', { name: 'one', waits: true });
  });

  for (const flow of ['long', 'wide']) {
    it(`is shown by its executions: ${flow}`, async (t) => {
      const { page, nodes, goTo, screenshot, axe } = await openConsole(t, server, {
        at: `#/flows/${flow}/executions/one`,
      });
      await page.locator('.timeline-row').first().waitFor();
      await screenshot(`many-states-${flow}-timeline`);
      assert.ok((await nodes()) < 1500, `${await nodes()} nodes`);
      await goTo(`#/flows/${flow}/executions/one?tab=graph`);
      await page.locator('[data-node]').first().waitFor();
      await screenshot(`many-states-${flow}-graph`);
      assert.ok((await nodes()) < 2000, `${await nodes()} nodes`);
      await axe();
      await page.locator('[data-node]').first().focus();
      for (let i = 0; i < 30; i++) await page.keyboard.press(i % 3 === 2 ? 'Enter' : 'ArrowDown');
      assert.ok((await nodes()) < 2500, `${await nodes()} nodes`);
      await screenshot(`many-states-${flow}-graph-walked`);
      await goTo(`#/flows/${flow}/executions/one?tab=events`);
      await page.locator('.event-row[role=option]').first().waitFor();
      await goTo(`#/flows/${flow}/executions/one?tab=definition`);
      await page.locator('.view').getByText('States').first().waitFor();
      assert.ok((await nodes()) < 4000, `${await nodes()} nodes`);
      await screenshot(`many-states-${flow}-definition`);
    });
  }
});
