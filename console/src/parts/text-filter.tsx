/**
 * A field whose text is in the address, a moment after the last key. A search is one step of Back, not one for each letter.
 */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { route, setQuery } from '../app/router.ts';

export interface TextFilterProps {
  /** The name of the text in the query of the address. */
  readonly parameter: string;
  /** The text in the address. */
  readonly value: string;
  readonly hint: string;
  readonly size?: number;
  /** Id of a list of proposals. */
  readonly list?: string;
  /** Gets the field, for a shortcut. */
  readonly field?: { current: HTMLInputElement | null };
  readonly onFocus?: () => void;
}

const TYPING_MS = 250;

export function TextFilter({ parameter, value, hint, size, list, field, onFocus }: TextFilterProps) {
  const timer = useRef(0);
  const own = useRef<HTMLInputElement | null>(null);
  useEffect(() => {
    // The address has changed by something else than typing: Back, or a link.
    if (own.current !== null && timer.current === 0 && own.current.value.trim() !== value) own.current.value = value;
  }, [value]);
  useLayoutEffect(
    () => () => {
      window.clearTimeout(timer.current);
      // A browser takes the focus from a field that goes: what was typed is not for the next screen.
      timer.current = 0;
    },
    [],
  );
  const apply = (text: string): void => {
    window.clearTimeout(timer.current);
    timer.current = 0;
    const before = route.peek().query.get(parameter) ?? '';
    if (text !== before) setQuery({ [parameter]: text }, { replace: before !== '' && text !== '' });
  };
  return (
    <input
      ref={(element) => {
        own.current = element;
        if (field !== undefined) field.current = element;
      }}
      type="search"
      placeholder={hint}
      defaultValue={value}
      size={size}
      list={list}
      spellcheck={false}
      autocomplete="off"
      onFocus={onFocus}
      onInput={(event) => {
        const text = event.currentTarget.value.trim();
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => apply(text), TYPING_MS);
      }}
      onBlur={(event) => {
        // Before a click elsewhere, which may clear the filters.
        if (timer.current !== 0) apply(event.currentTarget.value.trim());
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') apply(event.currentTarget.value.trim());
      }}
    />
  );
}
