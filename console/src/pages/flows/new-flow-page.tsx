/** Creates a flow. */
export function NewFlowPage() {
  return <h1>NewFlowPage</h1>;
}
