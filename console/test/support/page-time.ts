/** Time on the clock of a page that was opened with `hasClock`. It passes in pieces, with all that each piece leads to between them. */
import type { Request } from 'playwright-core';
import type { ConsolePage } from './browser.ts';

/**
 * The clock of the page runs ahead of the server, whose lines on a quiet stream do not come sooner for it. So the page takes a stream
 * for lost after 40 s and opens another one. A test that counts requests lets this time pass first, and some more for what the new stream
 * leads to. It counts for a time that ends well before the next stream, because the time of the test itself passes on that clock too.
 */
export const WARM_S = 50;
export const IDLE_S = 20;
/** A request that one timer leads to may set the next timer. */
const PIECE_S = 5;

/** Lets time pass. Then the page has all replies to what it has asked meanwhile, and its stream is open. */
export async function pass(opened: ConsolePage, allSeconds: number): Promise<void> {
  // The page waits for the next line of a stream from the last one on, so the first piece must not be before the first line.
  await caughtUp(opened);
  for (let seconds = 0; seconds < allSeconds; seconds += PIECE_S) {
    await opened.page.clock.runFor(PIECE_S * 1_000);
    await caughtUp(opened);
  }
}

/**
 * Waits for the answer to the page's stream: it would give up a stream whose answer takes 15 s of its own clock, which a busy machine
 * needs no second for. The first event of a stream leads to requests, and is on the way before the reply to a later request.
 */
async function caughtUp({ page, requests, settled }: ConsolePage): Promise<void> {
  const newest = (): Request | undefined => requests.findLast((request) => /\/stream\?/.test(request.url()));
  for (;;) {
    await settled();
    const stream = newest();
    // One that was given up has none, and the page opens another one soon.
    if (stream === undefined || ((await stream.response()) !== null && newest() === stream)) break;
  }
  await page.evaluate(() => fetch('icon.svg', { cache: 'no-store' }).then((reply) => reply.text()));
  await settled();
}
