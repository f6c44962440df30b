// Inspects a document. The first inspection of a `moody` one is busy.
const seen = new Set();

export function handler(event) {
  const { document } = JSON.parse(event);
  const first = !seen.has(document.name);
  seen.add(document.name);
  if (document.kind === 'moody' && first) return { verdict: 'busy' };
  if (document.kind === 'moved') return { verdict: 'moved' };
  if (document.kind === 'odd') return { verdict: 'unsure' };
  return { verdict: 'clear', good: document.kind !== 'bad' };
}
