// A room of native phones on the real server that changes its key: those who stay are whole again with their bands,
// whichever pressed, and also when two press at once; a removed phone stays outside.
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import { toHex } from "../../firmware-bridge/frames/bytes.ts";
import { deriveRoom, makeRoomKey, type Room } from "../../gateway/wire/room-key.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { MovingPhone } from "../support/moving-phone.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";

const patience = { interval: 50 };

let server: ServerProcess;
let room: Room;
let phones: MovingPhone[] = [];

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

const join = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) phones.push(await MovingPhone.join({ origin: server.origin, room, name }));
  await untilWhole(phones);
};

const untilWhole = (members: readonly MovingPhone[]) =>
  expect
    .poll(() => members.map(({ companions }) => companions.length), patience)
    .toEqual(members.map(() => members.length - 1));

const roomIds = (members: readonly MovingPhone[]): ReadonlySet<string> =>
  new Set(members.map((phone) => phone.room.roomId));

describe("a room of native phones that changes its key", () => {
  it("should be whole again without the removed, and let their waves reach nobody", async () => {
    await join("Anna", "Ben", "Cleo", "Mallory");
    const [anna, ben, cleo, mallory] = phones;
    if (!anna || !ben || !cleo || !mallory) throw new Error("four have joined");
    ben.changeRoomKey([mallory.session.gateway.id]);
    const stayers = [anna, ben, cleo];
    await expect.poll(() => stayers.map(({ changes }) => changes.length), patience).toEqual([1, 1, 1]);
    await untilWhole(stayers);
    expect(roomIds(stayers).size).toBe(1);
    expect(roomIds([anna, mallory]).size).toBe(2);
    await expect.poll(() => mallory.count("removed"), patience).toBe(3);
    mallory.wave();
    anna.wave();
    await expect.poll(() => [ben.buzzes, cleo.buzzes], patience).toEqual([1, 1]);
    expect([anna.buzzes, mallory.buzzes, mallory.companions.length]).toEqual([0, 0, 0]);
    expect(stayers.map((phone) => phone.count("peer-gone"))).toEqual([0, 0, 0]);
  });

  it("should come to one key when two change it at the same moment", async () => {
    await join("Anna", "Ben", "Cleo");
    const [anna, ben] = phones;
    anna?.changeRoomKey([]);
    ben?.changeRoomKey([]);
    await expect.poll(() => phones.map(({ changes }) => changes.length), patience).toEqual([1, 1, 1]);
    // A phone has settled before it has entered.
    const rooms = () => phones.map((phone) => toHex(phone.room.roomKey));
    await expect
      .poll(rooms, patience)
      .toEqual(phones.map(({ changes }) => toHex(changes[0]?.roomKey ?? new Uint8Array())));
    await untilWhole(phones);
    expect(new Set(phones.flatMap(({ changes }) => changes.map(({ roomKey }) => toHex(roomKey)))).size).toBe(1);
    expect(roomIds(phones).size).toBe(1);
  });
});
