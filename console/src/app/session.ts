/**
 * The session of the browser: who is signed in, and to which server. All tabs of a browser share its cookie, so they notify each other
 * of its beginning and its end.
 */
import { signal } from '@preact/signals';
import type { SessionView } from '../../../src/console/protocol.ts';
import { post, send, sessionBegun } from '../api/client.ts';
import { serverAheadMs } from './clock.ts';

/** Null until the server has answered. */
export const session = signal<SessionView | null>(null);

/**
 * The key whose screen is shown or, once its session has ended by itself, waits for its next one; null for none. The screen has what the
 * person has typed. It goes when a person signs out, and when another key signs in.
 */
export const screenOf = signal<string | null>(null);

/** The session's cookie did not come back: the browser does not store it. */
export class CookieFault extends Error {}

/** Questions so far, and the latest of them whose answer was taken. */
let asked = 0;
let taken = 0;

/** Whether its screens can be shown: the person has signed in, or no one needs to. */
export function isOpen({ auth, signedIn }: SessionView): boolean {
  return auth === 'off' || signedIn;
}

/**
 * Asks the server who is signed in, and resolves with its answer. One that a newer answer has overtaken changes nothing: it may be older
 * than a sign-in. @throws {ApiFault}
 */
export async function loadSession(): Promise<SessionView> {
  asked++;
  const own = asked;
  const sentMs = Date.now();
  const view = (await send('GET', 'session')) as SessionView;
  if (own >= taken) {
    taken = own;
    take(view, sentMs);
  }
  return view;
}

/** Proves a key. @throws {ApiFault} for a wrong one. @throws {CookieFault} */
export async function signIn(key: {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}): Promise<void> {
  await post('session', key);
  const { signedIn } = await loadSession();
  if (!signedIn) throw new CookieFault();
  otherTabs?.postMessage('begun');
}

/** Clocks that differ by less are the same. */
const SEEN_MS = 1_000;

function take(view: SessionView, sentMs: number): void {
  const before = session.peek();
  serverAheadMs.value = aheadMs(Date.parse(view.time), sentMs, Date.now());
  session.value = view;
  if (!isOpen(view)) return;
  screenOf.value = view.accessKeyId;
  if (before !== null && !before.signedIn) sessionBegun.value++;
}

/** How much a clock is ahead that was read at some moment between two of this one: at least so much, because an answer may take long. */
function aheadMs(timeMs: number, sentMs: number, receivedMs: number): number {
  const leastMs = timeMs > receivedMs ? timeMs - receivedMs : Math.min(0, timeMs - sentMs);
  return Math.abs(leastMs) < SEEN_MS ? 0 : leastMs;
}

/** Ends the session, also on the server. @throws {ApiFault} */
export async function signOut(): Promise<void> {
  await send('DELETE', 'session');
  forget();
  otherTabs?.postMessage('ended');
}

function forget(): void {
  // An answer to a question of before would bring the session back.
  asked++;
  taken = asked;
  const { value } = session;
  screenOf.value = null;
  if (value !== null) session.value = { ...value, signedIn: false, accessKeyId: '', isRoot: false };
}

const otherTabs = channel();

function channel(): BroadcastChannel | null {
  try {
    // One origin may have several consoles, each below a path of its own.
    const made = new BroadcastChannel(`millrace-session ${new URL('.', document.baseURI).pathname}`);
    made.onmessage = ({ data }) => {
      if (data === 'ended') forget();
      // Where the server cannot be asked, the next call shows it.
      else loadSession().catch(() => {});
    };
    return made;
  } catch {
    // A browser that shares nothing between tabs. The next call of a tab shows what has changed.
    return null;
  }
}
