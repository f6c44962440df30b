// Works on files called like `film.6.video`: a name, seconds, a kind.
class BadImageError extends Error {}

const FUNCTIONS = {
  inspect({ file }) {
    const [name, seconds, kind] = file.split('.');
    return { name, seconds: Number(seconds), kind };
  },
  cut: ({ name, seconds }) => ({
    pieces: Array.from({ length: seconds / 2 }, (_, i) => `${name}${i}`),
    formats: ['mp4', 'flv'],
  }),
  convert: ({ piece, format, number }) => ({ name: `${number}:${piece}.${format}` }),
  join: ({ names }) => ({ joined: names }),
  thumbnail({ name }) {
    if (name === 'dark') throw new BadImageError('all black');
    return { thumbnail: `${name}.png` };
  },
};

export function handler(event, context) {
  return FUNCTIONS[context.function.name](JSON.parse(event));
}
