/** Diagnostics of the server as the editor shows them: at the word that they are about, with a button for "did you mean". */
import type { Action, Diagnostic as LintDiagnostic } from '@codemirror/lint';
import { forEachDiagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import type { Diagnostic } from './checks.ts';
import { quickFixOf } from './quick-fix.ts';
import { editorTexts } from './texts.ts';

/** The word at the place, up to a bracket or the end of the line. */
const WORD = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,[\]{}]+)/;

export function lintDiagnostics(doc: Text, diagnostics: readonly Diagnostic[]): LintDiagnostic[] {
  return diagnostics.map(({ severity, line, column, message, path, code }) => {
    const from = offsetOf(doc, line, column);
    const rest = doc.sliceString(from, doc.lineAt(from).to);
    const word = WORD.exec(rest)?.[0].replace(/:$/, '') ?? '';
    const fix = quickFixOf(doc.sliceString(from, from + LONGEST_LINE), 0, message);
    return {
      from,
      to: from + word.length,
      severity,
      message: path === '' ? message : `${message}\n${path} [${code}]`,
      ...(fix !== null && { actions: [fixAction(message, fix.insert)] }),
    };
  });
}

const LONGEST_LINE = 2_000;

export function offsetOf(doc: Text, line: number, column: number): number {
  const { from, to } = doc.line(Math.min(doc.lines, Math.max(1, line)));
  return Math.min(to, from + Math.max(0, column - 1));
}

/** Looks at the text again when it is used: it may have changed since the diagnostic came. */
function fixAction(message: string, insert: string): Action {
  return {
    name: editorTexts().use(insert),
    apply: (view, from) => {
      const fix = quickFixOf(view.state.sliceDoc(from, from + LONGEST_LINE), 0, message);
      if (fix === null) return;
      view.dispatch({
        changes: { from: from + fix.from, to: from + fix.to, insert: fix.insert },
        userEvent: 'input.fix',
      });
      view.focus();
    },
  };
}

/** Uses the first correction on the line of the cursor. The command of a key. */
export function applyFixAtCursor(view: EditorView): boolean {
  const { from: lineFrom, to: lineTo } = view.state.doc.lineAt(view.state.selection.main.head);
  let apply: (() => void) | null = null;
  forEachDiagnostic(view.state, ({ actions }, from, to) => {
    const action = actions?.[0];
    if (apply === null && action !== undefined && from <= lineTo && to >= lineFrom) {
      apply = () => action.apply(view, from, to);
    }
  });
  (apply as (() => void) | null)?.();
  return apply !== null;
}
