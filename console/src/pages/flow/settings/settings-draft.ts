/**
 * Unsaved settings of flows. They outlive a change of tab and of screen, and end with the page: variables may hold what a person regards
 * as a secret, and browsers write `sessionStorage` to the disk. So the browser asks before the page goes with them.
 */
import { screenOf } from '../../../app/session.ts';
import { differences } from './settings.ts';
import type { SettingsDraft } from './settings.ts';

export interface SettingsDrafts {
  read(flow: string): SettingsDraft | null;
  /** Holds a draft, or forgets it: null, or settings without a change. */
  write(flow: string, draft: SettingsDraft | null): void;
}

/** By the key of the person who typed them, and the flow. */
const drafts = new Map<string | null, Map<string, SettingsDraft>>();

/** Those of the person who is signed in now, also when another one has signed in. */
export function ownSettings(): SettingsDrafts {
  const owner = screenOf.peek();
  return {
    read: (flow) => drafts.get(owner)?.get(flow) ?? null,
    write(flow, draft) {
      const own = drafts.get(owner) ?? new Map<string, SettingsDraft>();
      drafts.set(owner, own);
      if (draft === null || differences(draft.base, draft.settings).length === 0) own.delete(flow);
      else own.set(flow, draft);
      if (own.size > 0) window.addEventListener('beforeunload', warn);
    },
  };
}

function warn(event: BeforeUnloadEvent): void {
  if ((drafts.get(screenOf.peek())?.size ?? 0) > 0) event.preventDefault();
}
