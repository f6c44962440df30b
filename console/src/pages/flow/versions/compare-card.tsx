/** The difference between any two definitions of a flow: its versions, those of its aliases, and the current one. */
import { useId } from 'preact/hooks';
import { LATEST } from '../../../../../src/api/names.ts';
import { call } from '../../../api/client.ts';
import { route, setQuery } from '../../../app/router.ts';
import { LazyDiffView } from '../../../editor/lazy-editor.tsx';
import { Button } from '../../../parts/button.tsx';
import { FaultNotice, Loading } from '../../../parts/notice.tsx';
import { useResource } from '../../../parts/use-resource.ts';
import { languageOf } from '../definition/language-of.ts';
import { environmentText } from '../environment.ts';
import type { Flow } from '../flow-source.ts';
import { routesOf } from './published.ts';
import type { Published } from './published.ts';
import { versionsTexts } from './texts.ts';

export function CompareCard({ flow, published }: { readonly flow: Flow; readonly published: Published }) {
  const t = versionsTexts();
  const { query } = route.value;
  const left = query.get('left') ?? published.versions[0]?.Version ?? LATEST;
  const right = query.get('right') ?? LATEST;
  if (published.versions.length === 0) return null;
  const isDefault = query.get('left') === null && query.get('right') === null;
  return (
    <div class="card flush">
      <div class="card-head compare-head">
        <h2>{t.diff}</h2>
        <Choice label={t.diffFrom} value={left} published={published} onChange={(value) => setQuery({ left: value })} />
        <Button onClick={() => setQuery({ left: right, right: left })}>{t.swap}</Button>
        <Choice label={t.diffTo} value={right} published={published} onChange={(value) => setQuery({ right: value })} />
      </div>
      <Difference
        key={isDefault ? '' : `${left} ${right}`}
        flow={flow}
        left={versionOf(left)}
        right={versionOf(right)}
        labels={{ a: titleOf(left), b: titleOf(right) }}
      />
    </div>
  );
}

/** `prod@2`: the version 2 of the alias `prod`. */
function versionOf(choice: string): string {
  return choice.slice(choice.indexOf('@') + 1);
}

function titleOf(choice: string): string {
  const t = versionsTexts();
  const [name = '', version] = choice.split('@');
  if (version !== undefined) return t.aliasNamed(name, version);
  return choice === LATEST ? t.latest : t.versionNamed(choice);
}

function Choice({
  label,
  value,
  published: { versions, aliases },
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly published: Published;
  readonly onChange: (value: string) => void;
}) {
  const t = versionsTexts();
  const id = useId();
  const choices = [
    LATEST,
    ...aliases.flatMap((alias) => routesOf(alias).map(({ version }) => `${alias.Name}@${version}`)),
    ...versions.map(({ Version }) => Version),
  ];
  if (!choices.includes(value)) choices.push(value);
  return (
    <div class="row compare-choice">
      <label for={id} class="muted small">
        {label}
      </label>
      <select
        id={id}
        value={value}
        aria-label={`${t.diff}: ${label}`}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {titleOf(choice)}
          </option>
        ))}
      </select>
    </div>
  );
}

interface DifferenceProps {
  readonly flow: Flow;
  /** Versions, or `LATEST`. */
  readonly left: string;
  readonly right: string;
  readonly labels: { readonly a: string; readonly b: string };
}

function Difference({ flow, left, right, labels }: DifferenceProps) {
  const t = versionsTexts();
  const load = (version: string, signal: AbortSignal): Promise<Flow> =>
    version === LATEST
      ? Promise.resolve(flow)
      : call('DescribeFlow', { Name: flow.Name, FlowVersion: version }, { signal });
  const sides = useResource(`compare ${flow.Id} ${flow.LastModifiedTime} ${left} ${right}`, (signal) =>
    Promise.all([load(left, signal), load(right, signal)]),
  );
  if (sides.fault !== null) return <FaultNotice fault={sides.fault} onRetry={sides.reload} />;
  if (sides.data === null) return <Loading />;
  const [a, b] = sides.data;
  const others = [
    a.Description !== b.Description && t.fieldDescription,
    a.RoleArn !== b.RoleArn && t.fieldRole,
    environmentText(a.Environment.Variables) !== environmentText(b.Environment.Variables) && t.fieldEnvironment,
  ].filter((each) => each !== false);
  return (
    <div class="compare-body">
      {others.length > 0 && (
        <p class="small">
          {t.settingsDiffer} {others.join(', ')}
        </p>
      )}
      {a.Definition === b.Definition ? (
        <p class="muted">{t.same}</p>
      ) : (
        <LazyDiffView a={a.Definition} b={b.Definition} language={languageOf(b.Definition)} labels={labels} />
      )}
    </div>
  );
}
