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

/** Asks the server who is signed in. @throws {ApiFault} */
export async function loadSession(): Promise<void> {
  take((await send('GET', 'session')) as SessionView);
}

/** Proves a key. @throws {ApiFault} for a wrong one. @throws {CookieFault} */
export async function signIn(key: {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}): Promise<void> {
  await post('session', key);
  const view = (await send('GET', 'session')) as SessionView;
  if (!view.signedIn) throw new CookieFault();
  take(view);
  otherTabs?.postMessage('begun');
}

/** Below this, a difference of the clocks may be the time that the answer took. */
const SEEN_MS = 1_000;

function take(view: SessionView): void {
  const before = session.peek();
  const aheadMs = Date.parse(view.time) - Date.now();
  serverAheadMs.value = Math.abs(aheadMs) < SEEN_MS ? 0 : aheadMs;
  session.value = view;
  if (view.auth === 'on' && !view.signedIn) return;
  screenOf.value = view.accessKeyId;
  if (before !== null && !before.signedIn) sessionBegun.value++;
}

/** Ends the session, also on the server. @throws {ApiFault} */
export async function signOut(): Promise<void> {
  await send('DELETE', 'session');
  forget();
  otherTabs?.postMessage('ended');
}

function forget(): void {
  const { value } = session;
  screenOf.value = null;
  if (value !== null) session.value = { ...value, signedIn: false, accessKeyId: '', isRoot: false };
}

const otherTabs = channel();

function channel(): BroadcastChannel | null {
  try {
    const made = new BroadcastChannel('millrace-session');
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
