/** A share as a percentage in the present language. */
import { locale } from '../../../texts/texts.ts';

export function percentText(share: number): string {
  return share.toLocaleString(locale(), { style: 'percent', maximumFractionDigits: 2 });
}
