/** One execution in the list. */
import { to } from '../../app/router.ts';
import { StatusBadge } from '../../parts/status.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import type { ListedExecution } from './filters.ts';
import { executionsTexts } from './texts.ts';

export interface ExecutionRowProps {
  readonly execution: ListedExecution;
  /** Its place in the list. */
  readonly index: number;
  readonly showsFlow: boolean;
  /** The one row that is in the order of the Tab key. */
  readonly isActive: boolean;
  readonly isSelected: boolean;
  /** `extends`: from the row that was chosen before up to this one. */
  readonly onSelect: (index: number, extend: boolean) => void;
  readonly onActivate: (index: number) => void;
}

export function ExecutionRow(props: ExecutionRowProps) {
  const { execution, index, showsFlow, isActive, isSelected, onSelect, onActivate } = props;
  const t = executionsTexts();
  const tabIndex = isActive ? 0 : -1;
  const classes = ['execution-row', !showsFlow && 'of-one-flow', isActive && 'is-active', isSelected && 'is-selected'];
  return (
    <div
      class={classes.filter(Boolean).join(' ')}
      role="row"
      aria-rowindex={index + 2}
      onFocusIn={() => onActivate(index)}
    >
      <span role="cell">
        <label class="check">
          <input
            type="checkbox"
            checked={isSelected}
            tabIndex={tabIndex}
            aria-label={t.select(execution.name)}
            onClick={(event) => {
              // The browser would show its own state until the next rendering.
              event.currentTarget.checked = isSelected;
              onSelect(index, event.shiftKey);
            }}
          />
        </label>
      </span>
      <span role="cell" class="state">
        <StatusBadge status={execution.status} />
      </span>
      <span role="cell" class="name">
        <a href={to.execution(execution.flow, execution.name)} title={execution.name} tabIndex={tabIndex}>
          <bdi>{execution.name}</bdi>
        </a>
      </span>
      {showsFlow && (
        <span role="cell" class="flow">
          <a href={to.flow(execution.flow)} title={execution.flow} tabIndex={tabIndex}>
            <bdi>{execution.flow}</bdi>
          </a>
        </span>
      )}
      <span role="cell" class="started ellipsis">
        <Time at={execution.startedTime} />
      </span>
      <span role="cell" class="number">
        <Duration from={execution.startedTime} until={execution.stoppedTime} />
      </span>
    </div>
  );
}
