// Proof that two pages are one room: an arm moves at the one, and a wrist buzzes at the other. Both have a simulated
// arm-probe.
import { expect } from "vitest";
import type { RoomPage } from "./room-page.ts";

const buzzesOf = async (page: RoomPage): Promise<number> => (await page.report()).probes[0]?.buzzes.written ?? 0;

export const expectWaveToReach = async (from: RoomPage, to: RoomPage): Promise<void> => {
  const before = await buzzesOf(to);
  await from.page.getByRole("button", { name: "wave", exact: true }).click();
  await expect.poll(() => buzzesOf(to)).toBe(before + 1);
};
