/** Buttons that lead to what a visit of a state has started: another execution, a Map run. */
import { to } from '../../app/router.ts';
import { LinkButton } from '../../parts/button.tsx';
import { childOf, mapRunOf } from './links.ts';
import type { Visit } from './model/history.ts';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

export function StartedLinks({
  loaded: { flow, name, history },
  visit,
}: {
  readonly loaded: LoadedExecution;
  readonly visit: Visit;
}) {
  const t = executionTexts();
  const child = childOf(history, visit);
  const mapRun = mapRunOf(history, visit);
  return (
    <>
      {child !== null && (
        <LinkButton kind="primary" href={to.execution(child.flow, child.execution)}>
          {t.openChild}
        </LinkButton>
      )}
      {mapRun !== '' && (
        <LinkButton kind="primary" href={to.mapRun(flow, name, mapRun)}>
          {t.openMapRun}
        </LinkButton>
      )}
    </>
  );
}
