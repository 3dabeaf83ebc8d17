import { describe, expect, it } from "vitest";
import { Shift } from "../../../../web/power/shift.ts";
import type { TextStorage } from "../../../../web/store/text-storage.ts";

const hourMs = 3_600_000;
/** In the time zone of the machine that runs this. */
const morningMs = new Date(2026, 4, 4, 10).getTime();

const storageOf = (text?: string): TextStorage & { text: string | undefined } => ({
  text,
  read() {
    return this.text;
  },
  write(_, written) {
    this.text = written;
    return "kept";
  },
});

const open = (storage: TextStorage, nowMs = morningMs): Shift =>
  new Shift({ wallNow: () => nowMs, storage, hours: () => 8 });

describe("the shift", () => {
  it("should begin when a room is entered, and go on over a reload", () => {
    const storage = storageOf();
    const shift = open(storage);
    shift.enter();
    expect(shift.endsAtMs.value).toBe(morningMs + 8 * hourMs);
    const reloaded = open(storage, morningMs + 3 * hourMs);
    reloaded.enter();
    expect(reloaded.endsAtMs.value).toBe(morningMs + 8 * hourMs);
  });

  it("should begin again when the last one is over", () => {
    const storage = storageOf();
    open(storage).enter();
    const nextDay = open(storage, morningMs + 24 * hourMs);
    nextDay.enter();
    expect(nextDay.endsAtMs.value).toBe(morningMs + 32 * hourMs);
  });

  it("should count another length from when it began", () => {
    const storage = storageOf();
    open(storage).enter();
    const later = open(storage, morningMs + 3 * hourMs);
    later.setHours(6);
    expect(later.endsAtMs.value).toBe(morningMs + 6 * hourMs);
  });

  it("should end at the time of day that the person says, today or tomorrow", () => {
    const storage = storageOf();
    const shift = open(storage);
    shift.enter();
    shift.setEnd("18:30");
    expect(shift.endsAtMs.value).toBe(new Date(2026, 4, 4, 18, 30).getTime());
    shift.setEnd("06:00");
    expect(shift.endsAtMs.value).toBe(new Date(2026, 4, 5, 6).getTime());
    shift.setEnd("10:00"); // That is now: a day from here.
    expect(shift.endsAtMs.value).toBe(new Date(2026, 4, 5, 10).getTime());
    expect(open(storage).endsAtMs.value).toBe(shift.endsAtMs.value);
  });

  it.each(["", "24:00", "7:00", "12:60", "noon"])("should not take %j for a time of day", (time) => {
    const shift = open(storageOf());
    expect(shift.setEnd(time)).toBeUndefined();
    expect(shift.endsAtMs.value).toBe(morningMs + 8 * hourMs);
  });

  it.each([
    "[]",
    "nonsense",
    '{"beganAtMs":"1","endsAtMs":2}',
    JSON.stringify({ beganAtMs: morningMs + 1, endsAtMs: morningMs + 2 }),
    JSON.stringify({ beganAtMs: 0, endsAtMs: morningMs + 26 * hourMs }),
  ])("should not believe what no shift can be: %s", (text) => {
    expect(open(storageOf(text)).endsAtMs.value).toBe(morningMs + 8 * hourMs);
  });

  it("should follow another tab", () => {
    const storage = storageOf();
    const [here, there] = [open(storage), open(storage)];
    there.setHours(4);
    here.read();
    expect(here.endsAtMs.value).toBe(morningMs + 4 * hourMs);
  });
});
