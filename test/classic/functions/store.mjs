// A store with `from.count` objects in pages of `from.page`, one of which is hard to copy.
class NetworkError extends Error {}

const tries = new Map();

const FUNCTIONS = {
  list({ from, marker }) {
    const first = Number(marker || 0);
    const end = Math.min(first + from.page, from.count);
    const objects = Array.from({ length: end - first }, (_, i) => ({
      key: `object-${first + i}`,
      size: first + i + 1,
    }));
    return { objects, next: `${end}`, hasMore: end < from.count };
  },
  copy({ from, object, position }) {
    const key = `${from.name}/${object.key}`;
    tries.set(key, (tries.get(key) ?? 0) + 1);
    if (object.key === from.hard && tries.get(key) < 3) throw new NetworkError('the connection was reset');
    return { bytes: object.size, position };
  },
  sum({ total, bytes }) {
    return { total: bytes.reduce((sum, value) => sum + value, total ?? 0) };
  },
};

export function handler(event, context) {
  return FUNCTIONS[context.function.name](JSON.parse(event));
}
