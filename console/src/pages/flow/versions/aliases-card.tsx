/** The aliases of a flow: which versions they lead to, and with which weights. */
import { useState } from 'preact/hooks';
import { call } from '../../../api/client.ts';
import { setQuery } from '../../../app/router.ts';
import { Button } from '../../../parts/button.tsx';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { say } from '../../../parts/toast.tsx';
import { ActionsCell, ListCard, ListTable, RowButton } from '../list-card.tsx';
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
    <ListCard
      title={t.aliases}
      about={t.aliasesAbout}
      create={
        <Button isDisabled={versions.length === 0} onClick={() => setOpen({ kind: 'new' })}>
          {t.createAlias}
        </Button>
      }
    >
      {aliases.length === 0 ? (
        <p class="card-empty muted">
          {t.noAliases}. {versions.length === 0 && t.needsVersion}
        </p>
      ) : (
        <ListTable label={t.aliases} columns={[t.name, t.routes]}>
          {aliases.map((alias) => (
            <AliasRow
              key={alias.Name}
              alias={alias}
              onEdit={() => setOpen({ kind: 'edit', alias })}
              onDelete={() => setOpen({ kind: 'delete', alias })}
            />
          ))}
        </ListTable>
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
        <ConfirmDialog
          title={t.deleteAlias(open.alias.Name)}
          button={t.deleteIt}
          onClose={close}
          act={async () => {
            const { Name } = open.alias;
            await call('DeleteFlowAlias', { FlowName: flow, Name });
            say(t.aliasDeleted(Name));
            onChanged();
          }}
        >
          {t.deleteAliasAbout}
        </ConfirmDialog>
      )}
    </ListCard>
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
      <ActionsCell>
        <RowButton text={t.edit} of={alias.Name} onClick={onEdit} />
        <RowButton text={t.run} of={alias.Name} onClick={() => setQuery({ run: alias.Name })} />
        <RowButton text={t.deleteIt} of={alias.Name} onClick={onDelete} />
      </ActionsCell>
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
