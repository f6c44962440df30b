/**
 * Light and dark: as the system says, or as chosen in this browser. The style sheet has the dark colours once, in a rule for systems
 * that are dark, which holds before this program is there. A choice changes the condition of the rule.
 */
import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const STORED = 'millrace-theme';
/** When the dark colours hold, for each choice. */
const CONDITIONS = { system: '(prefers-color-scheme: dark)', light: 'not all', dark: 'all' } as const;

export const theme = signal<Theme>(stored());

function stored(): Theme {
  try {
    const value = localStorage.getItem(STORED);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  try {
    localStorage.setItem(STORED, chosen);
  } catch {
    // A browser that stores nothing shows the choice until the page is left.
  }
}

/** The rule with the dark colours; undefined for a page without its style sheet. */
function darkRule(): CSSMediaRule | undefined {
  const rules = document.querySelector<HTMLLinkElement>('link[rel=stylesheet]')?.sheet?.cssRules ?? [];
  return [...rules].find(
    (rule): rule is CSSMediaRule => rule instanceof CSSMediaRule && rule.conditionText === CONDITIONS.system,
  );
}

const dark = darkRule();
effect(() => {
  if (dark !== undefined) dark.media.mediaText = CONDITIONS[theme.value];
});
