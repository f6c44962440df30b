/** The action of a dialog. It closes the dialog when it has succeeded, unless the person has closed it since and perhaps opened another one. */
import { useAction } from './use-action.ts';
import type { Action } from './use-action.ts';
import { useIsShown } from './use-is-shown.ts';

export function useClosingAction(act: () => Promise<void>, onClose: () => void): Action<[]> {
  const isShown = useIsShown();
  return useAction(async () => {
    await act();
    if (isShown.current) onClose();
  });
}
