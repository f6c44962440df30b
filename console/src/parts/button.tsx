/** Buttons and links that look like them. */
import type { ComponentChildren } from 'preact';

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick?: (event: MouseEvent) => void;
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  /** Shown as busy and cannot be pressed; it stays in the order of the Tab key. */
  readonly isBusy?: boolean;
  readonly isDisabled?: boolean;
  readonly type?: 'button' | 'submit';
  /** The name for people who do not see the button's icon. */
  readonly label?: string;
  readonly title?: string;
  readonly isPressed?: boolean;
}

export function Button({
  children,
  onClick,
  kind = 'plain',
  isBusy = false,
  isDisabled = false,
  type = 'button',
  label,
  title,
  isPressed,
}: ButtonProps) {
  const isOff = isBusy || isDisabled;
  return (
    <button
      type={type}
      class={`button ${kind}`}
      aria-label={label}
      aria-disabled={isOff}
      aria-busy={isBusy}
      aria-pressed={isPressed}
      title={title ?? label}
      onClick={(event) => {
        if (isOff) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}

export function LinkButton({
  href,
  children,
  kind = 'plain',
}: {
  readonly href: string;
  readonly children: ComponentChildren;
  readonly kind?: ButtonProps['kind'];
}) {
  return (
    <a class={`button ${kind}`} href={href}>
      {children}
    </a>
  );
}
