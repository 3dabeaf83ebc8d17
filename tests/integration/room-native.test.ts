// Whole gateways on native WebRTC and the real server: the handshake on real certificates, gestures over real channels,
// and books that agree.
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import { capabilities, probeClasses } from "../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeGesture } from "../../firmware-bridge/frames/payloads.ts";
import { gestureCode } from "../../firmware-bridge/gestures/gestures.ts";
import { deriveRoom, makeRoomKey, type Room } from "../../gateway/wire/room-key.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { now } from "../../web/platform/timers.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { RecordingLink } from "../support/recording-link.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";
import { unaccounted } from "../support/unaccounted.ts";

interface Phone {
  readonly session: RoomSession;
  readonly link: RecordingLink;
}

const probeInfo = {
  probeClass: probeClasses.armProbe,
  capabilities: capabilities.gestureOut | capabilities.vibrateIn,
};

let server: ServerProcess;
let room: Room;
let phones: Phone[] = [];

beforeEach(async () => {
  server = await startServer();
  room = await deriveRoom(webCrypto, makeRoomKey(webCrypto.randomBytes));
});
afterEach(async () => {
  await Promise.all(phones.map(({ session }) => session.close()));
  phones = [];
  await server.stop();
});
afterAll(() => endWebRtc());

const join = async (name: string, itsRoom = room): Promise<Phone> => {
  const session = await startNativePhone({ origin: server.origin, room: itsRoom, name });
  const link = new RecordingLink(name, probeInfo);
  await session.gateway.addProbe(link, `${name}'s arm`)?.open();
  const phone = { session, link };
  phones.push(phone);
  return phone;
};

const connectedPeers = ({ session }: Phone) => session.gateway.peers.filter(({ state }) => state.kind === "connected");

const untilWhole = () =>
  expect.poll(() => phones.every((phone) => connectedPeers(phone).length === phones.length - 1)).toBe(true);

const wave = ({ link }: Phone): void =>
  link.emit({
    kind: kinds.gesture,
    payload: encodeGesture({ gesture: gestureCode("wave"), intensity: 200 }),
    receivedAtMs: now(),
  });

const buzzes = ({ link }: Phone): number => link.written.filter(({ kind }) => kind === kinds.vibrate).length;

/** What `from` counts of `to`. */
const account = (from: Phone, to: Phone) => {
  const peer = from.session.gateway.peers.find(({ sessionId }) => sessionId === to.session.sessionId);
  if (peer === undefined) throw new Error("not a peer");
  return peer.ledger.snapshot();
};

describe("a room of native phones", () => {
  it("should let everybody's wave buzz everybody else once, and agree on every record", async () => {
    for (const name of ["Anna", "Ben", "Cleo", "Dora"]) await join(name);
    await untilWhole();
    for (const phone of phones) wave(phone);
    await expect.poll(() => phones.map(buzzes)).toEqual([3, 3, 3, 3]);
    const open = () =>
      phones.flatMap((from) =>
        phones.filter((to) => to !== from).map((to) => unaccounted(account(from, to), account(to, from))),
      );
    await expect.poll(open).toEqual(Array(12).fill(0));
    expect(phones.map(buzzes)).toEqual([3, 3, 3, 3]);
  });

  it("should keep out a peer that has the room's id without its key, and go on", async () => {
    const anna = await join("Anna");
    const ben = await join("Ben");
    await untilWhole();
    const mallory = await startNativePhone({
      origin: server.origin,
      room: { ...room, authKey: webCrypto.randomBytes(32) },
      name: "Mallory",
    });
    try {
      const turnedAway = () =>
        [anna, ben].map(
          ({ session }) => session.gateway.refusals.get("wrong-proof") ?? session.gateway.refusals.get("closed") ?? 0,
        );
      await expect.poll(() => turnedAway().every((count) => count > 0)).toBe(true);
      expect(mallory.gateway.peers).toEqual([]);
      wave(anna);
      await expect.poll(() => buzzes(ben)).toBe(1);
      expect([anna, ben].map((phone) => connectedPeers(phone).length)).toEqual([1, 1]);
    } finally {
      await mallory.close();
    }
  });
});
