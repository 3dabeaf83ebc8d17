// What a person reads when they enter a room: an invite that is none, and a peer at the other end that has another
// key or another version. A peer that is refused is counted and reported, and those who are in the room go on.
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { labels } from "../support/page-labels.ts";
import type { RoomPage } from "../support/room-page.ts";
import { Stage } from "../support/stage.ts";
import { countOn, dismiss, logOn, noticesOn, proveAlive, told } from "../support/told.ts";

/** Types of gateway frames (docs/protocol.md §2): the second byte of a message that has one frame. */
const helloType = 0x01;
const proofType = 0x03;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});

afterEach(async () => expect(await stage.clear()).toEqual([]));

afterAll(() => stage?.strike());

const typeInvite = async (page: Page, text: string): Promise<void> => {
  const field = page.getByLabel("Or open an invite");
  await field.fill(text);
  await field.press("Enter");
};

/** Two people who wear simulated bands let each other buzz. */
const expectToGoOn = async (anna: RoomPage, ben: RoomPage): Promise<void> => {
  await anna.buzz(ben);
  await ben.buzz(anna);
};

describe("an invite that is none", () => {
  test("should be reported when it is typed, stay in the field to be corrected, and be forgotten once an invite is good", async () => {
    const { invite } = await stage.host("Anna");
    const ben = await stage.person("Ben");
    await ben.page.goto(stage.server.origin);
    for (const text of ["hello", invite.slice(0, -3), `${invite}x`, invite.replace("#", "")]) {
      await typeInvite(ben.page, text);
      await expect.poll(() => noticesOn(ben.page)).toEqual([told("bad-invite")]);
      expect(await ben.page.getByLabel("Or open an invite").inputValue()).toBe(text);
      await dismiss(ben.page, "bad-invite");
    }
    await typeInvite(ben.page, "hello");
    await expect.poll(() => noticesOn(ben.page)).toEqual([told("bad-invite")]);
    await typeInvite(ben.page, `  ${invite}\n`);
    await expect.poll(() => ben.connectedPeers()).toBe(1);
    expect(await noticesOn(ben.page)).toEqual([]);
    expect(ben.page.url()).toBe(invite);
  });

  test("should be reported when it is in the address, and leave every way in open", async () => {
    const anna = await stage.person("Anna");
    await anna.page.goto(`${stage.server.origin}/#k=tooshort`);
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("bad-invite")]);
    await anna.page.getByRole("button", { name: labels.createRoom }).click();
    await proveAlive(anna);
    await expect.poll(() => noticesOn(anna.page)).toEqual([]);
  });

  test("should not drive anybody out of the room that they are in", async () => {
    const { host: anna, invite } = await stage.host("Anna");
    const ben = await stage.person("Ben");
    await ben.join(invite);
    await anna.addSimulatedArm();
    await ben.addSimulatedArm();
    await anna.page.evaluate(() => {
      location.hash = "#k=tooshort";
    });
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("bad-invite")]);
    await expectToGoOn(anna, ben);
  });
});

describe("somebody who cannot prove that they hold the room's key", () => {
  /** Its page finds the room, because the public id is right, and has another secret key for it. */
  const takeOtherKey = ({ page }: RoomPage): Promise<unknown> =>
    page.addInitScript(() => {
      const { deriveBits } = SubtleCrypto.prototype;
      SubtleCrypto.prototype.deriveBits = async function (algorithm, key, length) {
        const bits = await deriveBits.call(this, algorithm, key, length);
        const isAuthKey = new TextDecoder().decode((algorithm as HkdfParams).info).includes("auth");
        return isAuthKey ? new Uint8Array(bits.byteLength).buffer : bits;
      };
    });

  /**
   * A page that breaks the rules: in each handshake message of that type it changes the byte at that
   * place.
   */
  const corrupt = ({ page }: RoomPage, type: number, at: number): Promise<unknown> =>
    page.addInitScript(
      ([wantedType, place]) => {
        const { send } = RTCDataChannel.prototype;
        RTCDataChannel.prototype.send = function (message: unknown) {
          if (!(message instanceof Uint8Array)) throw new Error("the product sends bytes");
          const bytes = new Uint8Array(message);
          if (bytes[1] === wantedType) bytes[place] = (bytes[place] ?? 0) ^ 0x80;
          send.call(this, bytes);
        };
      },
      [type, at] as const,
    );

  test("should be refused and counted by a member that dials them, and the others go on", async () => {
    const mallory = await stage.person("Mallory");
    await takeOtherKey(mallory);
    const invite = await mallory.createRoom(stage.server.origin);
    const anna = await stage.person("Anna");
    const ben = await stage.person("Ben");
    for (const person of [anna, ben]) {
      await person.join(invite);
      await person.addSimulatedArm();
      await expect.poll(() => noticesOn(person.page)).toEqual([told("wrong-room-key")]);
      await expect
        .poll(() => logOn(person.page))
        .toContain("Somebody was not let in: they have another room key, or sit between you and somebody else");
      await expect.poll(() => countOn(person.page, "turned away")).toBeGreaterThan(0);
    }
    await expect.poll(() => anna.connectedPeers()).toBe(1);
    await expectToGoOn(anna, ben);
    expect(await mallory.connectedPeers()).toBe(0);
    await expect.poll(() => anna.page.locator(".person-name").allTextContents()).toEqual(["Ben"]);
    await dismiss(anna.page, "wrong-room-key");
    await proveAlive(anna);
  });

  test("should be refused and counted by the members that they dial, and the others go on", async () => {
    const { host: anna, invite } = await stage.host("Anna");
    const ben = await stage.person("Ben");
    await ben.join(invite);
    await anna.addSimulatedArm();
    await ben.addSimulatedArm();
    const mallory = await stage.person("Mallory");
    await corrupt(mallory, proofType, 5);
    await mallory.join(invite);
    for (const person of [anna, ben]) {
      await expect.poll(() => noticesOn(person.page)).toEqual([told("wrong-room-key")]);
      await expect.poll(() => countOn(person.page, "turned away")).toBeGreaterThan(0);
      expect(await person.connectedPeers()).toBe(1);
    }
    await expectToGoOn(anna, ben);
    expect(await mallory.connectedPeers()).toBe(0);
  });

  test("should be distinguished from a person whose page has another version, and who reads to reload", async () => {
    const { host: anna, invite } = await stage.host("Anna");
    const ben = await stage.person("Ben");
    await corrupt(ben, helloType, 0);
    await ben.join(invite);
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("page-out-of-date")]);
    await expect.poll(() => logOn(anna.page)).toContain("Somebody was not let in: their page is of another version");
    await expect.poll(() => countOn(anna.page, "turned away")).toBeGreaterThan(0);
    await proveAlive(anna);
  });
});
