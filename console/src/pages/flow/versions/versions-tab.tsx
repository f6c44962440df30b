/** The versions and the aliases of a flow, and the difference between any two definitions of it. */
import { useRef, useState } from 'preact/hooks';
import { call } from '../../../api/client.ts';
import { setQuery } from '../../../app/router.ts';
import { Button } from '../../../parts/button.tsx';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { FaultNotice, Loading } from '../../../parts/notice.tsx';
import { Time } from '../../../parts/time.tsx';
import { say } from '../../../parts/toast.tsx';
import { useReloadOn } from '../../../parts/use-reload-on.ts';
import { useResource } from '../../../parts/use-resource.ts';
import type { Flow } from '../flow-source.ts';
import { ActionsCell, ListCard, ListTable, RowButton } from '../list-card.tsx';
import { AliasesCard } from './aliases-card.tsx';
import { CompareCard } from './compare-card.tsx';
import { loadPublished } from './published.ts';
import type { Alias, Published, Version } from './published.ts';
import { PublishDialog } from './publish-dialog.tsx';
import { versionsTexts } from './texts.ts';

const PAGE_VERSIONS = 200;

export function VersionsTab({ flow, round }: { readonly flow: Flow; readonly round: number }) {
  const [count, setCount] = useState(PAGE_VERSIONS);
  const published = useResource(`published ${flow.Name} ${flow.Id}`, (signal) =>
    loadPublished(flow.Name, count, signal),
  );
  useReloadOn(`${round} ${count}`, published.reload);
  const { data, fault } = published;
  const comparison = useRef<HTMLDivElement>(null);
  const compare = (version: string): void => {
    setQuery({ left: version, right: null });
    // The lists above it may fill the window.
    comparison.current?.scrollIntoView({ block: 'nearest' });
  };
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
              onCompare={compare}
            />
            <AliasesCard flow={flow.Name} published={data} onChanged={published.reload} />
          </div>
          <div ref={comparison}>
            <CompareCard flow={flow} published={data} />
          </div>
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
  onCompare,
}: {
  readonly flow: Flow;
  readonly published: Published;
  readonly onChanged: () => void;
  readonly onMore: () => void;
  readonly onCompare: (version: string) => void;
}) {
  const t = versionsTexts();
  const [isPublishing, setPublishing] = useState(false);
  const [deleting, setDeleting] = useState<string | null>(null);
  return (
    <ListCard
      title={t.versions}
      about={t.versionsAbout}
      create={
        <Button kind="primary" onClick={() => setPublishing(true)}>
          {t.publish}
        </Button>
      }
    >
      {versions.length === 0 ? (
        <p class="card-empty muted">
          {t.noVersions}. {t.noVersionsHelp}
        </p>
      ) : (
        <>
          <ListTable label={t.versions} columns={[t.version, t.description, t.created]}>
            {versions.map((version) => (
              <VersionRow
                key={version.Version}
                version={version}
                users={aliases.filter(({ RoutingConfigurations }) =>
                  RoutingConfigurations.some(({ Version }) => Version === version.Version),
                )}
                onCompare={() => onCompare(version.Version)}
                onDelete={() => setDeleting(version.Version)}
              />
            ))}
          </ListTable>
          {hasMore && <Button onClick={onMore}>{t.more}</Button>}
        </>
      )}
      {isPublishing && <PublishDialog flow={flow.Name} onClose={() => setPublishing(false)} onDone={onChanged} />}
      {deleting !== null && (
        <ConfirmDialog
          title={t.deleteVersion(deleting)}
          button={t.deleteIt}
          onClose={() => setDeleting(null)}
          act={async () => {
            await call('DeleteFlowVersion', { FlowName: flow.Name, FlowVersion: deleting });
            say(t.deletedVersion(deleting));
            onChanged();
          }}
        >
          {t.deleteVersionAbout}
        </ConfirmDialog>
      )}
    </ListCard>
  );
}

function VersionRow({
  version,
  users,
  onCompare,
  onDelete,
}: {
  readonly version: Version;
  readonly users: readonly Alias[];
  readonly onCompare: () => void;
  readonly onDelete: () => void;
}) {
  const t = versionsTexts();
  const name = t.versionNamed(version.Version);
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
      <ActionsCell>
        <RowButton text={t.compare} of={name} onClick={onCompare} />
        <RowButton text={t.run} of={name} onClick={() => setQuery({ run: version.Version })} />
        <RowButton text={t.deleteIt} of={name} onClick={onDelete} />
      </ActionsCell>
    </tr>
  );
}
