/** The definition that the execution runs, with line numbers; only the lines in view are drawn. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { route, to } from '../../app/router.ts';
import { LinkButton } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { cut } from '../../parts/json-tree.ts';
import { EmptyNotice, FaultNotice, Loading } from '../../parts/notice.tsx';
import { WindowedList } from '../../parts/windowed-list.tsx';
import type { WindowedListHandle } from '../../parts/windowed-list.tsx';
import { locale } from '../../texts/texts.ts';
import { CodeText } from './code-text.tsx';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

const LINE_HEIGHT = 20;
const LINE_CHARACTERS = 2_000;

export function DefinitionView({ loaded }: { readonly loaded: LoadedExecution }) {
  const t = executionTexts();
  const { described, flow } = loaded;
  const definition = described.data?.FlowDefinition ?? '';
  const lines = useMemo(() => definition.split('\n'), [definition]);
  const line = Number(route.value.query.get('line') ?? 0);
  const list = useRef<WindowedListHandle>(null);
  useEffect(() => {
    if (line > 0) list.current?.show(Math.max(0, line - 6));
    if (line > 0) list.current?.show(Math.min(lines.length - 1, line + 5));
  }, [line, definition]);
  if (definition === '') {
    if (described.fault !== null) return <FaultNotice fault={described.fault} onRetry={described.reload} />;
    return described.isLoading ? <Loading /> : <EmptyNotice title={t.noDefinition} />;
  }
  return (
    <div class="definition-view">
      <div class="row">
        <span class="muted small">{t.lineCount(lines.length.toLocaleString(locale()))}</span>
        <span class="fill" />
        <CopyButton text={definition} />
        <LinkButton href={to.flow(flow, { line: line > 0 ? line : null })}>{t.editFlow}</LinkButton>
      </div>
      <WindowedList
        items={lines}
        rowHeight={LINE_HEIGHT}
        rowKey={(_, index) => index}
        label={t.definition}
        handle={list}
        row={(text, index) => (
          <div role="listitem" class={`excerpt-line${index + 1 === line ? ' marked' : ''}`}>
            <span class="excerpt-number">{index + 1}</span>
            <CodeText text={cut(text, LINE_CHARACTERS)} />
          </div>
        )}
      />
    </div>
  );
}
