/** A fault of an expression, as the end of a sentence that begins with the expression: `names a time zone …`. */
export class TimetableFault extends Error {
  override readonly name = 'TimetableFault';
}
