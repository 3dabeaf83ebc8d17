// A page with the room key is let in, but only as itself: a real page, a native phone that it knows, and a second
// one that claims to be the first. Liar and page take turns in dialling, because each role has a proof of its own to
// give and to check.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import type { IdentityKey } from "../../gateway/basics/runtime.ts";
import type { Room } from "../../gateway/wire/room-key.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { identityKeyOf, makeIdentityKeyPair } from "../../web/platform/web-crypto.ts";
import { tell } from "../support/case-table.ts";
import { untilFelt } from "../support/felt-within.ts";
import { figuresOfPages } from "../support/renderer-process.ts";
import type { RoomPage } from "../support/room-page.ts";
import { inviteSomebody, openSite, type Site } from "../support/site.ts";

const patience = { interval: 100 };
const epoch = 7;

let site: Site;
let room: Room;
let invite: string;
let page: RoomPage;
let tomsKey: IdentityKey;
/** How often Tom, whose identity is true, lost a channel. */
let tomsLosses: number;
let phones: RoomSession[] = [];

beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
  endWebRtc();
});

beforeEach(async () => {
  ({ page, room, invite } = await inviteSomebody(site, "Vera"));
  tomsKey = await makeKey();
  tomsLosses = 0;
});
afterEach(async () => {
  for (const phone of phones) await phone.close();
  phones = [];
  await page.close();
});

const makeKey = async (): Promise<IdentityKey> => identityKeyOf(await makeIdentityKeyPair());

const join = async (name: string, claim: { identity: IdentityKey; epoch: number }): Promise<RoomSession> => {
  const phone = await startNativePhone({
    origin: site.server.origin,
    room,
    name,
    ...claim,
    onEvent: ({ kind }) => {
      if (name === "Tom" && kind === "peer-gone") tomsLosses++;
    },
  });
  phones.push(phone);
  await expect.poll(() => phone.serverState.kind, patience).toBe("connected"); // From here on newcomers see it in the list.
  return phone;
};

const joinAsTom = (): Promise<RoomSession> => join("Tom", { identity: tomsKey, epoch });

const peers = async () =>
  (await page.report()).peers.map(({ sessionId, epoch, state }) => ({ sessionId, epoch, state: state.kind }));

const expectConnectedTo = ({ sessionId }: RoomSession, itsEpoch: number): Promise<void> =>
  expect.poll(peers, patience).toEqual([{ sessionId, epoch: itsEpoch, state: "connected" }]);

const expectRefused = (reason: string): Promise<void> =>
  expect.poll(async () => (await page.report()).refusals[reason] ?? 0, patience).toBeGreaterThanOrEqual(1);

/** Tom never lost the page, and what he says still arrives. */
const expectUndisturbed = async (tom: RoomSession, liar: RoomSession): Promise<void> => {
  await untilFelt(
    () => tom.gateway.buzz("all", "short"),
    () => page.taken(),
  );
  await expectConnectedTo(tom, epoch);
  expect(tomsLosses).toBe(0);
  expect(liar.gateway.peers).toEqual([]);
  expect(page.problems).toEqual([]);
};

describe("another's identity", () => {
  /** Tom's public key, which everybody in the room has seen, and a private one that is not Tom's. */
  const joinAsLiar = async (): Promise<RoomSession> => {
    const { sign } = await makeKey();
    return join("Liar", { identity: { ...tomsKey, sign }, epoch: epoch + 1 });
  };

  it("should not be granted to a dialer without its private key", async ({ task }) => {
    const tom = await joinAsTom();
    await page.join(invite);
    await expectConnectedTo(tom, epoch);
    const liar = await joinAsLiar();
    await expectRefused("wrong-signature");
    await expectUndisturbed(tom, liar);
    tell(task, { tried: "Tom's public key", "got in": "no", ...(await figuresOfPages(site.browser)) });
  });

  it("should not be granted to a peer that the page dials, either", async ({ task }) => {
    const tom = await joinAsTom();
    const liar = await joinAsLiar();
    await page.join(invite);
    await expectConnectedTo(tom, epoch);
    await expectRefused("wrong-signature");
    await expectUndisturbed(tom, liar);
    tell(task, { tried: "Tom's public key", "got in": "no", ...(await figuresOfPages(site.browser)) });
  });
});

describe("another epoch of the same key", () => {
  it("should be refused when it is older than the one that the page knows", async ({ task }) => {
    const tom = await joinAsTom();
    await page.join(invite);
    await expectConnectedTo(tom, epoch);
    const ghost = await join("Ghost", { identity: tomsKey, epoch: epoch - 1 });
    await expectRefused("stale-epoch");
    await expectUndisturbed(tom, ghost);
    tell(task, { tried: "epoch 6 of 7", "got in": "no", ...(await figuresOfPages(site.browser)) });
  });

  it("should take the place of the one that the page knows when it is newer", async ({ task }) => {
    const tom = await joinAsTom();
    await page.join(invite);
    await expectConnectedTo(tom, epoch);
    const reloaded = await join("Tom, reloaded", { identity: tomsKey, epoch: epoch + 1 });
    await expectConnectedTo(reloaded, epoch + 1);
    expect(page.problems).toEqual([]);
    tell(task, { tried: "epoch 8 of 7", "got in": "yes, by its key", ...(await figuresOfPages(site.browser)) });
  });
});
