/** The memory of each process that runs executions, as bars against its limits. */
import type { ReplyOf } from '../../api/client.ts';
import { Time } from '../../parts/time.tsx';
import { locale } from '../../texts/texts.ts';
import { bytesText } from './bytes.ts';
import { systemTexts } from './texts.ts';

type Process = ReplyOf<'DescribeSystem'>['Processes'][number];

export function MemoryBars({ processes }: { readonly processes: readonly Process[] }) {
  const t = systemTexts();
  return (
    <section class="card stack">
      <h2>{t.processes}</h2>
      {processes.map((process) => (
        <div key={process.Name} class="process">
          <p class="row">
            <strong>
              <bdi>{process.Name}</bdi>
            </strong>
            <span class="muted small">
              {process.Version} · {t.started} <Time at={process.StartedTime} />
            </span>
          </p>
          <Bar
            name={t.executionMemory}
            title={t.executionMemoryAbout}
            used={process.ExecutionMemory}
            limit={process.ExecutionMemoryLimit}
          />
          <Bar name={t.heap} used={process.HeapUsed} limit={process.HeapLimit} />
          <p class="muted small">
            {t.load(shown(process.Standard), shown(process.Express))} · {t.resident} {bytesText(process.ResidentMemory)}{' '}
            · {t.connections(shown(process.Connections))}
          </p>
        </div>
      ))}
    </section>
  );
}

function shown(count: number): string {
  return count.toLocaleString(locale());
}

/** From this share of a limit on, a bar has the colours of a warning, and from the next those of a fault. */
const MUCH = 0.75;
const FULL = 0.95;

interface BarProps {
  readonly name: string;
  readonly title?: string;
  readonly used: number;
  readonly limit: number;
}

function Bar({ name, title, used, limit }: BarProps) {
  const t = systemTexts();
  const share = limit === 0 ? 0 : Math.min(1, used / limit);
  const state = share >= FULL ? ' is-full' : share >= MUCH ? ' is-much' : '';
  return (
    <div class={`memory-bar${state}`} title={title}>
      <span>{name}</span>
      <div
        class="track"
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={Math.min(used, limit)}
        aria-valuetext={t.bar(bytesText(used), bytesText(limit))}
      >
        <div class="fill" style={{ width: `${share * 100}%` }} />
      </div>
      <span class="number">{t.bar(bytesText(used), bytesText(limit))}</span>
    </div>
  );
}
