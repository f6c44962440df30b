/**
 * Pages of the console in a real browser. A page fails its test for everything that a person would not see and that is wrong all the
 * same: a violation of the content security policy, an error in the browser's console, an uncaught error, a request to another host.
 *
 * Each page has a context of its own, with its own cookies and storage, and without motion, so that screenshots and axe see one state.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { AxeResults, RunOptions } from 'axe-core';
import type { BrowserContext, Page, Request } from 'playwright-core';
import { ROOT_KEY } from '../../../src/testing/index.ts';
import { atEnd } from '../../../src/testing/clean-up.ts';
import type { CleanUp } from '../../../src/testing/clean-up.ts';
import type { Key } from '../../../test/support/signed-request.ts';
import { testBrowser } from './chromium.ts';

export { WHERE_IT_RUNS } from './chromium.ts';

/** Screenshots that people look at; git ignores the folder. */
const ARTEFACTS = fileURLToPath(new URL('../artefacts', import.meta.url));

export interface Look {
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

export interface PageOptions extends Look {
  /** The fragment of the first screen: `#/executions`. */
  readonly at?: string;
  /** The key to sign in with; null to arrive without a session. Ignored by a server without authentication. */
  readonly key?: Key | null;
  /** The zone of the browser. */
  readonly zone?: string;
  /** The path of the console, if it is not at `/console/`: behind a proxy. */
  readonly path?: string;
  /** `page.clock` moves the clock of the page, from its first moment on. Until then it runs as usual. */
  readonly hasClock?: boolean;
}

/** Both languages, both themes, a phone and a desk: the looks in which each screen is checked. */
export const LOOKS: readonly Required<Look>[] = [
  { language: 'en', theme: 'light', width: 1440, height: 900 },
  { language: 'zh', theme: 'dark', width: 1440, height: 900 },
  { language: 'en', theme: 'dark', width: 400, height: 800 },
  { language: 'zh', theme: 'light', width: 400, height: 800 },
];

/** `en-light-1440` */
export function lookName({ language = 'en', theme = 'light', width = 1440 }: Look): string {
  return `${language}-${theme}-${width}`;
}

export interface ConsolePage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Requests of the page since its beginning, apart from what the browser loads by itself. */
  readonly requests: readonly Request[];
  /** The actions of the API that the page has called so far, in order. */
  calls(): string[];
  /** The paths of all requests so far that are not for a file, in order: `api/ListFlows`, `stream`, `session`. */
  asked(): string[];
  /** Whether the page has read the reply to its end, or has left it before; resolves when it is the one or the other. */
  wasRead(request: Request): Promise<boolean>;
  /** Resolves when no request is under way but streams. */
  settled(): Promise<void>;
  /**
   * Resolves when the screen has settled and does not change any more, except for what time changes. A place on the screen is right
   * from then on. Not for a page whose clock is paused, because it draws nothing.
   */
  still(): Promise<void>;
  /** Goes to another screen as a link would. */
  goTo(fragment: string): Promise<void>;
  /** Expects faults of this form from here on, such as a refusal that the test provokes. */
  allow(fault: RegExp): void;
  /** Fails for each fault so far that was not expected. */
  assertClean(): void;
  /** Fails for everything that axe finds. */
  axe(): Promise<void>;
  /** Writes `console/test/artefacts/<name>.png`. */
  screenshot(name: string): Promise<void>;
  /** How many elements the document has. */
  nodes(): Promise<number>;
}

/** Opens the console of a server. The page is checked and closed at the end of the test. */
export async function openConsole(
  t: CleanUp,
  server: { readonly url: string },
  options: PageOptions = {},
): Promise<ConsolePage> {
  const { language = 'en', theme = 'light', width = 1440, height = 900, at = '', key = ROOT_KEY } = options;
  const browser = await testBrowser();
  const context = await browser.newContext({
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: theme,
    viewport: { width, height },
    timezoneId: options.zone ?? 'UTC',
    reducedMotion: 'reduce',
  });
  atEnd(t, () => context.close());
  const home = new URL(options.path ?? '/console/', server.url).href;
  if (key !== null) await signIn(context, home, key);
  await context.addInitScript(watchPage);
  const page = await context.newPage();
  if (options.hasClock === true) await page.clock.install();
  const made = pageOf(page, context, home);
  // Runs before the context closes, since the latest part is undone first.
  atEnd(t, () => made.assertClean());
  await page.goto(`${home}${at}`);
  return made;
}

