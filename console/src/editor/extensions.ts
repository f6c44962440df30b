/** The extensions of the editors, from the parts of CodeMirror. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  pickedCompletion,
} from '@codemirror/autocomplete';
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import {
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { EditorView, Tooltip } from '@codemirror/view';
import { dialectOf } from '../../../src/language/dialect.ts';
import { language as pageLanguage } from '../texts/texts.ts';
import { applyFixAtCursor } from './diagnostics.ts';
import type { Vocabulary } from './fields.ts';
import { hoverWords } from './hover-words.ts';
import type { HoverWords } from './hover-words.ts';
import { markedLines } from './marked-lines.ts';
import { CHINESE_PHRASES } from './phrases.ts';
import { suggest } from './suggestions.ts';
import type { Suggestion } from './suggestions.ts';
import { editorTexts } from './texts.ts';
import { editorTheme } from './theme.ts';

export type DefinitionLanguage = 'yaml' | 'json';

/** Suggestions read the whole text. For a larger one they come only when a person asks for them. */
const LARGE_TEXT = 200_000;

export function languageSupport(language: DefinitionLanguage): Extension {
  return language === 'json' ? json() : yaml();
}

export function phrases(): Extension {
  return EditorState.phrases.of(pageLanguage.value === 'zh' ? CHINESE_PHRASES : {});
}

/** Of every view, also of those that only show. */
export const viewing: Extension = [
  lineNumbers(),
  // Beside those that it knows, more of the characters that turn text around.
  highlightSpecialChars({ addSpecialChars: /[\u202A-\u202C\u2068]/g }),
  foldGutter({ openText: '⌄', closedText: '›' }),
  drawSelection(),
  bracketMatching(),
  highlightSelectionMatches(),
  search({ top: true }),
  keymap.of([...searchKeymap, ...foldKeymap]),
  editorTheme,
];

/** Of the editor. `vocabulary` is asked at each use, because it arrives later. */
export function editing(vocabulary: () => Vocabulary | null): Extension {
  return [
    viewing,
    highlightActiveLine(),
    highlightActiveLineGutter(),
    history(),
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    indentOnInput(),
    closeBrackets(),
    autocompletion({
      override: [(context) => completions(context, vocabulary())],
      icons: false,
      activateOnCompletion: ({ type }) => type === 'more',
    }),
    hoverTooltip((view, offset) => hover(view, offset, vocabulary())),
    lintGutter(),
    markedLines,
    keymap.of([
      { key: 'Escape', run: releaseTab },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...lintKeymap,
      { key: 'Mod-.', run: applyFixAtCursor },
      ...historyKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
  ];
}

const RELEASED_MS = 2_000;

/** Tab indents; for a moment after Escape it leaves the editor, so that the keyboard is not caught in it. Escape does its other work too. */
function releaseTab(view: EditorView): boolean {
  view.setTabFocusMode(RELEASED_MS);
  return false;
}

function completions(
  { state, pos, explicit }: CompletionContext,
  vocabulary: Vocabulary | null,
): CompletionResult | null {
  if (vocabulary === null || (!explicit && state.doc.length > LARGE_TEXT)) return null;
  const text = state.doc.toString();
  const found = suggest({ vocabulary, dialect: dialectOf(text), text, offset: pos, isExplicit: explicit });
  if (found === null) return null;
  const { from, word, list } = found;
  const lead = from - word.from;
  const tail = Math.max(0, word.to - pos);
  return {
    from,
    options: list.map((suggestion) => completionOf(suggestion, lead, tail)),
    validFor: list.some(({ kind }) => kind === 'state') ? /^[^\n"'{}[\],]*$/ : /^[\w$.:-]*$/,
  };
}

/** `lead` and `tail`: characters of the word before the compared part, and behind the cursor. */
function completionOf(
  { label, detail, about, insert, back, hasMore }: Suggestion,
  lead: number,
  tail: number,
): Completion {
  return {
    label,
    ...(detail !== '' && { detail }),
    ...(about !== '' && { info: about }),
    ...(detail === 'required' && { boost: 1 }),
    type: hasMore ? 'more' : 'word',
    apply: (view, completion, from, to) => {
      const start = from - lead;
      view.dispatch({
        changes: { from: start, to: Math.min(view.state.doc.length, to + tail), insert },
        selection: { anchor: start + insert.length - back },
        annotations: pickedCompletion.of(completion),
        userEvent: 'input.complete',
      });
    },
  };
}

function hover(view: EditorView, offset: number, vocabulary: Vocabulary | null): Tooltip | null {
  if (vocabulary === null) return null;
  const text = view.state.doc.toString();
  const words = hoverWords(vocabulary, dialectOf(text), text, offset);
  if (words === null || offset > words.to || offset < words.from) return null;
  return { pos: words.from, end: words.to, above: true, create: () => ({ dom: hoverElement(words) }) };
}

function hoverElement({ title, about, lists }: HoverWords): HTMLElement {
  const t = editorTexts();
  const element = document.createElement('div');
  element.className = 'cm-words';
  const add = (tag: string, text: string): void => {
    const child = document.createElement(tag);
    child.textContent = text;
    element.append(child);
  };
  add('strong', title);
  add('p', about);
  for (const { kind, words } of lists) add('small', `${t[kind]}: ${words.join(', ')}`);
  return element;
}
