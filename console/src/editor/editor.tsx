/**
 * The editor of definitions and the view of differences: CodeMirror in a shadow root, where its style sheets are objects instead of
 * elements, which the content security policy would refuse. This file and its imports are a chunk of their own; `lazy-editor.tsx`
 * loads it.
 */
import { setDiagnostics } from '@codemirror/lint';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { Compartment, EditorState } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { language as pageLanguage } from '../texts/texts.ts';
import type { Diagnostic } from './checks.ts';
import { lintDiagnostics, offsetOf } from './diagnostics.ts';
import { editing, languageSupport, phrases, viewing } from './extensions.ts';
import type { DefinitionLanguage } from './extensions.ts';
import type { Vocabulary } from './fields.ts';
import { markLines } from './marked-lines.ts';
import { editorTexts } from './texts.ts';

export type { DefinitionLanguage } from './extensions.ts';

export interface EditorProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly language: DefinitionLanguage;
  /** Those of the present text; `useCheck` returns them. */
  readonly diagnostics?: readonly Diagnostic[];
  /** The line of the cursor, from 1, when it has moved. */
  readonly onCursor?: (line: number) => void;
  /** A new object puts the cursor there and shows the line; with `focus`, the editor gets the focus too. */
  readonly goTo?: { readonly line: number; readonly column?: number; readonly focus?: boolean } | null;
  /** Lines to mark: those of the state that is selected in the graph. */
  readonly marked?: { readonly from: number; readonly to: number } | null;
  readonly isReadOnly?: boolean;
  readonly vocabulary?: Vocabulary | null;
  /** Its name for people who do not see it. */
  readonly label?: string;
}

const NO_DIAGNOSTICS: readonly Diagnostic[] = [];

interface Held {
  readonly view: EditorView;
  readonly languageOf: Compartment;
  readonly writing: Compartment;
  readonly words: Compartment;
  /** The last text that came from the view, or was given to it. */
  value: string;
  /** CodeMirror counts every line end as one character; a text of Windows gets its own back. */
  lineEnd: '\n' | '\r\n';
}

export function Editor(props: EditorProps) {
  const {
    value,
    language,
    diagnostics = NO_DIAGNOSTICS,
    goTo = null,
    marked = null,
    isReadOnly = false,
    label,
  } = props;
  const host = useRef<HTMLDivElement>(null);
  const held = useRef<Held | null>(null);
  const latest = useRef(props);
  latest.current = props;

  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    held.current = openView(element, () => latest.current);
    return () => held.current?.view.destroy();
  }, []);

  useLayoutEffect(() => {
    const own = held.current;
    if (own !== null && value !== own.value) replaceText(own, value);
  }, [value]);
  useEffect(() => {
    const own = held.current;
    own?.view.dispatch({ effects: own.languageOf.reconfigure(languageSupport(language)) });
  }, [language]);
  useEffect(() => {
    const own = held.current;
    own?.view.dispatch({ effects: own.writing.reconfigure(writing(isReadOnly)) });
  }, [isReadOnly]);
  useEffect(() => {
    const own = held.current;
    own?.view.dispatch({ effects: own.words.reconfigure(words(label)) });
  }, [label, pageLanguage.value]);
  useEffect(() => {
    const view = held.current?.view;
    if (view !== undefined) view.dispatch(setDiagnostics(view.state, lintDiagnostics(view.state.doc, diagnostics)));
  }, [diagnostics, pageLanguage.value]);
  useEffect(() => {
    held.current?.view.dispatch({ effects: markLines.of(marked) });
  }, [marked?.from, marked?.to]);
  useEffect(() => {
    const view = held.current?.view;
    if (goTo === null || view === undefined) return;
    const at = offsetOf(view.state.doc, goTo.line, goTo.column ?? 1);
    view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    if (goTo.focus === true) view.focus();
  }, [goTo]);
  return <div ref={host} class="editor" />;
}

