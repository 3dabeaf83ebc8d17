// What a person reads when the signaling server cannot be reached, or goes away behind a mesh that is up: the mesh goes
// on without it, and pages that wait are let in when it is back.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { labels } from "../support/page-labels.ts";
import type { RoomPage } from "../support/room-page.ts";
import { Stage } from "../support/stage.ts";
import { dismiss, logOn, noticesOn, proveAlive, told } from "../support/told.ts";

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.set();
});

afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
  await stage.strike();
});

/** Loads the page, and the server is gone before the room is created. */
const createRoomAlone = async (): Promise<RoomPage> => {
  const anna = await stage.person("Anna");
  await anna.page.goto(stage.server.origin);
  await anna.page.getByRole("button", { name: labels.createRoom }).waitFor();
  await stage.server.kill("SIGKILL");
  await anna.page.getByRole("button", { name: labels.createRoom }).click();
  await anna.introduce();
  await expect.poll(() => noticesOn(anna.page)).toEqual([told("server-unreachable")]);
  return anna;
};

const statusOf = ({ page }: RoomPage): Promise<string | null> => page.locator(".status [role=status]").textContent();

const expectConnected = async (person: RoomPage): Promise<void> => {
  await expect.poll(() => statusOf(person)).toBe("Server: connected");
  await expect.poll(() => noticesOn(person.page)).toEqual([]);
};

describe("a server that cannot be reached", () => {
  test("should be reported to a person who creates a room, and be joined without a tap when it is there", async () => {
    const anna = await createRoomAlone();
    await anna.page.getByText(/next try in \d+ s/).waitFor();
    await proveAlive(anna);
    await anna.addSimulatedArm();

    await stage.server.start();
    await expectConnected(anna);
    const ben = await stage.person("Ben");
    await ben.join(anna.page.url());
    await ben.addSimulatedArm();
    await anna.buzz(ben);
    await ben.buzz(anna); // The band that she had added before is still there.
  }, 120_000);

  test("should be reported once, and not again to a person who has dismissed it", async () => {
    const anna = await createRoomAlone();
    await dismiss(anna.page, "server-unreachable");
    let attempts = 0;
    anna.page.on("websocket", () => {
      attempts++;
    });
    await expect.poll(() => attempts).toBeGreaterThan(2);
    expect(await noticesOn(anna.page)).toEqual([]);
    expect(await logOn(anna.page)).toEqual(["The server is away", expect.stringMatching(/^You are in Room /)]);
    await stage.server.start();
    await expectConnected(anna);
  }, 120_000);

  test("should be reported when it gives the page and then nothing more, and leave the room usable", async () => {
    const anna = await stage.person("Anna");
    await anna.page.route("**/config.json", (route) => route.abort());
    await anna.page.goto(stage.server.origin);
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("server-unreachable")]);
    await anna.page.getByRole("button", { name: labels.createRoom }).click();
    await expectConnected(anna); // The page knows where a server of ours is found.
    await proveAlive(anna);
  });
});

describe("a server that goes away behind a mesh", () => {
  test("should be missed by newcomers only, and be said to be back", async () => {
    const { host: anna, invite } = await stage.host("Anna");
    const ben = await stage.person("Ben");
    await ben.join(invite);
    for (const person of [anna, ben]) await person.addSimulatedArm();
    await anna.buzz(ben);
    await stage.server.kill("SIGKILL");
    for (const person of [anna, ben]) {
      await expect.poll(() => noticesOn(person.page)).toEqual([told("server-away")]);
      expect(await statusOf(person)).toBe("Server: away, the room goes on");
    }
    await anna.buzz(ben);
    await ben.buzz(anna);
    await proveAlive(anna);

    await stage.server.start();
    for (const person of [anna, ben]) {
      await expectConnected(person);
      expect(await logOn(person.page)).toContain("The server is back");
      expect(await person.connectedPeers()).toBe(1);
    }
    const cleo = await stage.person("Cleo");
    await cleo.join(invite);
    await expect.poll(() => cleo.connectedPeers()).toBe(2);
    await anna.buzz(ben);
  }, 120_000);
});
