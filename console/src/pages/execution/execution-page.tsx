/** One execution. */
export function ExecutionPage(_: { readonly flow: string; readonly name: string }) {
  return <h1>ExecutionPage</h1>;
}
