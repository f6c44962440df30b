/**
 * The six fields of a cron expression: the vendor's table of values and special characters (rules.md 5.20), and each field as
 * croner reads it. croner has no `a/b`, and it knows names, ranges and characters that the table does not have.
 */

/** One field of an expression, checked. */
export interface Field {
  readonly rule: FieldRule;
  /** As the caller wrote it. */
  readonly text: string;
  /** As croner reads it; empty with a fault. */
  readonly forCroner: string;
  /** The values that it names, ascending. */
  readonly values: readonly number[];
  /** The end of a sentence that begins with the expression; null when there is nothing wrong. */
  readonly fault: string | null;
}

interface FieldRule {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Special characters of the vendor's table. */
  readonly special: string;
  /** Three letters each, the first for `min`. */
  readonly words?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];

const RULES: readonly FieldRule[] = [
  { name: 'Seconds', min: 0, max: 59, special: '' },
  { name: 'Minutes', min: 0, max: 59, special: ',-*/' },
  { name: 'Hours', min: 0, max: 23, special: ',-*/' },
  { name: 'Day of month', min: 1, max: 31, special: ',-*?/' },
  { name: 'Month', min: 1, max: 12, special: ',-*/', words: MONTHS },
  // 1 is Monday and 7 is Sunday, which croner counts in the same way; it would also take 0 for Sunday.
  { name: 'Day of week', min: 1, max: 7, special: ',-*?', words: DAYS },
];

const SECONDS = 0;
const DAY_OF_MONTH = 3;
const MONTH = 4;
const DAY_OF_WEEK = 5;
/** Of each month, in a leap year. */
const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The fields of an expression, as many as it has. */
export function fieldsOf(expression: string): readonly Field[] {
  const texts = expression === '' ? [] : expression.split(/\s+/);
  return texts.map((text, i) => fieldOf(text, RULES[i] ?? (RULES[DAY_OF_WEEK] as FieldRule)));
}

/** The first fault of the fields; null for none. */
export function faultOf(fields: readonly Field[]): string | null {
  if (fields.length !== RULES.length) {
    const names = RULES.map(({ name }) => name.toLowerCase()).join(', ');
    const seconds =
      fields.length === RULES.length - 1 ? '. If the first one, seconds, is missing, write 0 in front' : '';
    return `has ${fields.length} fields, not the six of a schedule: ${names}${seconds}`;
  }
  const seconds = fields[SECONDS]?.text ?? '';
  if (/[*/,?-]/.test(seconds)) {
    return `is due more often than once a minute: its field Seconds is "${seconds}", and it must be one number from 0 to 59`;
  }
  return fields.find(({ fault }) => fault !== null)?.fault ?? null;
}

/** Why the fields name no day of any year; null if they name one. Days of the week are in every month. */
export function neverReason(fields: readonly Field[]): string | null {
  const [days, months, week] = [fields[DAY_OF_MONTH], fields[MONTH], fields[DAY_OF_WEEK]];
  if (days === undefined || months === undefined || (week !== undefined && !isAny(week))) return null;
  const isSome = months.values.some((month) => days.values.some((day) => day <= (DAYS_OF_MONTH[month - 1] as number)));
  if (isSome) return null;
  return `never fires: no month of its field Month ("${months.text}") has a day of its field Day of month ("${days.text}")`;
}

function isAny({ text }: Field): boolean {
  return text === '*' || text === '?';
}

/** A part of a list: `*`, `?`, a value or a range, and a step. */
const PART = /^(?:(?<any>[*?])|(?<from>[^-/]+)(?:-(?<to>[^-/]+))?)(?:\/(?<step>[^-/]+))?$/;

function fieldOf(text: string, rule: FieldRule): Field {
  const wrong = (what: string): Field => ({
    rule,
    text,
    forCroner: '',
    values: [],
    fault: `is wrong in its field ${rule.name} ("${text}"): ${what}`,
  });
  const foreign = [...text].find((each) => !/[A-Za-z0-9]/.test(each) && !rule.special.includes(each));
  if (foreign !== undefined) {
    const list = [...rule.special].join(' ');
    const allowed = list === '' ? 'it takes one number' : `its special characters are ${list}`;
    return wrong(`"${foreign}" has no meaning there; ${allowed}`);
  }
  const values = new Set<number>();
  const parts: string[] = [];
  for (const part of text.split(',')) {
    const read = partOf(part, rule);
    if (typeof read === 'string') return wrong(read);
    for (let value = read.from; value <= read.to; value += read.step) values.add(value);
    parts.push(read.forCroner);
  }
  const isMixed = parts.length > 1 && parts.some((part) => part === '*' || part === '?');
  if (isMixed) return wrong('"*" and "?" mean every value, so they are not part of a list');
  return { rule, text, forCroner: parts.join(','), values: [...values].sort((a, b) => a - b), fault: null };
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly forCroner: string;
}

/** A part of a list, or its fault. */
function partOf(text: string, rule: FieldRule): Part | string {
  const groups = PART.exec(text)?.groups;
  if (groups === undefined) return text === '' ? 'a value is missing' : `"${text}" is neither a value nor a range`;
  const { any, from: fromText = '', to: toText, step: stepText } = groups;
  if (any === '?' && stepText !== undefined) return '"?" has no steps';
  const from = any === undefined ? valueOf(fromText, rule) : rule.min;
  if (typeof from === 'string') return from;
  // `a/b` begins at a and has no other end than that of the field.
  const to =
    toText === undefined ? (any === undefined && stepText === undefined ? from : rule.max) : valueOf(toText, rule);
  if (typeof to === 'string') return to;
  if (to < from) return `the range "${text}" ends before it begins`;
  if (stepText === undefined) {
    const forCroner = any ?? (toText === undefined ? String(from) : `${from}-${to}`);
    return { from, to, step: 1, forCroner };
  }
  const step = /^\d{1,4}$/.test(stepText) ? Number(stepText) : 0;
  const most = rule.max - rule.min + 1;
  if (step < 1 || step > most) return `the step "${stepText}" is not a whole number from 1 to ${most}`;
  // croner refuses a step that is larger than its range, which names the first value alone.
  if (step > to - from) return { from, to: from, step, forCroner: String(from) };
  return { from, to, step, forCroner: any === undefined ? `${from}-${to}/${step}` : `*/${step}` };
}

/** The number of a value, or its fault. */
function valueOf(text: string, { min, max, words }: FieldRule): number | string {
  const index = words?.indexOf(text.toUpperCase()) ?? -1;
  if (index >= 0) return index + min;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const names = words === undefined ? '' : `, nor ${words[0]} to ${words.at(-1)}`;
  return `"${text}" is not a number from ${min} to ${max}${names}`;
}
