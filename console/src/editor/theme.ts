/**
 * The looks of the editor, from the tokens of the page: its variables reach into the shadow root, so that light and dark need no
 * change here. Rules with pictures in the base themes of CodeMirror are all replaced: the content security policy has no `data:`.
 */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const wavy = (color: string): { readonly [rule: string]: string } => ({
  backgroundImage: 'none',
  textDecoration: `underline wavy ${color}`,
  textDecorationSkipInk: 'none',
  textUnderlineOffset: '3px',
});

const marker = (color: string, shape: string): { readonly [rule: string]: string } => ({
  content: '""',
  width: '9px',
  height: '9px',
  margin: '5px auto 0',
  background: color,
  clipPath: shape,
});

const field = {
  minHeight: '26px',
  padding: '2px 8px',
  border: '1px solid var(--line-strong)',
  borderRadius: '6px',
  background: 'var(--surface)',
  backgroundImage: 'none',
  color: 'var(--text)',
  font: 'inherit',
};

const base = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--text)', padding: '8px 0' },
  '.cm-line': { padding: '0 12px 0 6px' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)', borderLeftWidth: '2px' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 24%, transparent)',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--sunken) 60%, transparent)' },
  '.cm-marked': { boxShadow: 'inset 3px 0 var(--accent)' },
  '.cm-gutters': {
    color: 'var(--muted)',
    backgroundColor: 'var(--surface)',
    border: 'none',
    fontVariantNumeric: 'tabular-nums',
  },
  '.cm-activeLineGutter': { backgroundColor: 'var(--sunken)', color: 'var(--text)' },
  '.cm-foldGutter .cm-gutterElement': { width: '16px', textAlign: 'center', cursor: 'pointer' },
  '.cm-foldPlaceholder': {
    padding: '0 6px',
    border: '1px solid var(--line)',
    background: 'var(--sunken)',
    color: 'var(--muted)',
  },
  '&.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--accent-ground)',
    outline: '1px solid var(--accent)',
  },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'var(--failed-ground)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--accent-ground)' },
  '.cm-searchMatch': { backgroundColor: 'var(--timedout-ground)', outline: '1px solid var(--timedout)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--accent-ground)', outline: '2px solid var(--accent)' },
  '.cm-specialChar': { color: 'var(--failed)' },
});

const panels = EditorView.theme({
  '.cm-panels': { backgroundColor: 'var(--ground)', color: 'var(--text)', fontFamily: 'var(--font)' },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
  '.cm-panel.cm-search': { padding: '6px 40px 6px 10px' },
  '.cm-panel.cm-search label': {
    display: 'inline-flex',
    gap: '4px',
    alignItems: 'center',
    minHeight: '26px',
    margin: '2px 10px 2px 0',
    fontSize: '12px',
  },
  '.cm-panel.cm-search input[type=checkbox]': { width: '16px', height: '16px', margin: '0' },
  '.cm-textfield, .cm-panel.cm-search .cm-textfield': { ...field, margin: '2px 6px 2px 0' },
  '.cm-button, .cm-panel.cm-search .cm-button': { ...field, margin: '2px 6px 2px 0', cursor: 'pointer' },
  '.cm-button:hover, .cm-button:active': { background: 'var(--sunken)', backgroundImage: 'none' },
  '.cm-panel [name=close], .cm-dialog-close, .cm-panel.cm-panel-lint [name=close]': {
    width: '28px',
    height: '28px',
    borderRadius: '6px',
    color: 'var(--muted)',
    fontSize: '18px',
    cursor: 'pointer',
  },
  '.cm-panel :focus-visible, .cm-textfield:focus-visible': { outline: '2px solid var(--focus)', outlineOffset: '1px' },
  '.cm-panel.cm-panel-lint ul [aria-selected], .cm-panel.cm-panel-lint ul:focus [aria-selected]': {
    backgroundColor: 'var(--accent-ground)',
    color: 'var(--text)',
  },
});

