/**
 * A list of which only the rows in view are in the document. All rows have one height. The list scrolls in its own box, and the row
 * with the focus or the selection can be brought into view.
 */
import type { ComponentChildren, Ref } from 'preact';
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface WindowedListHandle {
  /** Scrolls as little as it takes to show a row. */
  show(index: number): void;
  /** Shows a row, and gives the focus to its first link, or to its first field or button. */
  focusRow(index: number): void;
  /** True if nothing of the list is above its box. */
  isAtTop(): boolean;
  focus(): void;
}

export interface WindowedListProps<T> {
  readonly items: readonly T[];
  /** Height of a row, CSS pixels. */
  readonly rowHeight: number;
  readonly row: (item: T, index: number) => ComponentChildren;
  readonly rowKey: (item: T, index: number) => string | number;
  readonly label: string;
  /** Called when the last rows come into view. */
  readonly onEnd?: () => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly handle?: Ref<WindowedListHandle> | null;
  readonly role?: 'list' | 'listbox' | 'rowgroup' | 'tree';
  readonly activeId?: string | undefined;
  /** Rows that come in above those in view do not move them, unless the list is at its top. */
  readonly isAnchored?: boolean;
}

/** Rows beyond either edge, so that a fast scroll shows no gap. */
const MARGIN_ROWS = 8;

export function WindowedList<T>({
  items,
  rowHeight,
  row,
  rowKey,
  label,
  onEnd,
  onKeyDown,
  handle = null,
  role = 'list',
  activeId,
  isAnchored = false,
}: WindowedListProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  /** The row that gets the focus as soon as it is in the document. */
  const awaited = useRef<number | null>(null);
  const look = (): void => {
    const element = box.current;
    if (element !== null) setView({ top: element.scrollTop, height: element.clientHeight });
  };
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  const show = (index: number): void => {
    const element = box.current;
    if (element === null) return;
    const top = index * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight;
    }
  };
  /** The first row in view when it was last drawn. */
  const anchor = useRef<{ readonly key: string | number; readonly index: number } | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    const before = anchor.current;
    if (!isAnchored || element === null) return;
    if (before !== null && element.scrollTop > 0) {
      const now = indexNear(items, rowKey, before);
      if (now !== -1 && now !== before.index) element.scrollTop += (now - before.index) * rowHeight;
    }
    const index = Math.min(items.length - 1, Math.ceil(element.scrollTop / rowHeight));
    const item = items[index];
    anchor.current = item === undefined ? null : { key: rowKey(item, index), index };
  });
  const focusAwaited = (): void => {
    const row = box.current?.querySelector(`[data-index="${awaited.current}"]`);
    if (row === null || row === undefined) return;
    awaited.current = null;
    const target = row.querySelector<HTMLElement>('a') ?? row.querySelector<HTMLElement>('button, input');
    target?.focus({ preventScroll: true });
  };
  useLayoutEffect(() => {
    if (awaited.current !== null) focusAwaited();
  });
  useImperativeHandle(handle, () => ({
    show,
    focusRow(index) {
      show(index);
      awaited.current = index;
      focusAwaited();
      // The event of the scrolling comes later than the next key.
      look();
    },
    isAtTop: () => (box.current?.scrollTop ?? 0) === 0,
    focus: () => box.current?.focus(),
  }));
  const from = Math.max(0, Math.floor(view.top / rowHeight) - MARGIN_ROWS);
  const until = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + MARGIN_ROWS);
  const isAtEnd = until >= items.length;
  useEffect(() => {
    if (isAtEnd) onEnd?.();
  }, [isAtEnd, items.length]);
  return (
    <div
      ref={box}
      class="windowed"
      role={role}
      aria-label={label}
      aria-activedescendant={activeId}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div class="windowed-space" role="presentation" style={{ height: `${items.length * rowHeight}px` }}>
        <div class="windowed-rows" role="presentation" style={{ transform: `translateY(${from * rowHeight}px)` }}>
          {items.slice(from, until).map((item, place) => (
            <div
              key={rowKey(item, from + place)}
              class="windowed-row"
              data-index={from + place}
              role="presentation"
              style={{ height: `${rowHeight}px` }}
            >
              {row(item, from + place)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** The place of a row that was at another one before; -1 if it has gone. */
function indexNear<T>(
  items: readonly T[],
  rowKey: WindowedListProps<T>['rowKey'],
  { key, index }: { readonly key: string | number; readonly index: number },
): number {
  const same = items[index];
  if (same !== undefined && rowKey(same, index) === key) return index;
  return items.findIndex((item, place) => rowKey(item, place) === key);
}
