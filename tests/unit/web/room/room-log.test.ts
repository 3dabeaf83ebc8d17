import { beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { buttonActions, encodeButton } from "../../../../firmware-bridge/frames/payloads.ts";
import type { Gateway } from "../../../../gateway/gateway.ts";
import type { GatewayEvent } from "../../../../gateway/gateway-events.ts";
import type { Peer } from "../../../../gateway/peers/peer.ts";
import type { OwnProbe } from "../../../../gateway/probes/own-probe.ts";
import type { RosterProbe } from "../../../../gateway/wire/roster.ts";
import { LogBook } from "../../../../web/room/log-book.ts";
import { NoticeBoard } from "../../../../web/room/notice-board.ts";
import { refusalTexts } from "../../../../web/room/refusals.ts";
import { RoomLog } from "../../../../web/room/room-log.ts";

const arm: RosterProbe = { index: 1, probeClass: 1, capabilities: 0, isConnected: true, name: "Right arm" };
const band = { index: 1 } as OwnProbe;
const peerNamed = (name: string) => ({ gatewayId: `id of ${name}`, name }) as Peer;

describe("RoomLog", () => {
  let log: LogBook;
  let notices: NoticeBoard;
  let roomLog: RoomLog;

  beforeEach(() => {
    log = new LogBook(() => new Date(0));
    notices = new NoticeBoard();
    const gateway = { peers: [peerNamed("Mira"), peerNamed("")], probeName: () => "My band" } as unknown as Gateway;
    roomLog = new RoomLog({ log, notices, gateway: () => gateway });
  });

  const saidOf = (event: GatewayEvent): readonly string[] => {
    roomLog.onEvent(event);
    return log.lines.value.map(({ text }) => text);
  };

  it("should note that a button was pressed, and nothing of its release", () => {
    for (const action of [buttonActions.pressed, buttonActions.held, buttonActions.released]) {
      const payload = encodeButton({ button: 0, action });
      const record = { probe: arm.index, kind: kinds.button, sequence: 0, timeUs: 0, lifetimeMs: 0, payload };
      roomLog.onEvent({ kind: "peer-record", peer: peerNamed("Mira"), probe: arm, record });
    }
    expect(log.lines.value.map(({ text }) => text)).toEqual(["Mira: button"]);
  });

  it.each([
    ["a gesture", { kind: "peer-gesture", peer: peerNamed(" "), probe: arm, gesture: "wave" }, "Somebody: wave"],
    ["coming", { kind: "peer-joined", peer: peerNamed("") }, "Somebody is connected"],
    ["going", { kind: "peer-gone", peer: peerNamed(""), how: "lost" }, "Somebody is gone"],
    [
      "a buzz",
      { kind: "response", gatewayId: "id of ", cause: { probe: 0, sequence: 0 }, probe: band, response: "written" },
      "My band buzzed, from Somebody",
    ],
  ] as const)("should call who has no name somebody: %s", (_, event, said) => {
    expect(saidOf(event)).toEqual([said]);
  });

  it("should raise a notice where the person has to know at once, and only there", () => {
    expect(saidOf({ kind: "refused", reason: "timeout" })).toEqual([refusalTexts.timeout]);
    expect(notices.notices.value).toEqual([]);
    roomLog.onEvent({ kind: "refused", reason: "not-safe" });
    expect(notices.notices.value).toHaveLength(1);
  });
});