const tooltips = EditorView.theme({
  '.cm-tooltip': {
    border: '1px solid var(--line)',
    borderRadius: '8px',
    background: 'var(--raised)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow)',
    fontFamily: 'var(--font)',
    fontSize: '13px',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-completionInfo': { padding: '8px 12px', maxWidth: '340px', overflow: 'visible' },
  '.cm-tooltip.cm-tooltip-autocomplete': { overflow: 'visible' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '16em', borderRadius: '8px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px', lineHeight: '1.5' },
  '.cm-tooltip-autocomplete ul li[aria-selected], .cm-tooltip-autocomplete-disabled ul li[aria-selected]': {
    background: 'var(--accent)',
    color: 'var(--on-accent)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': { fontStyle: 'normal', fontFamily: 'var(--font)', fontSize: '12px', opacity: '1' },
  'li:not([aria-selected]) .cm-completionDetail': { color: 'var(--muted)' },
  '.cm-words': { padding: '8px 12px', maxWidth: '420px' },
  '.cm-words strong': { display: 'block', fontFamily: 'var(--mono)', fontSize: '12.5px', overflowWrap: 'anywhere' },
  '.cm-words p': { margin: '2px 0 0' },
  '.cm-words small': { display: 'block', marginTop: '4px', color: 'var(--muted)', fontSize: '12px' },
});

const lint = EditorView.theme({
  '.cm-lintRange-error': wavy('var(--failed)'),
  '.cm-lintRange-warning': wavy('var(--timedout)'),
  '.cm-lintRange-info, .cm-lintRange-hint': { backgroundImage: 'none' },
  '.cm-lintRange-active': { backgroundColor: 'var(--timedout-ground)' },
  '.cm-lintPoint:after': { borderBottomColor: 'var(--failed)' },
  '.cm-lintPoint-warning:after': { borderBottomColor: 'var(--timedout)' },
  '.cm-lint-marker-error': marker('var(--failed)', 'circle(50%)'),
  '.cm-lint-marker-warning': marker('var(--timedout)', 'polygon(50% 0, 100% 100%, 0 100%)'),
  '.cm-lint-marker-info': { content: '""' },
  '.cm-gutter-lint': { width: '16px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0' },
  '.cm-diagnostic': { padding: '7px 12px', margin: '0', maxWidth: '520px', overflowWrap: 'anywhere' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--failed)' },
  '.cm-diagnostic-warning': { borderLeft: '4px solid var(--timedout)' },
  '.cm-diagnosticAction': {
    ...field,
    margin: '2px 0 2px 10px',
    borderColor: 'var(--accent)',
    background: 'var(--accent-ground)',
    color: 'var(--accent)',
    cursor: 'pointer',
  },
});

const diff = EditorView.theme({
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { backgroundColor: 'var(--removed)' },
  '&.cm-merge-b .cm-changedLine, .cm-inlineChangedLine': { backgroundColor: 'var(--added)' },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText, &.cm-merge-b .cm-deletedText': {
    // A darker ground would take the contrast from comments.
    background: 'none',
    boxShadow: 'inset 0 -2px 0 var(--failed)',
  },
  '&.cm-merge-b .cm-changedText': { background: 'none', boxShadow: 'inset 0 -2px 0 var(--succeeded)' },
  '&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter': { background: 'var(--failed)' },
  '&.cm-merge-b .cm-changedLineGutter': { background: 'var(--succeeded)' },
  '.cm-collapsedLines': {
    color: 'var(--muted)',
    background: 'var(--sunken)',
    fontFamily: 'var(--font)',
    fontSize: '12px',
  },
  // Few fonts have the sign that CodeMirror puts there.
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"⋯"' },
});

const colors = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string), tags.content], color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.atom], color: 'var(--waiting)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket, tags.meta], color: 'var(--muted)' },
  { tag: [tags.typeName, tags.labelName, tags.attributeValue], color: 'var(--running)' },
]);

export const editorTheme: Extension = [base, panels, tooltips, lint, diff, syntaxHighlighting(colors)];
