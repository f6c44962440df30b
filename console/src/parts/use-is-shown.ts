/** Whether a component is still shown, for what follows a call: a person who has gone to another screen stays there. */
import { useLayoutEffect, useRef } from 'preact/hooks';

export function useIsShown(): { readonly current: boolean } {
  const isShown = useRef(true);
  useLayoutEffect(
    () => () => {
      isShown.current = false;
    },
    [],
  );
  return isShown;
}
