/** A card with a list of what belongs to a flow: its versions, aliases or schedules. */
import type { ComponentChildren } from 'preact';
import { Button } from '../../parts/button.tsx';
import { defineTexts } from '../../texts/texts.ts';

const texts = defineTexts({ en: { actions: 'Actions' }, zh: { actions: '操作' } });

export interface ListCardProps {
  readonly title: string;
  readonly about: string;
  /** The button that adds to the list. */
  readonly create: ComponentChildren;
  readonly children: ComponentChildren;
}

export function ListCard({ title, about, create, children }: ListCardProps) {
  return (
    <div class="card flush">
      <header class="card-head">
        <div>
          <h2>{title}</h2>
          <p class="muted small">{about}</p>
        </div>
        {create}
      </header>
      {children}
    </div>
  );
}

export interface ListTableProps {
  readonly label: string;
  /** Titles of the columns before the one with the buttons. */
  readonly columns: readonly string[];
  /** Its rows. */
  readonly children: ComponentChildren;
}

export function ListTable({ label, columns, children }: ListTableProps) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column}>{column}</th>
            ))}
            <th>
              <span class="visually-hidden">{texts().actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** The last cell of a row. */
export function ActionsCell({ children }: { readonly children: ComponentChildren }) {
  return (
    <td>
      <div class="row end row-actions">{children}</div>
    </td>
  );
}

export interface RowButtonProps {
  readonly text: string;
  /** The row, for people who hear the button alone. */
  readonly of: string;
  readonly onClick: () => void;
}

export function RowButton({ text, of, onClick }: RowButtonProps) {
  return (
    <Button kind="quiet" label={`${text}: ${of}`} onClick={onClick}>
      {text}
    </Button>
  );
}
