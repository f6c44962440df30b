/** Whether this browser has changes of a flow that are not saved: what runs and what is published is without them. */
import { ownStorage } from '../../app/own-storage.ts';
import { readDraft } from './draft.ts';
import { ownSettings } from './settings/settings-draft.ts';

export function hasUnsaved(flow: string): boolean {
  return readDraft(ownStorage('sessionStorage'), flow) !== null || ownSettings().read(flow) !== null;
}
