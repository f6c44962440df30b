/**
 * A JSON text as a tree: parts open and close, long texts are cut until one asks for the rest, digits are those of the text. A text
 * that is not JSON is shown as it is. The arrow keys move as in every tree; one row at a time is in the order of the Tab key.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { defineTexts, locale } from '../texts/texts.ts';
import { CopyButton } from './copy-button.tsx';
import { FIRST_CHILDREN, cut, firstOpen, previewText, treeRows, valueKind } from './json-tree.ts';
import type { JsonMark, JsonRow, TreeState } from './json-tree.ts';
import { parseJson, printJson } from './json.ts';
import type { JsonValue } from './json.ts';
import { isMasked } from './masked.ts';

const texts = defineTexts({
  en: {
    items: (count: string) => (count === '1' ? '1 item' : `${count} items`),
    members: (count: string) => (count === '1' ? '1 member' : `${count} members`),
    more: (count: string) => `Show more (${count} left)`,
    whole: (count: string) => `Show all ${count} characters`,
    less: 'Show less',
    masked: 'hidden by the server',
    empty: 'Nothing',
    label: 'Data',
    openAll: 'Open all',
    closeAll: 'Close all',
    added: 'added',
    removed: 'removed',
    changed: 'changed',
  },
  zh: {
    items: (count: string) => `${count} 项`,
    members: (count: string) => `${count} 个成员`,
    more: (count: string) => `显示更多（还有 ${count} 项）`,
    whole: (count: string) => `显示全部 ${count} 个字符`,
    less: '收起',
    masked: '已被服务器隐藏',
    empty: '无',
    label: '数据',
    openAll: '全部展开',
    closeAll: '全部折叠',
    added: '新增',
    removed: '删除',
    changed: '已更改',
  },
});

export interface JsonViewProps {
  /** A JSON text of any size, or another text. */
  readonly text: string;
  /** The name of the tree for people who do not see it. */
  readonly label?: string;
  /** Marks by JSON pointer. */
  readonly marks?: ReadonlyMap<string, JsonMark>;
  /** How many rows are open at first, at most. */
  readonly rows?: number;
}

/** Longest text that a row shows whole. */
const TEXT_CHARACTERS = 300;
/** What "Open all" opens at most, so that a large payload does not freeze the page. */
const MOST_ROWS = 1_000;
const FIRST_ROWS = 40;

export function JsonView({ text, label, marks, rows = FIRST_ROWS }: JsonViewProps) {
  const t = texts();
  const value = useMemo(() => parseJson(text), [text]);
  if (text === '') return <p class="muted">{t.empty}</p>;
  if (value === undefined) return <LongText text={text} isQuoted={false} />;
  return <Tree key={text} value={value} text={text} label={label ?? t.label} marks={marks} rows={rows} />;
}

interface TreeProps {
  readonly value: JsonValue;
  readonly text: string;
  readonly label: string;
  readonly marks: JsonViewProps['marks'] | undefined;
  readonly rows: number;
}

