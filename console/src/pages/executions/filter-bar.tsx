/** The filters above the list, each in the address. */
import { useId, useRef, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { useShortcuts } from '../../app/keyboard.ts';
import { setQuery } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { StatusIcon, statusText } from '../../parts/status.tsx';
import { TextFilter } from '../../parts/text-filter.tsx';
import { locale } from '../../texts/texts.ts';
import type { Counts } from './counts.ts';
import { PERIODS, STATUSES, hasFilters } from './filters.ts';
import type { Filters } from './filters.ts';
import { executionsTexts } from './texts.ts';

export interface FilterBarProps {
  readonly filters: Filters;
  /** True if the list is of one flow by itself, so that the flow cannot be chosen. */
  readonly isFixedFlow: boolean;
  readonly counts: Counts | null;
}

export function FilterBar({ filters, isFixedFlow, counts }: FilterBarProps) {
  const t = executionsTexts();
  const search = useRef<HTMLInputElement | null>(null);
  useShortcuts([{ keys: '/', about: t.searchKey, run: () => search.current?.focus() }]);
  return (
    <div class="filter-bar" role="search" aria-label={t.title}>
      <label class="search-field">
        <span>{t.search}</span>
        <TextFilter field={search} parameter="name" value={filters.name} hint={t.searchHint} />
      </label>
      {!isFixedFlow && <FlowFilter value={filters.flow} />}
      {filters.flow !== '' && (
        <label>
          <span>{t.qualifier}</span>
          <TextFilter parameter="qualifier" value={filters.qualifier} hint="LATEST" size={10} />
        </label>
      )}
      <label>
        <span>{t.period}</span>
        <select
          value={filters.period}
          onChange={(event) => setQuery({ period: event.currentTarget.value, from: null, until: null })}
        >
          <option value="">{t.anyTime}</option>
          {PERIODS.map((period) => (
            <option key={period} value={period}>
              {t[period]}
            </option>
          ))}
        </select>
      </label>
      {filters.period === 'custom' && (
        <>
          <TimeFilter parameter="from" label={t.from} value={filters.from} />
          <TimeFilter parameter="until" label={t.until} value={filters.until} />
        </>
      )}
      <StatusFilter filters={filters} counts={counts} />
      {hasFilters(filters) && (
        <Button
          kind="quiet"
          onClick={() => setQuery({ status: null, name: null, period: null, from: null, until: null, qualifier: null })}
        >
          {t.clear}
        </Button>
      )}
    </div>
  );
}

function StatusFilter({ filters, counts }: { readonly filters: Filters; readonly counts: Counts | null }) {
  const t = executionsTexts();
  return (
    <div class="segments" role="group" aria-label={t.status}>
      {['', ...STATUSES].map((status) => (
        <button
          key={status}
          type="button"
          aria-pressed={filters.status === status}
          onClick={() => setQuery({ status })}
        >
          {status === '' ? (
            t.any
          ) : (
            <>
              <StatusIcon status={status} />
              {statusText(status)}
              {status === 'Running' && counts !== null && (
                <span class="number">{counts.running.toLocaleString(locale())}</span>
              )}
            </>
          )}
        </button>
      ))}
    </div>
  );
}

/** Chooses one flow, by name: a key that may not list the flows can still name one. */
export function FlowFilter({ value }: { readonly value: string }) {
  const t = executionsTexts();
  const id = useId();
  const [names, setNames] = useState<readonly string[] | null>(null);
  const load = (): void => {
    if (names !== null) return;
    setNames([]);
    call('ListFlows', { Limit: 1000 }).then(
      ({ Flows }) => setNames(Flows.map(({ Name }) => Name)),
      // The next time that the field gets the focus.
      () => setNames(null),
    );
  };
  return (
    <label>
      <span>{t.flow}</span>
      <TextFilter parameter="flow" value={value} hint={t.flowHint} list={id} onFocus={load} />
      <datalist id={id}>
        {names?.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </label>
  );
}

/** A moment in the reader's zone; in the address it is in UTC. */
function TimeFilter({
  parameter,
  label,
  value,
}: {
  readonly parameter: string;
  readonly label: string;
  readonly value: string;
}) {
  return (
    <label>
      <span>{label}</span>
      <input
        type="datetime-local"
        step={1}
        // Without it, a browser takes years of six digits.
        max="9999-12-31T23:59:59"
        value={value === '' ? '' : localText(new Date(value))}
        onChange={(event) => {
          const ms = Date.parse(event.currentTarget.value);
          // A field that is filled in part by part is one step of Back.
          setQuery({ [parameter]: Number.isNaN(ms) ? null : new Date(ms).toISOString() }, { replace: value !== '' });
        }}
      />
    </label>
  );
}

/** `2026-01-01T08:00:00`, as such a field has it. */
function localText(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}
