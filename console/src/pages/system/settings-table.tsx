/** The settings in effect, by name; those that are set stand out. */
import { useRef } from 'preact/hooks';
import type { ReplyOf } from '../../api/client.ts';
import { useShortcuts } from '../../app/keyboard.ts';
import { route, setQuery } from '../../app/router.ts';
import { TextFilter } from '../../parts/text-filter.tsx';
import { systemTexts } from './texts.ts';

type Setting = ReplyOf<'DescribeSystem'>['Settings'][number];

export function SettingsTable({ settings }: { readonly settings: readonly Setting[] }) {
  const t = systemTexts();
  const { query } = route.value;
  const search = query.get('setting') ?? '';
  const onlyChanged = query.get('settings') === 'set';
  const field = useRef<HTMLInputElement | null>(null);
  useShortcuts([{ keys: '/', about: t.searchKey, run: () => field.current?.focus() }]);
  const shown = settings.filter(
    ({ Name, IsDefault }) => Name.toLowerCase().includes(search.toLowerCase()) && !(onlyChanged && IsDefault),
  );
  return (
    <section class="card flush all-settings">
      <div class="settings-head">
        <h2>{t.settings}</h2>
        <p class="muted small">{t.settingsAbout}</p>
        <div class="filter-bar">
          <label class="search-field">
            <span>{t.search}</span>
            <TextFilter field={field} parameter="setting" value={search} hint={t.searchHint} />
          </label>
          <label class="check-label">
            <input
              type="checkbox"
              checked={onlyChanged}
              onChange={(event) => setQuery({ settings: event.currentTarget.checked ? 'set' : null })}
            />
            {t.onlyChanged}
          </label>
        </div>
      </div>
      {shown.length === 0 ? (
        <p class="muted settings-none">{onlyChanged && search === '' ? t.allDefault : t.noSetting}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t.setting}</th>
              <th scope="col">{t.value}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ Name, Value, IsDefault }) => (
              <tr key={Name}>
                <td>
                  <code>{Name}</code>
                </td>
                <td>
                  <code class={IsDefault ? 'muted' : ''}>{Value}</code>
                  {!IsDefault && <span class="chip">{t.set}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
