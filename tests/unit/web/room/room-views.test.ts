import { beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { encodeBattery } from "../../../../firmware-bridge/frames/payloads.ts";
import type { Gateway } from "../../../../gateway/gateway.ts";
import type { Peer } from "../../../../gateway/peers/peer.ts";
import { noTraffic } from "../../../../gateway/records/traffic.ts";
import type { RosterProbe } from "../../../../gateway/wire/roster.ts";
import { RoomViews } from "../../../../web/room/room-views.ts";
import { FakeTime } from "../../../support/fake-time.ts";

const arm: RosterProbe = { index: 1, probeClass: 1, capabilities: 0, isConnected: true, name: "Right arm" };

describe("room views", () => {
  let time: FakeTime;
  let views: RoomViews;
  let mira: { gatewayId: string; name: string; isHidden: boolean; probes: readonly RosterProbe[] };
  let people: (typeof mira)[];
  let pendingDials: Set<string>;

  beforeEach(() => {
    time = new FakeTime(1_000);
    views = new RoomViews({
      now: time.now,
      schedule: time.schedule,
      originOf: () => "bluetooth",
    });
    mira = { gatewayId: "ab".repeat(16), name: "Mira", isHidden: false, probes: [arm] };
    people = [mira];
    pendingDials = new Set();
    // As much of a gateway as is shown here: the people in the room.
    const gateway = {
      probes: [],
      get peers() {
        return people.map((person) => ({ ...person, state: { kind: "connected" }, wants: () => false }));
      },
      isMuted: () => false,
      isBeingRemoved: () => false,
      traffic: () => noTraffic,
      refusals: new Map(),
    };
    views.enter({ gateway: gateway as unknown as Gateway, pendingDials });
  });

  const record = (kind: number, payload: Uint8Array): void =>
    views.onEvent({
      kind: "peer-record",
      peer: mira as unknown as Peer,
      probe: arm,
      record: { probe: arm.index, kind, sequence: 0, timeUs: 0, lifetimeMs: 0, payload },
    });
  const shown = async () => {
    views.refreshSoon();
    await time.advance(1_000);
    return views.peers.value[0];
  };

  it("should forget the battery of a probe that is not named any more", async () => {
    record(kinds.battery, encodeBattery({ percent: 70, isCharging: false }));
    expect((await shown())?.probes[0]?.batteryPercent).toBe(70);
    mira.probes = [];
    await shown();
    mira.probes = [arm];
    expect((await shown())?.probes[0]?.batteryPercent).toBeUndefined();
  });

  it("should forget the gesture of a person who is not there any more", async () => {
    views.onEvent({ kind: "peer-gesture", peer: mira as unknown as Peer, probe: arm, gesture: "wave" });
    expect((await shown())?.lastGesture?.name).toBe("wave");
    people = [];
    await shown();
    people = [mira];
    expect((await shown())?.lastGesture).toBeUndefined();
  });

  it("should say whose page is in the background", async () => {
    mira.isHidden = true;
    expect((await shown())?.isHidden).toBe(true);
  });

  it("should show a person who is dialled for the first time as connecting", async () => {
    people = [];
    pendingDials.add("a session");
    expect(await shown()).toMatchObject({ name: "Somebody", state: { kind: "connecting" } });
  });
});
