/** Puts boxes side by side, in their order, in as many rows as it takes to make the whole about as wide as a screen is. */

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Wider than high by this factor. */
const ASPECT = 1.8;
/** Up to this many boxes are in one row: people expect the branches of a Parallel beside each other. */
const ONE_ROW = 5;

export function packRows(
  sizes: readonly Size[],
  gap: number,
): Size & { readonly places: readonly { readonly x: number; readonly y: number }[] } {
  const widest = Math.max(0, ...sizes.map(({ width }) => width));
  const area = sizes.reduce((sum, { width, height }) => sum + (width + gap) * (height + gap), 0);
  const limit = sizes.length <= ONE_ROW ? Infinity : Math.max(widest, Math.sqrt(area * ASPECT));
  const places: { x: number; y: number }[] = [];
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  let whole = 0;
  for (const { width, height } of sizes) {
    if (x > 0 && x + width > limit) {
      y += rowHeight + gap;
      x = 0;
      rowHeight = 0;
    }
    places.push({ x, y });
    whole = Math.max(whole, x + width);
    rowHeight = Math.max(rowHeight, height);
    x += width + gap;
  }
  return { places, width: whole, height: y + rowHeight };
}
