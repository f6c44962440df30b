/** One Map run. */
export function MapRunPage(_: { readonly flow: string; readonly execution: string; readonly name: string }) {
  return <h1>MapRunPage</h1>;
}
