// A member leads the room to a key of its own, after it has filled the room of that key at the server. The pages keep
// their key, their places and each other until the new room lets them in, which it does not; then they say so, with
// whose key it was.
import { cleanup } from "node-datachannel";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { toBase64url } from "../../gateway/basics/base64url.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import { deriveRoom, makeRoomKey, type Room } from "../../gateway/wire/room-key.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { errorTexts } from "../../web/ui/errors.ts";
import { tell } from "../support/case-table.ts";
import { HostileMember } from "../support/hostile-member.ts";
import { patienceMs } from "../support/patience.ts";
import { RoomPage } from "../support/room-page.ts";
import { answerOf } from "../support/session-descriptions.ts";
import { openSignaling, type SignalingClient } from "../support/signaling-client.ts";
import { inviteSomebody, openSite, type Site } from "../support/site.ts";

const patience = { timeout: patienceMs, interval: 50 };
/** The page tries for half a minute, and then says that it could not. */
const untilToldMs = 60_000;

let site: Site;
let anna: RoomPage;
let ben: RoomPage;
let mallory: HostileMember;
let oldRoom: Room;
let invite: string;

beforeAll(async () => {
  site = await openSite();
  ({ page: anna, room: oldRoom, invite } = await inviteSomebody(site, "Anna"));
  ben = await RoomPage.open(site.browser, "Ben");
  for (const page of [anna, ben]) {
    await page.join(invite);
    await page.addSimulatedArm();
  }
  mallory = await HostileMember.join({ origin: site.server.origin, room: oldRoom });
  await vi.waitFor(() => expect(mallory.channels.size).toBe(2), patience);
  mallory.send({ type: "roster", version: 1, name: "Mallory", isHidden: false, probes: [] });
  await vi.waitFor(
    async () => expect(await Promise.all([anna, ben].map((page) => page.connectedPeers()))).toEqual([2, 2]),
    patience,
  );
});
afterAll(async () => {
  mallory?.close();
  await site?.close();
  cleanup();
});

/**
 * Takes all places of that room that the server gives to one address, and keeps them busy: it gives away those where
 * nothing happens.
 */
const fill = async (room: Room): Promise<readonly SignalingClient[]> => {
  const taken: SignalingClient[] = [];
  let dst: string | undefined;
  for (;;) {
    const id = makeSessionId(room.roomId, webCrypto.randomBytes);
    const place = await openSignaling(site.server, { id }).catch(() => undefined);
    if (place === undefined) return taken;
    taken.push(place);
    if (dst !== undefined) place.send({ dst, ...answerOf("dc_filler") });
    dst = id;
  }
};

/** The people who are shown as connected, by name. */
const seenBy = async (page: RoomPage): Promise<readonly string[]> =>
  (await page.report()).peers.flatMap(({ state, name }) => (state.kind === "connected" ? [name] : [])).sort();

const rememberedBy = ({ page }: RoomPage): Promise<string> => page.evaluate(() => JSON.stringify(localStorage));

describe("a member who has filled the room of a new key", () => {
  it("leads the others there", async ({ task }) => {
    const newRoom = await deriveRoom(webCrypto, makeRoomKey(webCrypto.randomBytes));
    const places = await fill(newRoom);
    const [toOne] = mallory.channels.values();
    const key = { roomKey: newRoom.roomKey, by: "a".repeat(32), isSettled: false, removed: [] };
    toOne?.send(encodeMessage([{ type: "keyProposal", ...key }]));
    tell(task, { tried: 1, "got in": places.length });
    for (const page of [anna, ben]) {
      await page.page.getByText(errorTexts["new-room-closed"].sentence).first().waitFor({ timeout: untilToldMs });
    }
    for (const page of [anna, ben]) {
      expect(new URL(page.page.url()).hash).toBe(new URL(invite).hash);
      expect((await page.report()).serverState.kind).toBe("connected");
      expect(await rememberedBy(page)).toContain(toBase64url(oldRoom.roomKey));
      expect(await rememberedBy(page)).not.toContain(toBase64url(newRoom.roomKey));
    }
    expect([await seenBy(anna), await seenBy(ben)]).toEqual([
      ["Ben", "Mallory"],
      ["Anna", "Mallory"],
    ]);
    await anna.buzz(ben);
    await ben.page.reload();
    await expect.poll(() => seenBy(ben), patience).toContain("Anna");
    await ben.buzz(anna);
    for (const place of places) place.cut();
  });
});
