/** Preloaded into a server: its machine has a clock that is wrong by `CLOCK_SHIFT_MS`. */
const shiftMs = Number(process.env['CLOCK_SHIFT_MS'] ?? 0);
const machine = Date;

class ShiftedDate extends machine {
  constructor(...given: [] | [number | string | Date]) {
    const [value = machine.now() + shiftMs] = given;
    super(value);
  }

  static override now(): number {
    return machine.now() + shiftMs;
  }
}

// A date of several parts is the same with any clock.
globalThis.Date = new Proxy(ShiftedDate, {
  construct: (target, given, newTarget) =>
    given.length > 1
      ? new machine(...(given as [number, number]))
      : (Reflect.construct(target, given, newTarget) as Date),
}) as unknown as DateConstructor;
