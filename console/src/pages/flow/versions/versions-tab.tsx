/** The versions and the aliases of a flow, and the difference between any two definitions of it. */
import { useState } from 'preact/hooks';
import { setQuery } from '../../../app/router.ts';
import { Button } from '../../../parts/button.tsx';
import { FaultNotice, Loading } from '../../../parts/notice.tsx';
import { Time } from '../../../parts/time.tsx';
import { useReloadOn } from '../../../parts/use-reload-on.ts';
import { useResource } from '../../../parts/use-resource.ts';
import type { Flow } from '../flow-source.ts';
import { AliasesCard } from './aliases-card.tsx';
import { CompareCard } from './compare-card.tsx';
import { loadPublished } from './published.ts';
import type { Alias, Published, Version } from './published.ts';
import { DeleteVersionDialog, PublishDialog } from './version-dialogs.tsx';
import { versionsTexts } from './texts.ts';

const PAGE_VERSIONS = 200;

export function VersionsTab({ flow, round }: { readonly flow: Flow; readonly round: number }) {
  const [count, setCount] = useState(PAGE_VERSIONS);
  const published = useResource(`published ${flow.Name} ${flow.Id}`, (signal) =>
    loadPublished(flow.Name, count, signal),
  );
  useReloadOn(`${round} ${count}`, published.reload);
  const { data, fault } = published;
  return (
    <div class="stack">
      {fault !== null && <FaultNotice fault={fault} onRetry={published.reload} />}
      {data === null ? (
        fault === null && <Loading />
      ) : (
        <>
          <div class="versions-cards">
            <VersionsCard
              flow={flow}
              published={data}
              onChanged={published.reload}
              onMore={() => setCount(count + 1_000)}
            />
            <AliasesCard flow={flow.Name} published={data} onChanged={published.reload} />
          </div>
          <CompareCard flow={flow} published={data} />
        </>
      )}
    </div>
  );
}

function VersionsCard({
  flow,
  published: { versions, aliases, hasMore },
  onChanged,
  onMore,
}: {
  readonly flow: Flow;
  readonly published: Published;
  readonly onChanged: () => void;
  readonly onMore: () => void;
}) {
  const t = versionsTexts();
  const [isPublishing, setPublishing] = useState(false);
  const [deleting, setDeleting] = useState<string | null>(null);
  return (
    <div class="card flush">
      <header class="card-head">
        <div>
          <h2>{t.versions}</h2>
          <p class="muted small">{t.versionsAbout}</p>
        </div>
        <Button kind="primary" onClick={() => setPublishing(true)}>
          {t.publish}
        </Button>
      </header>
      {versions.length === 0 ? (
        <p class="card-empty muted">
          {t.noVersions}. {t.noVersionsHelp}
        </p>
      ) : (
        <div class="table-scroll versions-list" tabIndex={0} role="region" aria-label={t.versions}>
          <table>
            <thead>
              <tr>
                <th>{t.version}</th>
                <th>{t.description}</th>
                <th>{t.created}</th>
                <th>
                  <span class="visually-hidden">{t.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {versions.map((version) => (
                <VersionRow
                  key={version.Version}
                  version={version}
                  users={aliases.filter(({ RoutingConfigurations }) =>
                    RoutingConfigurations.some(({ Version }) => Version === version.Version),
                  )}
                  onDelete={() => setDeleting(version.Version)}
                />
              ))}
            </tbody>
          </table>
          {hasMore && <Button onClick={onMore}>{t.more}</Button>}
        </div>
      )}
      {isPublishing && <PublishDialog flow={flow.Name} onClose={() => setPublishing(false)} onDone={onChanged} />}
      {deleting !== null && (
        <DeleteVersionDialog flow={flow.Name} version={deleting} onClose={() => setDeleting(null)} onDone={onChanged} />
      )}
    </div>
  );
}

function VersionRow({
  version,
  users,
  onDelete,
}: {
  readonly version: Version;
  readonly users: readonly Alias[];
  readonly onDelete: () => void;
}) {
  const t = versionsTexts();
  const names = users.map(({ Name }) => Name).join(', ');
  return (
    <tr>
      <td class="number version-number">{version.Version}</td>
      <td>
        <bdi class="prewrap">{version.Description}</bdi>
        {names !== '' && <span class="chip">{t.usedBy(names)}</span>}
      </td>
      <td class="small">
        <Time at={version.CreatedTime} />
      </td>
      <td>
        <div class="row end row-actions">
          <Button
            kind="quiet"
            label={`${t.compare}: ${t.versionNamed(version.Version)}`}
            onClick={() => setQuery({ left: version.Version, right: null })}
          >
            {t.compareShort}
          </Button>
          <Button
            kind="quiet"
            label={`${t.run}: ${t.versionNamed(version.Version)}`}
            onClick={() => setQuery({ run: version.Version })}
          >
            {t.run}
          </Button>
          <Button kind="quiet" label={`${t.deleteIt}: ${t.versionNamed(version.Version)}`} onClick={onDelete}>
            {t.deleteIt}
          </Button>
        </div>
      </td>
    </tr>
  );
}
