/**
 * A text of the definition. Characters that no one sees, some of which turn around the text beside them, are shown by a dot, as in the
 * editor. So the order on the screen is the order in which the server reads.
 */

const UNSEEN = /([\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF])/;

export function CodeText({ text }: { readonly text: string }) {
  return (
    <bdi>
      {text
        .split(UNSEEN)
        .map((part, index) =>
          index % 2 === 0 ? part : <Unseen key={index} character={part} name={nameOf(part.charCodeAt(0))} />,
        )}
    </bdi>
  );
}

/** By itself the character turns nothing around, and it is still copied with the text. */
function Unseen({ character, name }: { readonly character: string; readonly name: string }) {
  return (
    <bdi class="unseen" role="img" aria-label={name} title={name}>
      {character}
    </bdi>
  );
}

/** `U+202E` */
function nameOf(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