function openView(element: HTMLElement, latest: () => EditorProps): Held {
  const { value, language, isReadOnly = false, label } = latest();
  const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
  const languageOf = new Compartment();
  const writingOf = new Compartment();
  const wordsOf = new Compartment();
  let line = 0;
  const view = new EditorView({
    root,
    parent: root,
    doc: withLineFeeds(value),
    extensions: [
      editing(() => latest().vocabulary ?? null),
      languageOf.of(languageSupport(language)),
      writingOf.of(writing(isReadOnly)),
      wordsOf.of(words(label)),
      EditorView.updateListener.of(({ state, docChanged, selectionSet }) => {
        if (docChanged) {
          const text = state.doc.toString().replaceAll('\n', held.lineEnd);
          if (held.value !== text) {
            held.value = text;
            latest().onChange(text);
          }
        }
        if (!docChanged && !selectionSet) return;
        const { number } = state.doc.lineAt(state.selection.main.head);
        if (number === line) return;
        line = number;
        latest().onCursor?.(number);
      }),
    ],
  });
  const held: Held = { view, languageOf, writing: writingOf, words: wordsOf, value, lineEnd: lineEndOf(value) };
  return held;
}

function lineEndOf(text: string): '\n' | '\r\n' {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function withLineFeeds(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function writing(isReadOnly: boolean): Extension {
  // Not `editable`: a text that cannot be changed can still be walked through with the keyboard.
  return EditorState.readOnly.of(isReadOnly);
}

/** An editable element needs no index of its own, but programs that check accessibility look for one. */
const REACHABLE = { tabindex: '0' };

function words(label: string | undefined): Extension {
  const t = editorTexts();
  return [
    phrases(),
    EditorView.contentAttributes.of({ ...REACHABLE, 'aria-label': label ?? t.definition, 'aria-description': t.leave }),
  ];
}

/** Changes only what differs, so that the cursor and the undo history survive. */
function replaceText(own: Held, value: string): void {
  const before = own.view.state.doc.toString();
  const after = withLineFeeds(value);
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  let same = 0;
  while (same < most - from && before.at(-1 - same) === after.at(-1 - same)) same++;
  own.value = value;
  own.lineEnd = lineEndOf(value);
  own.view.dispatch({ changes: { from, to: before.length - same, insert: after.slice(from, after.length - same) } });
}

export interface DiffViewProps {
  /** The older text. */
  readonly a: string;
  readonly b: string;
  readonly language: DefinitionLanguage;
  readonly labels?: { readonly a: string; readonly b: string };
}

/** Narrower panes show the two texts in one column. */
const TWO_COLUMNS_PX = 760;
const COLLAPSE = { margin: 3, minSize: 6 };

export function DiffView({ a, b, language, labels }: DiffViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const t = editorTexts();
  const nameOfA = labels?.a ?? t.before;
  const nameOfB = labels?.b ?? t.after;
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null || a === b) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    let open: { readonly dom: HTMLElement; destroy(): void } | null = null;
    let isWide: boolean | null = null;
    const show = (): void => {
      const wide = element.clientWidth >= TWO_COLUMNS_PX;
      if (wide === isWide) return;
      isWide = wide;
      open?.destroy();
      open = wide
        ? twoColumns(root, { a, b, language, nameOfA, nameOfB })
        : oneColumn(root, { a, b, language, nameOfB });
    };
    show();
    const sizes = new ResizeObserver(show);
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      open?.destroy();
    };
  }, [a, b, language, nameOfA, nameOfB, pageLanguage.value]);
  if (a === b) return <p class="muted">{t.same}</p>;
  return (
    <div class="diff">
      <p class="diff-names">
        <span class="removed">− {nameOfA}</span>
        <span class="added">+ {nameOfB}</span>
      </p>
      <div ref={host} class="diff-host" />
    </div>
  );
}

function shown(language: DefinitionLanguage, label: string): Extension {
  return [
    viewing,
    languageSupport(language),
    EditorState.readOnly.of(true),
    phrases(),
    EditorView.contentAttributes.of({ ...REACHABLE, 'aria-label': label }),
  ];
}

interface Sides {
  readonly a: string;
  readonly b: string;
  readonly language: DefinitionLanguage;
  readonly nameOfB: string;
}

function twoColumns(
  root: ShadowRoot,
  { a, b, language, nameOfA, nameOfB }: Sides & { readonly nameOfA: string },
): MergeView {
  return new MergeView({
    root,
    parent: root,
    a: { doc: a, extensions: shown(language, nameOfA) },
    b: { doc: b, extensions: shown(language, nameOfB) },
    collapseUnchanged: COLLAPSE,
    gutter: true,
  });
}

function oneColumn(root: ShadowRoot, { a, b, language, nameOfB }: Sides): EditorView {
  return new EditorView({
    root,
    parent: root,
    doc: b,
    extensions: [
      shown(language, nameOfB),
      unifiedMergeView({ original: a, mergeControls: false, gutter: true, collapseUnchanged: COLLAPSE }),
    ],
  });
}
