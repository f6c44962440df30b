/** Tabs whose choice is in the address. Arrow keys move between them. */
import { href, route, setQuery } from '../app/router.ts';

export interface Tab {
  readonly id: string;
  readonly title: string;
  /** A number behind the title. */
  readonly count?: number | null;
}

/** The chosen tab: the member `tab` of the query, or the first. */
export function chosenTab(tabs: readonly Tab[], parameter = 'tab'): string {
  const wanted = route.value.query.get(parameter);
  return tabs.find(({ id }) => id === wanted)?.id ?? tabs[0]?.id ?? '';
}

export function Tabs({
  tabs,
  label,
  parameter = 'tab',
}: {
  readonly tabs: readonly Tab[];
  readonly label: string;
  readonly parameter?: string;
}) {
  const chosen = chosenTab(tabs, parameter);
  const { path, query } = route.value;
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ id, title, count }, place) => (
        <a
          key={id}
          href={href(path, { ...Object.fromEntries(query), [parameter]: place === 0 ? null : id })}
          aria-current={id === chosen ? 'page' : undefined}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            setQuery({ [parameter]: place === 0 ? null : id });
          }}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
            if (step === 0) return;
            event.preventDefault();
            const links = event.currentTarget.parentElement?.querySelectorAll('a') ?? [];
            (links[(place + step + links.length) % links.length] as HTMLElement | undefined)?.focus();
          }}
        >
          {title}
          {count !== undefined && count !== null && <span class="count">{count}</span>}
        </a>
      ))}
    </nav>
  );
}
