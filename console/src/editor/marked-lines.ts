/** Marks the lines of the state that is selected in the graph. Only lines in view are marked: a state may have thousands. */
import { StateEffect, StateField } from '@codemirror/state';
import type { Extension, Range } from '@codemirror/state';
import { Decoration, ViewPlugin } from '@codemirror/view';
import type { DecorationSet, EditorView, ViewUpdate } from '@codemirror/view';

export interface Lines {
  readonly from: number;
  readonly to: number;
}

/** From 1; null for none. */
export const markLines = StateEffect.define<Lines | null>();

/** As offsets, which move with what is typed before them. */
const marked = StateField.define<Lines | null>({
  create: () => null,
  update(value, transaction) {
    let lines = value;
    if (lines !== null && transaction.docChanged) {
      lines = { from: transaction.changes.mapPos(lines.from), to: transaction.changes.mapPos(lines.to) };
    }
    for (const effect of transaction.effects) {
      if (!effect.is(markLines)) continue;
      const { doc } = transaction.state;
      const at = (line: number): number => doc.line(Math.min(doc.lines, Math.max(1, line))).from;
      lines = effect.value === null ? null : { from: at(effect.value.from), to: at(effect.value.to) };
    }
    return lines;
  },
});

const line = Decoration.line({ class: 'cm-marked' });

function decorate(view: EditorView): DecorationSet {
  const lines = view.state.field(marked);
  if (lines === null) return Decoration.none;
  const ranges: Range<Decoration>[] = [];
  for (const { from, to } of view.visibleRanges) {
    for (let at = Math.max(from, lines.from); at <= Math.min(to, lines.to); ) {
      const { from: start, to: end } = view.state.doc.lineAt(at);
      ranges.push(line.range(start));
      at = end + 1;
    }
  }
  return Decoration.set(ranges, true);
}

class Marks {
  decorations: DecorationSet;

  constructor(view: EditorView) {
    this.decorations = decorate(view);
  }

  update({ view, startState, state, docChanged, viewportChanged }: ViewUpdate): void {
    if (docChanged || viewportChanged || startState.field(marked) !== state.field(marked)) {
      this.decorations = decorate(view);
    }
  }
}

export const markedLines: Extension = [
  marked,
  ViewPlugin.fromClass(Marks, { decorations: ({ decorations }) => decorations }),
];
