/** Estimates the size of a pattern from its text, before the engine expands its counted repetitions. */

const COUNT = /\{([0-9]+)(?:,([0-9]*))?\}/y;
const CLASS = /\[\^?\]?(?:\[:\^?[a-z]+:\]|\\[pPx]\{[^}]*\}|\\[^]|[^\]\\])*\]/y;
const ESCAPE = /\\(?:[pPx]\{[^}]*\}|[^])/uy;

/** Returns about the number of instructions, also for text that is not a pattern. */
export function unfoldedSize(pattern: string): number {
  /** Sizes of the open groups; the innermost is the last. */
  const open = [0];
  let last = 0;
  const add = (size: number) => {
    open.push((open.pop() ?? 0) + size);
  };
  for (let i = 0; i < pattern.length; ) {
    const c = pattern.charAt(i);
    const count = c === '{' ? matchAt(COUNT, pattern, i) : null;
    if (count !== null) {
      const times = Math.max(1, Number(count[1]), Number(count[2] ?? 0));
      add(last * (times - 1));
      last *= times;
      i += count[0].length;
      continue;
    }
    if (c === '(') open.push(0);
    else if (c === ')') {
      last = (open.pop() ?? 0) + 2;
      add(last);
    } else if (c === '*' || c === '+' || c === '?') {
      last++;
      add(1);
    } else if (c !== '|') {
      last = 1;
      add(1);
    }
    const whole = c === '[' ? matchAt(CLASS, pattern, i) : c === '\\' ? matchAt(ESCAPE, pattern, i) : null;
    i += whole?.[0].length ?? 1;
  }
  return open.reduce((sum, size) => sum + size, 0);
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}
