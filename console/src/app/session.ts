/** The session of the browser: who is signed in, and to which server. */
import { signal } from '@preact/signals';
import { post, send } from '../api/client.ts';

export interface Session {
  /** `off`: the server checks no keys, and no one signs in. */
  readonly auth: 'on' | 'off';
  readonly signedIn: boolean;
  /** Id of the access key; empty when not signed in. */
  readonly accessKeyId: string;
  readonly isRoot: boolean;
  readonly region: string;
  readonly account: string;
  /** Version of Millrace. */
  readonly version: string;
}

/** Null until the server has answered. */
export const session = signal<Session | null>(null);

/** Asks the server who is signed in. @throws {ApiFault} */
export async function loadSession(): Promise<void> {
  session.value = (await send('GET', 'session')) as Session;
}

/** Proves a key. @throws {ApiFault} for a wrong one. */
export async function signIn(key: {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}): Promise<void> {
  session.value = (await post('session', key)) as Session;
}

/** Ends the session, also on the server. @throws {ApiFault} */
export async function signOut(): Promise<void> {
  await send('DELETE', 'session');
  const { value } = session;
  if (value !== null) session.value = { ...value, signedIn: false, accessKeyId: '', isRoot: false };
}
