/** The nodes that run executions of the store, when there are several. */
import type { ReplyOf } from '../../api/client.ts';
import { durationText } from '../../parts/duration-text.ts';
import { Time } from '../../parts/time.tsx';
import { locale } from '../../texts/texts.ts';
import { systemTexts } from './texts.ts';

type Node = ReplyOf<'ListNodes'>['Nodes'][number];

/** Behind so much of its lease, a node is about to be gone. */
const LATE = 0.5;

export function NodesTable({ nodes }: { readonly nodes: readonly Node[] }) {
  const t = systemTexts();
  return (
    <section class="card flush">
      <h2 class="table-title">{t.nodes}</h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={t.nodes}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.node}</th>
              <th scope="col">{t.version}</th>
              <th scope="col">{t.joined}</th>
              <th scope="col">{t.beat}</th>
              <th scope="col" class="number">
                {t.lag}
              </th>
              <th scope="col" class="number">
                {t.inMemory}
              </th>
              <th scope="col" class="number">
                {t.owned}
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr key={node.Node}>
                <td>
                  <span class="number muted">{node.Node}</span> <bdi>{node.Name}</bdi>{' '}
                  {node.Rank === 0 && (
                    <span class="chip" title={t.firstAbout}>
                      {t.first}
                    </span>
                  )}
                </td>
                <td>{node.Version}</td>
                <td>
                  <Time at={node.JoinedTime} />
                </td>
                <td class={node.SinceBeat > node.Lease * LATE ? 'late' : ''}>
                  {t.beatText(durationText(node.SinceBeat), durationText(node.Lease))}
                </td>
                <td class="number">{durationText(node.Lag)}</td>
                <td class="number">{node.Executions.toLocaleString(locale())}</td>
                <td class="number">{node.OwnedExecutions.toLocaleString(locale())}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
