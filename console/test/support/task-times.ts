/**
 * The tasks of a page's thread. A person who presses a key waits for the end of the task under way. Its length is counted in time of the
 * processor: by the clock, a task also takes the time of everything else that the machine does meanwhile.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { testBrowser } from './chromium.ts';

/** A task above this is one that a person notices. */
export const NOTICED_MS = 200;

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time, microseconds. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

const CATEGORIES = ['__metadata', 'disabled-by-default-devtools.timeline'];

/** Processor times of the tasks of the page's thread while something is done, milliseconds, the longest first. */
export async function taskTimes(page: Page, work: () => Promise<unknown>): Promise<readonly number[]> {
  const browser = await testBrowser();
  await browser.startTracing(page, { categories: CATEGORIES });
  const trace = await work().then(
    async () => {
      // The answer of the page can come out of a task that has not ended, and the trace has no task without an end.
      await page.evaluate(() => new Promise((resolve) => void setTimeout(resolve)));
      return browser.stopTracing();
    },
    async (error: unknown) => {
      await browser.stopTracing();
      throw error;
    },
  );
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  const times = traceEvents
    .filter(({ name, pid, tid }) => name === 'RunTask' && threads.has(`${pid}/${tid}`))
    .map(({ tdur = 0 }) => tdur / 1000);
  assert.ok(times.length > 0, 'the browser has recorded the tasks of the page');
  return times.toSorted((a, b) => b - a);
}

/** Fails if a person would notice one of the tasks while something is done. */
export async function assertSmooth(page: Page, work: () => Promise<unknown>): Promise<void> {
  const times = await taskTimes(page, work);
  const noticed = times.filter((ms) => ms > NOTICED_MS);
  assert.deepEqual(noticed, [], `tasks above ${NOTICED_MS} ms`);
}
