/** The problems of a definition, in the words of the compiler, as `millrace validate` prints them. Each leads to its line. */
import type { Diagnostic } from '../../../editor/use-check.ts';
import { definitionTexts } from './texts.ts';

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface ProblemListProps {
  readonly diagnostics: readonly Diagnostic[];
  /** False while the text has changed since they were found. */
  readonly isCurrent: boolean;
  readonly onGoTo: (place: Place) => void;
}

export function ProblemList({ diagnostics, isCurrent, onGoTo }: ProblemListProps) {
  const t = definitionTexts();
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const summary =
    diagnostics.length > 0 ? t.problems(errors, diagnostics.length - errors) : isCurrent ? t.noProblems : t.checking;
  return (
    <div class="problems">
      <p
        class={`problems-summary small ${errors > 0 ? 'has-errors' : diagnostics.length > 0 ? 'has-warnings' : ''}`}
        role="status"
      >
        {summary}
      </p>
      {diagnostics.length > 0 && (
        <ul class={isCurrent ? '' : 'is-old'}>
          {diagnostics.map((diagnostic, place) => (
            <li key={`${place} ${diagnostic.text}`}>
              <button type="button" class="problem" onClick={() => onGoTo(diagnostic)}>
                <ProblemIcon severity={diagnostic.severity} />
                <span class="visually-hidden">{diagnostic.severity === 'error' ? t.error : t.warning}</span>
                <span class="problem-place number">{t.line(diagnostic.line, diagnostic.column)}</span>
                <span class="problem-text">
                  {diagnostic.message}{' '}
                  <code class="muted">
                    {diagnostic.path !== '' && `(${diagnostic.path}) `}[{diagnostic.code}]
                  </code>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function ProblemIcon({ severity }: { readonly severity: 'error' | 'warning' }) {
  return (
    <svg
      class={`status-icon ${severity === 'error' ? 'status-failed' : 'status-timedout'}`}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      <path d={severity === 'error' ? 'M4 4l8 8M12 4l-8 8' : 'M8 2.5L14.5 13.5h-13zM8 6.5v3M8 11.6v.2'} />
    </svg>
  );
}
