/**
 * Signing in again over a screen whose session has ended, so that what was typed there is not lost. It is a dialog because dialogs of the
 * screen may be open: only a later one can be used before them.
 */
import { useEffect, useRef } from 'preact/hooks';
import { SignInPage } from './sign-in-page.tsx';

/** @param props.accessKeyId the key of the ended session */
export function SignInAgain({ accessKeyId }: { readonly accessKeyId: string }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    element.current?.querySelector<HTMLElement>('input[type=password]')?.focus();
    return () => {
      // The screen takes the focus only when it is visible again.
      requestAnimationFrame(() => {
        if (before instanceof HTMLElement && before.isConnected) before.focus();
      });
    };
  }, []);
  return (
    <dialog
      ref={element}
      class="sign-in-again"
      aria-labelledby="sign-in-title"
      // A second Escape closes a dialog all the same.
      onCancel={(event) => event.preventDefault()}
      onClose={() => element.current?.showModal()}
    >
      <SignInPage endedFor={accessKeyId} />
    </dialog>
  );
}
