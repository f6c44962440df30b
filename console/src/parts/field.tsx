/** A field with its label above, and below it a hint, or the fault of what was typed. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export interface FieldProps {
  readonly label: ComponentChildren;
  readonly hint?: string;
  /** Why what was typed cannot be used; null for no fault. */
  readonly fault?: string | null;
  /** Gets the attributes that connect its control with the texts. */
  readonly children: (control: FieldControl) => ComponentChildren;
}

export interface FieldControl {
  readonly id: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string;
}

export function Field({ label, hint = '', fault = null, children }: FieldProps) {
  const id = useId();
  const helpId = `${id}-help`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-invalid': fault !== null, 'aria-describedby': helpId })}
      <span id={helpId} class={fault === null ? 'hint' : 'field-fault'} role="status">
        {fault ?? hint}
      </span>
    </div>
  );
}
