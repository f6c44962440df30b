/**
 * Exact comparison of numbers that doubles cannot represent (rules.md 9.6). The value of a number is the decimal in its
 * JSON text; for a double, this is the shortest text that has the same double. All functions are linear in the number of digits.
 */

/** ±0.d₁d₂d₃… × 10^exponent. `digits` neither begins nor ends with a zero, and is empty for zero. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

const DECIMAL = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/;

function decimalOf(text: string): Decimal {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  const all = whole + fraction;
  let from = 0;
  while (all.charCodeAt(from) === 0x30) from++;
  let to = all.length;
  while (to > from && all.charCodeAt(to - 1) === 0x30) to--;
  const digits = all.slice(from, to);
  if (digits === '') return { negative: false, digits, exponent: 0 };
  return { negative: sign === '-', digits, exponent: whole.length - from + Number(exponent) };
}

/** Negative, zero or positive if `a` is less than, equal to or greater than `b`. Both are texts of numbers. */
export function compareDecimals(a: string, b: string): number {
  const left = decimalOf(a);
  const right = decimalOf(b);
  const leftSign = signOf(left);
  const rightSign = signOf(right);
  if (leftSign !== rightSign) return leftSign - rightSign;
  if (left.exponent !== right.exponent) return left.exponent < right.exponent ? -leftSign : leftSign;
  if (left.digits === right.digits) return 0;
  return left.digits < right.digits ? -leftSign : leftSign;
}

function signOf(decimal: Decimal): number {
  if (decimal.digits === '') return 0;
  return decimal.negative ? -1 : 1;
}

/** Returns the same text for all forms of a number: `100`, `1e2` and `100.0`. */
export function canonicalDecimal(text: string): string {
  const { negative, digits, exponent } = decimalOf(text);
  return `${negative ? '-' : ''}${digits}e${exponent}`;
}

/** More digits than any id has. `integerOf` refuses longer integers. */
const MAX_INTEGER_DIGITS = 1000;

/** Returns the integer in a number's text; null for a fraction or more than {@link MAX_INTEGER_DIGITS} digits. */
export function integerOf(text: string): bigint | null {
  if (text.length > MAX_INTEGER_DIGITS + 1) return null;
  const { negative, digits, exponent } = decimalOf(text);
  if (digits === '') return 0n;
  if (exponent < digits.length || exponent > MAX_INTEGER_DIGITS) return null;
  const magnitude = BigInt(digits.padEnd(exponent, '0'));
  return negative ? -magnitude : magnitude;
}
