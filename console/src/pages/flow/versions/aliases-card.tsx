/** The aliases of a flow: which versions they lead to, and with which weights. */
import { useState } from 'preact/hooks';
import { call } from '../../../api/client.ts';
import { setQuery } from '../../../app/router.ts';
import { Button } from '../../../parts/button.tsx';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { say } from '../../../parts/toast.tsx';
import { AliasDialog } from './alias-dialog.tsx';
import { percentText } from './percent.ts';
import { routesOf } from './published.ts';
import type { Alias, Published } from './published.ts';
import { shares } from './routing.ts';
import { versionsTexts } from './texts.ts';

export interface AliasesCardProps {
  readonly flow: string;
  readonly published: Published;
  readonly onChanged: () => void;
}

type Open = { readonly kind: 'new' } | { readonly kind: 'edit' | 'delete'; readonly alias: Alias };

export function AliasesCard({ flow, published: { versions, aliases }, onChanged }: AliasesCardProps) {
  const t = versionsTexts();
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  return (
    <div class="card flush">
      <header class="card-head">
        <div>
          <h2>{t.aliases}</h2>
          <p class="muted small">{t.aliasesAbout}</p>
        </div>
        <Button isDisabled={versions.length === 0} onClick={() => setOpen({ kind: 'new' })}>
          {t.createAlias}
        </Button>
      </header>
      {aliases.length === 0 ? (
        <p class="card-empty muted">
          {t.noAliases}. {versions.length === 0 && t.needsVersion}
        </p>
      ) : (
        <div class="table-scroll versions-list" tabIndex={0} role="region" aria-label={t.aliases}>
          <table>
            <thead>
              <tr>
                <th>{t.name}</th>
                <th>{t.routes}</th>
                <th>
                  <span class="visually-hidden">{t.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {aliases.map((alias) => (
                <AliasRow
                  key={alias.Name}
                  alias={alias}
                  onEdit={() => setOpen({ kind: 'edit', alias })}
                  onDelete={() => setOpen({ kind: 'delete', alias })}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open !== null && open.kind !== 'delete' && (
        <AliasDialog
          flow={flow}
          alias={open.kind === 'edit' ? open.alias : null}
          versions={versions}
          onClose={close}
          onDone={onChanged}
        />
      )}
      {open?.kind === 'delete' && (
        <DeleteAliasDialog flow={flow} name={open.alias.Name} onClose={close} onDone={onChanged} />
      )}
    </div>
  );
}

function AliasRow({
  alias,
  onEdit,
  onDelete,
}: {
  readonly alias: Alias;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}) {
  const t = versionsTexts();
  return (
    <tr>
      <td>
        <span class="alias-name">{alias.Name}</span>
        {alias.Description !== '' && <bdi class="muted small prewrap alias-about">{alias.Description}</bdi>}
      </td>
      <td>
        <Routes alias={alias} />
      </td>
      <td>
        <div class="row end row-actions">
          <Button kind="quiet" label={`${t.edit}: ${alias.Name}`} onClick={onEdit}>
            {t.edit}
          </Button>
          <Button kind="quiet" label={`${t.run}: ${alias.Name}`} onClick={() => setQuery({ run: alias.Name })}>
            {t.run}
          </Button>
          <Button kind="quiet" label={`${t.deleteIt}: ${alias.Name}`} onClick={onDelete}>
            {t.deleteIt}
          </Button>
        </div>
      </td>
    </tr>
  );
}

function Routes({ alias }: { readonly alias: Alias }) {
  const t = versionsTexts();
  const routes = routesOf(alias);
  const parts = shares(routes);
  if (routes.length === 1) return <span>{t.versionNamed(routes[0]?.version ?? '')}</span>;
  return (
    <div class="routes">
      <div class="routes-bar" aria-hidden="true">
        {routes.map(({ version }, i) => (
          <span key={version} style={{ flexGrow: parts[i] ?? 0 }} />
        ))}
      </div>
      {routes.map(({ version, weight }, i) => (
        <span key={version} class="number" title={`${t.weight}: ${weight}`}>
          {t.versionNamed(version)}: {percentText(parts[i] ?? 0)}
        </span>
      ))}
    </div>
  );
}

function DeleteAliasDialog({
  flow,
  name,
  onClose,
  onDone,
}: {
  readonly flow: string;
  readonly name: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const t = versionsTexts();
  return (
    <ConfirmDialog
      title={t.deleteAlias(name)}
      button={t.deleteIt}
      onClose={onClose}
      act={async () => {
        await call('DeleteFlowAlias', { FlowName: flow, Name: name });
        say(t.aliasDeleted(name));
        onDone();
      }}
    >
      {t.deleteAliasAbout}
    </ConfirmDialog>
  );
}