function Tree({ value, text, label, marks, rows: mostRows }: TreeProps) {
  const t = texts();
  const [state, setState] = useState<TreeState>(() => ({ open: firstOpen(value, mostRows), shown: new Map() }));
  const [active, setActive] = useState(0);
  const [isFocused, setFocused] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const rows = treeRows(value, state);
  const place = Math.min(active, rows.length - 1);
  useEffect(() => {
    if (isFocused) box.current?.querySelectorAll<HTMLElement>('[role=treeitem]')[place]?.focus();
  }, [place]);
  const act = (row: JsonRow): void => {
    if (row.kind === 'open' || row.kind === 'closed') setState((before) => toggled(before, row.pointer));
    if (row.kind === 'more') setState((before) => withMore(before, row.pointer));
  };
  return (
    <div class={`json-view${rows[0]?.kind === 'leaf' ? '' : ' has-tree'}`}>
      <div class="json-tools">
        {rows.some(({ kind }) => kind === 'closed') && (
          <button
            type="button"
            class="link-button"
            onClick={() => setState({ ...state, open: firstOpen(value, MOST_ROWS) })}
          >
            {t.openAll}
          </button>
        )}
        {state.open.size > 1 && (
          <button type="button" class="link-button" onClick={() => setState({ ...state, open: new Set(['']) })}>
            {t.closeAll}
          </button>
        )}
        <CopyButton text={text} />
      </div>
      <div
        ref={box}
        class="json-tree"
        role="tree"
        aria-label={label}
        onFocusIn={() => setFocused(true)}
        onFocusOut={() => setFocused(false)}
        onKeyDown={(event) => {
          if ((event.target as HTMLElement).getAttribute('role') !== 'treeitem') return;
          const row = rows[place];
          if (row === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
          const next = keyed(event.key, rows, place);
          if (next === undefined) return;
          event.preventDefault();
          if (next === 'act') act(row);
          else setActive(next);
        }}
      >
        {rows.map((row, index) => (
          <Row
            key={row.kind === 'more' ? `${row.pointer}/…` : row.pointer}
            row={row}
            isActive={index === place}
            mark={marks?.get(row.pointer)}
            onPick={() => {
              setActive(index);
              act(row);
            }}
          />
        ))}
      </div>
    </div>
  );
}

/** What a key does in a tree: the number of the row that gets the focus, or `act`: opens or closes; undefined: nothing. */
function keyed(key: string, rows: readonly JsonRow[], at: number): number | 'act' | undefined {
  const row = rows[at];
  if (row === undefined) return undefined;
  switch (key) {
    case 'ArrowDown':
      return Math.min(rows.length - 1, at + 1);
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return rows.length - 1;
    case 'ArrowRight':
      return row.kind === 'closed' || row.kind === 'more' ? 'act' : row.kind === 'open' ? at + 1 : undefined;
    case 'ArrowLeft': {
      if (row.kind === 'open') return 'act';
      const parent = rows.slice(0, at).findLastIndex(({ depth }) => depth < row.depth);
      return parent === -1 ? undefined : parent;
    }
    case 'Enter':
    case ' ':
      return 'act';
    default:
      return undefined;
  }
}

function toggled(state: TreeState, pointer: string): TreeState {
  const open = new Set(state.open);
  if (!open.delete(pointer)) open.add(pointer);
  return { ...state, open };
}

function withMore(state: TreeState, pointer: string): TreeState {
  const shown = new Map(state.shown);
  shown.set(pointer, (shown.get(pointer) ?? FIRST_CHILDREN) + FIRST_CHILDREN);
  return { ...state, shown };
}

interface RowProps {
  readonly row: JsonRow;
  readonly isActive: boolean;
  readonly mark: JsonMark | undefined;
  readonly onPick: () => void;
}

function Row({ row, isActive, mark, onPick }: RowProps) {
  const t = texts();
  const isContainer = row.kind === 'open' || row.kind === 'closed';
  return (
    <div
      class={`json-row${mark === undefined ? '' : ` mark-${mark}`}`}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={isContainer ? row.kind === 'open' : undefined}
      tabIndex={isActive ? 0 : -1}
      style={{ '--depth': row.depth }}
      onClick={(event) => {
        // A click at the end of selecting text with the mouse must not close what the person selects in.
        if ((event.target as Element).closest('button, a') === null && String(getSelection()) === '') onPick();
      }}
    >
      <span class="json-fold" aria-hidden="true">
        {row.kind === 'open' ? '▾' : row.kind === 'closed' ? '▸' : ''}
      </span>
      {row.name !== null && (
        <span class={typeof row.name === 'number' ? 'json-index' : 'json-name'}>
          <bdi>{row.name}</bdi>:
        </span>
      )}
      {row.kind === 'more' ? (
        <span class="json-more">{t.more(row.size.toLocaleString(locale()))}</span>
      ) : isContainer ? (
        <Container row={row} />
      ) : (
        <Leaf value={row.value} />
      )}
      {isMasked(row.value) && <span class="chip">{t.masked}</span>}
      {mark !== undefined && <span class={`json-mark ${mark}`}>{t[mark]}</span>}
      {isActive && row.kind !== 'more' && row.depth > 0 && (
        <span class="json-copy">
          <CopyButton text={() => (typeof row.value === 'string' ? row.value : printJson(row.value))} />
        </span>
      )}
    </div>
  );
}

function Container({ row }: { readonly row: JsonRow }) {
  const t = texts();
  const count = row.size.toLocaleString(locale());
  const size = Array.isArray(row.value) ? t.items(count) : t.members(count);
  return row.kind === 'open' ? (
    <span class="muted">{size}</span>
  ) : (
    <>
      <span class="json-preview">
        <bdi>{previewText(row.value)}</bdi>
      </span>
      <span class="muted json-size">{size}</span>
    </>
  );
}

function Leaf({ value }: { readonly value: JsonValue }) {
  if (typeof value === 'string') return <LongText text={value} isQuoted />;
  return <span class={`json-${valueKind(value)}`}>{printJson(value, 0)}</span>;
}

/** A text; of a long one the beginning, and a button for the rest. */
function LongText({ text, isQuoted }: { readonly text: string; readonly isQuoted: boolean }) {
  const [isWhole, setWhole] = useState(false);
  const t = texts();
  const isLong = text.length > TEXT_CHARACTERS;
  const shown = isLong && !isWhole ? `${cut(text, TEXT_CHARACTERS)}…` : text;
  return (
    <span class={isQuoted ? 'json-text' : 'json-plain'}>
      <bdi>{isQuoted ? `"${shown}"` : shown}</bdi>
      {isLong && (
        <button type="button" class="link-button" onClick={() => setWhole(!isWhole)}>
          {isWhole ? t.less : t.whole(text.length.toLocaleString(locale()))}
        </button>
      )}
    </span>
  );
}
