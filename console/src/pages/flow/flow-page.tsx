/** One flow. */
export function FlowPage({ name: _name }: { readonly name: string }) {
  return <h1>FlowPage</h1>;
}
