/** The executions of all flows. */
import { ExecutionsTable } from './executions-table.tsx';
import { executionsTexts } from './texts.ts';

export function ExecutionsPage() {
  return (
    <>
      <div class="page-head">
        <h1>{executionsTexts().title}</h1>
      </div>
      <ExecutionsTable flow={null} />
    </>
  );
}
