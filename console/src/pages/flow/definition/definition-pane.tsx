/**
 * The text of a definition beside its graph, with the problems of the text below. The graph follows the cursor, and a click in the
 * graph or on a problem leads to its line.
 */
import { useRef, useState } from 'preact/hooks';
import { route, setQuery } from '../../../app/router.ts';
import { LazyEditor } from '../../../editor/lazy-editor.tsx';
import type { Check } from '../../../editor/use-check.ts';
import { useVocabulary } from '../../../editor/use-vocabulary.ts';
import { FlowGraphView } from '../../../graph/flow-graph-view.tsx';
import { EmptyNotice, FaultNotice } from '../../../parts/notice.tsx';
import { Split } from '../../../parts/split.tsx';
import { languageOf } from './language-of.ts';
import { ProblemList } from './problem-list.tsx';
import type { Place } from './problem-list.tsx';
import { definitionTexts } from './texts.ts';

export interface DefinitionPaneProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly check: Check;
  /** A new object leads the cursor there. */
  readonly goTo?: Place | null;
}

export type PaneView = 'both' | 'text' | 'graph';

/** As the address says. */
export function paneView(): PaneView {
  const view = route.value.query.get('view');
  return view === 'text' || view === 'graph' ? view : 'both';
}

export function DefinitionPane({ text, onChange, check, goTo = null }: DefinitionPaneProps) {
  const t = definitionTexts();
  const vocabulary = useVocabulary();
  const view = paneView();
  const [line, setLine] = useState(0);
  const [chosen, setChosen] = useState<number | null>(null);
  const [target, setTarget] = useState<(Place & { readonly focus?: boolean }) | null>(goTo);
  const asked = useRef(goTo);
  if (asked.current !== goTo) {
    asked.current = goTo;
    if (goTo !== null) setTarget({ ...goTo, focus: true });
  }
  const { graph } = check;
  const selected = graph === null ? null : (chosen ?? check.nodeAt(line));
  const lines = selected === null ? null : check.linesOf(selected);
  const showNode = (index: number, focus: boolean): void => {
    const to = graph?.nodes[index];
    if (to === undefined) return;
    setChosen(index);
    setTarget({ line: check.linesOf(index).from, column: to.column, focus });
  };
  const editor = (
    <LazyEditor
      value={text}
      onChange={onChange}
      language={languageOf(text)}
      diagnostics={check.diagnostics}
      vocabulary={vocabulary}
      goTo={target}
      marked={lines}
      onCursor={(next) => {
        setLine(next);
        // Several states may begin on the line of the one that was chosen in the graph.
        if (next !== lines?.from) setChosen(null);
      }}
    />
  );
  const drawing =
    graph === null ? (
      <div class="graph-missing">
        <EmptyNotice title={t.noGraph}>
          <p>{t.noGraphHelp}</p>
        </EmptyNotice>
      </div>
    ) : (
      <>
        {!check.isGraphCurrent && check.isCurrent && (
          <p class="graph-stale small" role="status">
            {t.staleGraph}
          </p>
        )}
        <FlowGraphView
          graph={graph}
          selected={selected}
          onSelect={(index) => showNode(index, false)}
          onOpen={(index) => {
            if (view === 'graph') setQuery({ view: null });
            showNode(index, true);
          }}
        />
      </>
    );
  return (
    <div class="definition-pane card flush">
      {view === 'text' ? (
        editor
      ) : view === 'graph' ? (
        drawing
      ) : (
        <Split first={editor} second={drawing} label={t.divider} storedAs="millrace-definition-split" />
      )}
      {check.fault !== null && <FaultNotice fault={check.fault} />}
      <ProblemList
        diagnostics={check.diagnostics}
        isCurrent={check.isCurrent}
        onGoTo={(place) => {
          if (view === 'graph') setQuery({ view: null });
          setTarget({ ...place, focus: true });
        }}
      />
    </div>
  );
}

/** Which of text and graph are shown. */
export function ViewChoice() {
  const t = definitionTexts();
  const view = paneView();
  return (
    <span class="segments" role="group" aria-label={t.view}>
      {(['text', 'both', 'graph'] as const).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={view === each}
          onClick={() => setQuery({ view: each === 'both' ? null : each })}
        >
          {t[each]}
        </button>
      ))}
    </span>
  );
}
