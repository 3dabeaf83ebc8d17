// The server is gone, and two phones have lost each other: a third, that both are connected to, brings them together
// again. Whole gateways on native WebRTC.
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { deriveRoom, makeRoomKey, type Room } from "../../gateway/wire/room-key.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { filteredChannel, framesOf } from "../support/filtered-channel.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";
import { unaccounted } from "../support/unaccounted.ts";

let server: ServerProcess;
let room: Room;
let phones: RoomSession[] = [];

beforeEach(async () => {
  server = await startServer();
  room = await deriveRoom(webCrypto, makeRoomKey(webCrypto.randomBytes));
});
afterEach(async () => {
  await Promise.all(phones.map((phone) => phone.close()));
  phones = [];
  await server.stop();
});
afterAll(() => endWebRtc());

const join = async (name: string, wrapChannel = (channel: Channel): Channel => channel): Promise<RoomSession> => {
  const phone = await startNativePhone({ origin: server.origin, room, name, wrapChannel });
  phones.push(phone);
  return phone;
};

const peerOf = (phone: RoomSession, other: RoomSession): Peer => {
  const peer = phone.gateway.peers.find(({ sessionId }) => sessionId === other.sessionId);
  if (peer === undefined) throw new Error("not a peer");
  return peer;
};

const isWhole = (): boolean =>
  phones.every(({ gateway }) => gateway.heldSessionIds().length === phones.length - 1) &&
  phones.every(({ gateway }) => gateway.peers.every(({ state, name }) => state.kind === "connected" && name !== ""));

const untilWhole = (): Promise<void> => expect.poll(isWhole, { interval: 20 }).toBe(true);

const withoutServer = async (): Promise<void> => {
  await server.kill("SIGKILL");
  await expect.poll(() => phones.every(({ serverState }) => serverState.kind === "away")).toBe(true);
};

const cut = async (a: RoomSession, b: RoomSession): Promise<void> => {
  peerOf(a, b).channel?.close("cut by the test");
  const areApart = () => [peerOf(a, b), peerOf(b, a)].every(({ channel }) => channel === undefined);
  await expect.poll(areApart, { interval: 5 }).toBe(true);
};

const signaledBy = (a: RoomSession, b: RoomSession) =>
  [peerOf(a, b), peerOf(b, a)].map((peer) => peer.channel?.signaledBy);

describe("native phones without their server", () => {
  it("should find each other again through a neighbour, and account for every record", async () => {
    const [anna, ben, cleo] = [await join("Anna"), await join("Ben"), await join("Cleo")];
    await untilWhole();
    anna.gateway.buzz("all", "short");
    await withoutServer();
    const channels = () => [peerOf(anna, cleo).channel, peerOf(ben, cleo).channel];
    const uncut = channels();
    await cut(anna, ben);
    anna.gateway.buzz("all", "short");
    await untilWhole();
    expect(signaledBy(anna, ben)).toEqual(["neighbour", "neighbour"]);
    channels().forEach((channel, i) => void expect(channel).toBe(uncut[i]));
    for (const phone of phones) phone.gateway.buzz("all", "short");
    const delivered = () => [peerOf(anna, ben), peerOf(ben, anna)].map(({ ledger }) => ledger.snapshot().delivered);
    await expect.poll(delivered).toEqual([1, 2]);
    const open = () =>
      phones.flatMap((from) =>
        phones
          .filter((to) => to !== from)
          .map((to) => unaccounted(peerOf(from, to).ledger.snapshot(), peerOf(to, from).ledger.snapshot())),
      );
    await expect.poll(open).toEqual(Array(6).fill(0));
    expect(
      phones.flatMap(({ gateway }) => [...gateway.refusals, ...gateway.peers.flatMap((peer) => [...peer.refusals])]),
    ).toEqual([]);
  });

  it("should go round a neighbour that carries nothing, as a page of an earlier version does", async () => {
    let deaf: string | undefined;
    /** The first of all neighbours that are asked gets nothing. */
    const deafen = (channel: Channel): Channel =>
      filteredChannel(channel, (message) => {
        if (framesOf(message).every(({ type }) => type !== "neighbourOffer")) return true;
        deaf ??= channel.localSessionId;
        return deaf !== channel.localSessionId;
      });
    const [anna, ben] = [await join("Anna"), await join("Ben")];
    for (const name of ["Cleo", "Dora"]) await join(name, deafen);
    await untilWhole();
    await withoutServer();
    await cut(anna, ben);
    await untilWhole();
    expect(deaf).toBeDefined();
    expect(signaledBy(anna, ben)).toEqual(["neighbour", "neighbour"]);
  });
});
