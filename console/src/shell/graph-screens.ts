/** The screens with a graph, which the browser loads together when one of them is first shown. */
export { ExecutionPage } from '../pages/execution/execution-page.tsx';
export { FlowPage } from '../pages/flow/flow-page.tsx';
export { NewFlowPage } from '../pages/flows/new-flow-page.tsx';
