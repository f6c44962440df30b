/** The bytes that a browser loads for each screen as it opens, compressed, from a real server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASS, createFlow, startConsole, startExecution } from './support/console-server.ts';
import { WHERE_IT_RUNS, openConsole } from './support/browser.ts';

const KB = 1000;
/** The editor is the only file of this size. */
const EDITOR_BYTES = 100 * KB;

const SCREENS = [
  '#/flows',
  '#/new-flow',
  '#/flows/one',
  '#/executions',
  '#/flows/one/executions/first',
  '#/messages',
  '#/schedules',
  '#/system',
] as const;

test('a screen loads 80 KB without the editor at most, and 250 KB with it', WHERE_IT_RUNS, async (t) => {
  const server = await startConsole(t);
  await createFlow(server, 'one', PASS);
  await startExecution(server, 'one', { name: 'first', waits: true });
  for (const screen of SCREENS) {
    const { page, context, goTo, still } = await openConsole(t, server, { at: '#/nowhere' });
    const network = await context.newCDPSession(page);
    const sizes = new Map<string, number>();
    const names = new Map<string, string>();
    network.on('Network.requestWillBeSent', ({ requestId, request }) => names.set(requestId, request.url));
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
      sizes.set(names.get(requestId) ?? requestId, encodedDataLength),
    );
    await network.send('Network.enable');
    await network.send('Network.setCacheDisabled', { cacheDisabled: true });
    // With the page itself: the screen before had only the frame.
    await goTo(screen);
    sizes.clear();
    names.clear();
    await page.reload();
    await page.locator('main h1').first().waitFor();
    if (screen.includes('flow') && screen !== '#/flows' && !screen.includes('executions')) {
      await page.locator('.cm-editor').first().waitFor();
      await page.locator('svg .node, svg g[role]').first().waitFor();
    }
    await still();
    const files = [...sizes].filter(([url]) => /\.(?:js|css|svg|html)$|\/console\/$/.test(url));
    const all = sum(files.map(([, bytes]) => bytes));
    const withoutEditor = sum(files.map(([, bytes]) => (bytes > EDITOR_BYTES ? 0 : bytes)));
    t.diagnostic(`${screen}: ${withoutEditor} bytes, ${all} with the editor`);
    assert.ok(withoutEditor > 20 * KB && withoutEditor <= 80 * KB, `${screen}: ${withoutEditor} bytes`);
    assert.ok(all <= 250 * KB, `${screen}: ${all} bytes`);
  }
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
