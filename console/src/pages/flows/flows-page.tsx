/** The list of flows. */
export function FlowsPage() {
  return <h1>FlowsPage</h1>;
}