/** Signs in without the form; a server without authentication answers that no one needs to. */
async function signIn(context: BrowserContext, home: string, key: Key): Promise<void> {
  const before = await context.request.get(`${home}session`, { headers: { 'x-millrace-console': '1' } });
  if (((await before.json()) as { auth?: string }).auth === 'off') return;
  const reply = await context.request.post(`${home}session`, {
    headers: { 'x-millrace-console': '1', origin: new URL(home).origin },
    data: key,
  });
  assert.equal(reply.status(), 200, await reply.text());
}

/** Requests that are not for a file. */
const ASKED = /\/((?:api\/\w+)|session|stream|reveal|report)$/;

/** Runs in the page before its own scripts. */
function watchPage(): void {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    console.error(`The content security policy forbids it: ${effectiveDirective} ${blockedURI}`);
  });
}

/** Runs in the page. Resolves after some frames in which nothing has changed. */
async function drawn(): Promise<void> {
  const FRAMES = 4;
  let changes = 0;
  const observer = new MutationObserver(() => void changes++);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  await document.fonts.ready;
  for (let quiet = 0; quiet < FRAMES; ) {
    const before = changes;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    quiet = changes === before ? quiet + 1 : 0;
  }
  observer.disconnect();
}

function pageOf(page: Page, context: BrowserContext, home: string): ConsolePage {
  const faults: string[] = [];
  const allowed: RegExp[] = [];
  const requests: Request[] = [];
  const { origin } = new URL(home);
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.stack ?? error.message}`));
  // `response.finished()` never resolves for a reply that the page has left after its head.
  const ends = new Map<Request, PromiseWithResolvers<boolean>>();
  const wasRead = async (request: Request): Promise<boolean> => (await ends.get(request)?.promise) === true;
  context.on('requestfinished', (request) => ends.get(request)?.resolve(true));
  context.on('requestfailed', (request) => ends.get(request)?.resolve(false));
  context.on('page', (each) => {
    each.on('close', () => {
      for (const [request, { resolve }] of ends) if (request.frame().page() === each) resolve(false);
    });
  });
  context.on('request', (request) => {
    requests.push(request);
    ends.set(request, Promise.withResolvers());
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== origin) faults.push(`foreign request: ${request.url()}`);
  });
  const settled = async (): Promise<void> => {
    // Behind all that the page has sent so far: the browser reports requests in their order, and some time after they were made.
    await page.evaluate(() => fetch('icon.svg').then((response) => response.blob()));
    for (let before = -1; before !== requests.length; ) {
      before = requests.length;
      await Promise.all(requests.filter((request) => !/\/stream\?/.test(request.url())).map(wasRead));
    }
  };
  return {
    page,
    context,
    requests,
    calls: () => requests.flatMap((request) => /\/api\/(\w+)$/.exec(request.url())?.[1] ?? []),
    asked: () => requests.flatMap((request) => ASKED.exec(new URL(request.url()).pathname)?.[1] ?? []),
    wasRead,
    settled,
    async still() {
      let before = 0;
      do {
        await settled();
        before = requests.length;
        await page.evaluate(drawn);
      } while (before !== requests.length);
    },
    async goTo(fragment) {
      // Not before the page has heard of it: until then, it is the screen before that a test would look at.
      await page.evaluate(
        (hash) =>
          new Promise<void>((resolve) => {
            const before = location.hash;
            window.addEventListener('hashchange', () => resolve(), { once: true });
            location.hash = hash;
            if (location.hash === before) resolve();
          }),
        fragment,
      );
    },
    allow: (fault) => allowed.push(fault),
    assertClean() {
      const left = faults.filter((fault) => !allowed.some((pattern) => pattern.test(fault)));
      assert.deepEqual(left, []);
    },
    axe: () => checkWithAxe(page),
    async screenshot(name) {
      mkdirSync(ARTEFACTS, { recursive: true });
      await page.screenshot({ path: join(ARTEFACTS, `${name}.png`) });
    },
    nodes: () => page.evaluate(() => document.getElementsByTagName('*').length),
  };
}

/** The patience of a test with a busy machine. */
const PATIENCE_MS = 60_000;

/** Looks until the page is as expected. Fails with what it saw last. */
export async function assertComes<T>(look: () => Promise<T>, expected: T, message?: string): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (performance.now() < deadlineMs) {
    if (isDeepStrictEqual(await look(), expected)) return;
  }
  assert.deepEqual(await look(), expected, message);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};

/** The source comes by the debugger's protocol, which the content security policy does not concern. */
async function checkWithAxe(page: Page): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const { violations } = (await page.evaluate(
    (rules) => (window as unknown as { axe: { run(rules: unknown): Promise<unknown> } }).axe.run(rules),
    RULES,
  )) as AxeResults;
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 300)}\n  ${failureSummary ?? ''}`),
  );
  assert.deepEqual(found, []);
}
