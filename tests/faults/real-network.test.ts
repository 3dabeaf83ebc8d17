// What networks do, on real DataChannels: native phones whose every datagram passes a relay that loses, doubles,
// reorders and swallows it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import { now } from "../../web/platform/timers.ts";
import { tell } from "../support/case-table.ts";
import { Dice } from "../support/dice.ts";
import { expectAllHeld } from "../support/fault-verdict.ts";
import { HostileServer } from "../support/hostile-server.ts";
import { NativeFaultRoom } from "../support/native-fault-room.ts";
import { sized } from "../support/run-length.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";
import { UdpRelay } from "../support/udp-relay.ts";
import type { Way } from "../support/way.ts";

const phones = 4;
const load = { gestureEveryMs: 2_000, sampleEveryMs: 100 };
const loadedMs = sized({ short: 3_000, long: 30_000 });
const cutMs = 5_000;

describe("a network of native phones", () => {
  let server: ServerProcess;
  let signaling: HostileServer;
  let relay: UdpRelay;
  let room: NativeFaultRoom;

  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await server?.stop();
    endWebRtc();
  });
  beforeEach(async () => {
    relay = new UdpRelay(new Dice(51));
    signaling = await HostileServer.start(server);
    let onOffer = (_from: string, _to: string): void => undefined;
    signaling.relay = async (message) => {
      if (message.type === "OFFER") onOffer(message.src, message.dst);
      const rewritten = await relay.rewrite(message);
      if (rewritten !== undefined) signaling.say(rewritten.dst, rewritten);
    };
    room = await NativeFaultRoom.whole({ origin: signaling.origin, phones, seed: 51 });
    onOffer = (from, to) => room.dials.note(from, to, now());
  });
  afterEach(async () => {
    await room?.close();
    await signaling?.close();
    await relay?.close();
  });

  const everyWay = (make: (way: Way) => void): void => {
    for (const from of room.phones) {
      for (const to of room.phones) if (from !== to) make(relay.way(from.sessionId, to.sessionId));
    }
  };

  const waysOut = (): readonly Way[] => {
    const [first, ...others] = room.phones;
    return others.map((other) => relay.way(first?.sessionId ?? "", other.sessionId));
  };

  const waysIn = (): readonly Way[] => {
    const [first, ...others] = room.phones;
    return others.map((other) => relay.way(other.sessionId, first?.sessionId ?? ""));
  };

  for (const percent of sized({ short: [5, 20], long: [1, 5, 20] })) {
    it(`loses ${percent} % of real packets`, async (context) => {
      room.load(load);
      everyWay((way) => {
        way.lossShare = percent / 100;
      });
      await room.pass(loadedMs);
      expect(room.isWhole()).toBe(true);
      everyWay((way) => {
        way.lossShare = 0;
      });
      tell(context.task, { datagrams: relay.datagrams, swallowed: relay.lost });
      expect(relay.lost).toBeGreaterThan(0);
      await expectAllHeld(context, room);
    });
  }

  it("doubles one real packet in ten and lets them overtake each other by up to 300 ms", async (context) => {
    room.load(load);
    everyWay((way) => {
      way.duplicateShare = 0.1;
      way.reorderMs = 300;
    });
    await room.pass(loadedMs);
    everyWay((way) => {
      way.duplicateShare = 0;
      way.reorderMs = 0;
    });
    tell(context.task, { datagrams: relay.datagrams, swallowed: relay.lost });
    expect(relay.doubled).toBeGreaterThan(0);
    const { lost } = await expectAllHeld(context, room);
    expect(lost).toBe(0);
  });

  it("cuts one real phone off for 5 s", async (context) => {
    room.load(load);
    const ways = [...waysIn(), ...waysOut()];
    for (const way of ways) way.isCut = true;
    await room.pass(cutMs);
    for (const way of ways) way.isCut = false;
    tell(context.task, { datagrams: relay.datagrams, swallowed: relay.lost });
    const { late } = await expectAllHeld(context, room);
    expect(late).toBeGreaterThan(0);
  });

  it("cuts one real phone's way out for 5 s, and not the way in", async (context) => {
    room.load(load);
    for (const way of waysOut()) way.isCut = true;
    await room.pass(cutMs);
    for (const way of waysOut()) way.isCut = false;
    tell(context.task, { datagrams: relay.datagrams, swallowed: relay.lost });
    await expectAllHeld(context, room);
  });
});
