/** A store on disk, or in another thread, under virtual time. */
import type { VirtualTime } from './virtual-time.ts';

/** `port` with the same methods. Virtual time does not pass while one of them is under way. */
export function holdTime<T extends object>(port: T, time: VirtualTime): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]) => {
        const result: unknown = member.apply(target, parameters);
        return result instanceof Promise ? time.outside(result) : result;
      };
    },
  });
}
