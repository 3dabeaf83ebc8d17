import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
  type KeptTurn,
  maxNotedTurnBurst,
  maxNotedTurnsPerSecond,
  type TurnMemory,
} from "../../../../gateway/probes/vibration-budget.ts";
import { VibrationBudgets } from "../../../../gateway/probes/vibration-budgets.ts";
import { FakeTime } from "../../../support/fake-time.ts";

const device = "band";
const most = 10;
const spanMs = 10_000;
const buzz = { durationsMs: [600, 100] };
/** How far the wall clock is ahead of the clock of the first page. */
const wallLeadMs = 1_800_000_000_000;

describe("VibrationBudget", () => {
  let time: FakeTime;
  let shared: Map<string, readonly KeptTurn[]>;
  let wallShiftMs: number;
  let pages: number;

  beforeEach(() => {
    time = new FakeTime();
    shared = new Map();
    wallShiftMs = 0;
    pages = 0;
  });

  const memory = (): TurnMemory => ({
    pageId: `page ${++pages}`,
    read: (deviceId) => shared.get(deviceId) ?? [],
    write: (deviceId, turns) => void shared.set(deviceId, turns),
  });

  /** Another load of the page, whose own clock began at another time. */
  const openPage = (clockLeadMs = 0, pageMemory: TurnMemory | undefined = memory()): VibrationBudgets =>
    new VibrationBudgets({
      now: () => time.now() + clockLeadMs,
      wallNow: () => time.now() + wallLeadMs + wallShiftMs,
      memory: pageMemory,
    });

  const take = (budgets: VibrationBudgets, clockLeadMs = 0) =>
    budgets.of(device).take(buzz, time.now() + clockLeadMs + 1_000, most);

  /** Vibrates until the wearer's limit is reached. */
  const fill = (budgets: VibrationBudgets): number => {
    let count = 0;
    for (let turn = take(budgets); turn !== undefined; turn = take(budgets)) {
      budgets.of(device).begun(turn);
      count++;
    }
    return count;
  };

  it.each([
    ["a page that was reloaded", -5_000],
    ["another tab that takes the device over", 123_456],
  ])("should go on in %s", async (_, clockLeadMs) => {
    const first = openPage();
    expect(fill(first)).toBe(most);
    await time.advance(5_000);
    const second = openPage(clockLeadMs);
    expect(take(second, clockLeadMs)).toBeUndefined();
    await time.advance(spanMs - 5_000 + 600);
    expect(take(second, clockLeadMs)).toBeUndefined(); // The last one was felt until 0.7 s.
    await time.advance(101);
    expect(take(second, clockLeadMs)).toBeDefined();
  });

  it("should note few turns in the memory, however many are asked for and given back", async () => {
    let uses = 0;
    const noted = memory();
    const counting: TurnMemory = {
      pageId: noted.pageId,
      read: (deviceId) => {
        uses++;
        return noted.read(deviceId);
      },
      write: (deviceId, turns) => {
        uses++;
        noted.write(deviceId, turns);
      },
    };
    const budgets = openPage(0, counting);
    const seconds = 5;
    for (let ms = 0; ms < seconds * 1000; ms++) {
      const turn = take(budgets);
      if (turn !== undefined) budgets.of(device).cancel(turn);
      await time.advance(1);
    }
    const usesPerTurn = 5; // Read before it, read and written with it, read and written when it is given back.
    expect(uses).toBeLessThanOrEqual(usesPerTurn * (maxNotedTurnBurst + seconds * maxNotedTurnsPerSecond));
  });

  it("should go on when the device is added again, or taken into another room, where nothing can be stored", () => {
    const budgets = openPage(0, undefined);
    expect(fill(budgets)).toBe(most);
    expect(fill(budgets)).toBe(0);
  });

  it("should count for each device apart", () => {
    const budgets = openPage();
    fill(budgets);
    expect(budgets.of("other band").take(buzz, time.now() + 1_000, most)).toBeDefined();
  });

  it("should count a write that was under way when its page ended", async () => {
    const first = openPage();
    for (let i = 0; i < most; i++) expect(take(first)).toBeDefined();
    const second = openPage(777);
    expect(take(second, 777)).toBeUndefined();
    await time.advance(spanMs + 999); // It had begun by its deadline at the latest.
    expect(take(second, 777)).toBeUndefined();
    await time.advance(800);
    expect(take(second, 777)).toBeDefined();
  });

  it("should give back a vibration that was never felt, to other pages too", () => {
    const first = openPage();
    const turns = Array.from({ length: most }, () => take(first));
    for (const turn of turns) if (turn !== undefined) first.of(device).cancel(turn);
    expect(fill(openPage())).toBe(most);
  });

  it("should not wait for hours when the clock was set back, and not forget what was felt just before", async () => {
    fill(openPage());
    wallShiftMs = -3_600_000;
    const second = openPage();
    expect(take(second)).toBeUndefined();
    await time.advance(spanMs + 3_999);
    expect(take(second)).toBeUndefined();
    await time.advance(2);
    expect(fill(second)).toBe(most);
  });

  it("should let no two pages that share a memory vibrate more than one may, whichever asks when", () => {
    const step = fc.record({ page: fc.integer({ min: 0, max: 2 }), waitMs: fc.integer({ min: 0, max: 4_000 }) });
    const leadsMs = [0, 5_000, -400];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const own = new Map<string, readonly KeptTurn[]>();
        let nowMs = 0;
        const budgets = leadsMs.map((leadMs, i) =>
          new VibrationBudgets({
            now: () => nowMs + leadMs,
            wallNow: () => nowMs + wallLeadMs,
            memory: {
              pageId: String(i),
              read: (id) => own.get(id) ?? [],
              write: (id, turns) => void own.set(id, turns),
            },
          }).of(device),
        );
        const begunMs: number[] = [];
        for (const { page, waitMs } of steps) {
          nowMs += waitMs;
          const turn = budgets[page]?.take(buzz, nowMs + 1_000 + (leadsMs[page] ?? 0), 3);
          if (turn === undefined) continue;
          budgets[page]?.begun(turn);
          begunMs.push(nowMs);
        }
        for (const fromMs of begunMs) {
          expect(begunMs.filter((ms) => ms >= fromMs && ms < fromMs + spanMs).length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });
});
