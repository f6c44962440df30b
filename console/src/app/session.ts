/** The session of the browser: who is signed in, and to which server. */
import { signal } from '@preact/signals';
import type { SessionView } from '../../../src/console/protocol.ts';
import { post, send } from '../api/client.ts';
import { serverAheadMs } from './clock.ts';

/** Null until the server has answered. */
export const session = signal<SessionView | null>(null);

/** Asks the server who is signed in. @throws {ApiFault} */
export async function loadSession(): Promise<void> {
  take((await send('GET', 'session')) as SessionView);
}

/** Proves a key. @throws {ApiFault} for a wrong one. */
export async function signIn(key: {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}): Promise<void> {
  take((await post('session', key)) as SessionView);
}

/** Below this, a difference of the clocks may be the time that the answer took. */
const SEEN_MS = 1_000;

function take(view: SessionView): void {
  session.value = view;
  const aheadMs = Date.parse(view.time) - Date.now();
  serverAheadMs.value = Math.abs(aheadMs) < SEEN_MS ? 0 : aheadMs;
}

/** Ends the session, also on the server. @throws {ApiFault} */
export async function signOut(): Promise<void> {
  await send('DELETE', 'session');
  const { value } = session;
  if (value !== null) session.value = { ...value, signedIn: false, accessKeyId: '', isRoot: false };
}
