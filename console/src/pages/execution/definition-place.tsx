/** A few lines of the definition around a place, with a link to all of it. */
import { to } from '../../app/router.ts';
import { CodeText } from './code-text.tsx';
import type { Visit } from './model/history.ts';
import { excerpt, lineOf } from './model/place.ts';
import { here } from './selection.ts';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

export interface DefinitionPlaceProps {
  readonly loaded: LoadedExecution;
  readonly visit: Visit | null;
  /** The place of an expression of the visit; of the state itself, if it is empty. */
  readonly path: string;
}

export function DefinitionPlace({ loaded, visit, path }: DefinitionPlaceProps) {
  const t = executionTexts();
  const definition = loaded.described.data?.FlowDefinition ?? '';
  const at = placeOfPath(loaded, definition, visit, path);
  const place = at === null ? null : excerpt(definition, at.line, at.column);
  if (place === null) return null;
  return (
    <figure class="excerpt">
      {/* It scrolls when a line is long. */}
      <pre tabIndex={0} role="group" aria-label={t.place}>
        {place.lines.map((text, index) => {
          const number = place.firstLine + index;
          return (
            <span key={number} class={`excerpt-line${number === place.line ? ' marked' : ''}`}>
              <span class="excerpt-number" aria-hidden="true">
                {number}
              </span>
              <CodeText text={text === '' ? ' ' : text} />
            </span>
          );
        })}
      </pre>
      <figcaption class="row small">
        <a href={here({ tab: 'definition', line: place.line })}>{t.placeLine(place.line)}</a>
        <a href={to.flow(loaded.flow, { line: place.line })}>{t.editFlow}</a>
      </figcaption>
    </figure>
  );
}

function placeOfPath(
  loaded: LoadedExecution,
  definition: string,
  visit: Visit | null,
  path: string,
): { readonly line: number; readonly column: number } | null {
  const { graph } = loaded;
  if (graph === null) return null;
  const node = visit === null ? null : graph.places.nodeOf(visit);
  const known = node ?? graph.graph.nodes[0] ?? null;
  if (known === null || (node === null && path === '')) return null;
  const line = lineOf(definition, graph.graph, known, path);
  return { line, column: line === known.line ? known.column : 1 };
}
