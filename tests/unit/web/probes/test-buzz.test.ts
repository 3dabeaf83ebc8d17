import { beforeEach, describe, expect, it } from "vitest";
import type { WriteOutcome } from "../../../../firmware-bridge/devices/device-link.ts";
import { Gateway } from "../../../../gateway/gateway.ts";
import { defaultRules } from "../../../../gateway/probes/rules.ts";
import { defaultWearerLimits } from "../../../../gateway/probes/wearer-limits.ts";
import { BusyTime } from "../../../../web/platform/busy-time.ts";
import { webCrypto } from "../../../../web/platform/web-crypto.ts";
import { ProbeActions } from "../../../../web/probes/probe-actions.ts";
import { ProbeOrigins } from "../../../../web/probes/probe-origins.ts";
import { LogBook } from "../../../../web/room/log-book.ts";
import { NoticeBoard } from "../../../../web/room/notice-board.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";
import { nodeIdentity } from "../../../support/node-crypto.ts";
import { RecordingLink } from "../../../support/recording-link.ts";

class AnsweringLink extends RecordingLink {
  outcome: WriteOutcome = { kind: "written", atMs: 0 };

  override async write(): Promise<WriteOutcome> {
    return this.outcome;
  }
}

describe("Test buzz", () => {
  let actions: ProbeActions;
  let link: AnsweringLink;
  let gateway: Gateway;
  let log: LogBook;
  let notices: NoticeBoard;

  beforeEach(async () => {
    const time = new FakeTime();
    const never = (): void => undefined;
    gateway = new Gateway({
      now: time.now,
      monotonicNow: time.now,
      wallNow: time.now,
      schedule: time.schedule,
      crypto: webCrypto,
      identity: nodeIdentity(),
      epoch: 1,
      roomKey: new Uint8Array(16),
      authKey: new Uint8Array(32),
      name: "Ben",
      rules: defaultRules,
      limits: { ...defaultWearerLimits, isMuted: true }, // A wearer may always test their own band.
      onEvent: never,
      onMembers: never,
      onNeighbourFrame: never,
      onSessionOver: never,
      onHoldOff: never,
    });
    link = new AnsweringLink();
    log = new LogBook(() => new Date(0));
    notices = new NoticeBoard();
    const none = async () => "chooser-cancelled" as const;
    const origins = new ProbeOrigins({ bluetooth: none, phone: none, simulated: none }, new BusyTime(time.now));
    actions = new ProbeActions({ origins, notices, log, gateway: () => gateway, freeSlots: () => 7 });
    await gateway.addProbe(link, "Left band")?.open();
  });

  const test = async (outcome: WriteOutcome): Promise<void> => {
    link.outcome = outcome;
    await actions.testBuzz(gateway.probes[0]?.index ?? 0);
    await settle();
  };
  const said = () => [log.lines.value.at(-1)?.text, ...notices.notices.value.map(({ code }) => code)];

  it("should leave it to the band to report a buzz that is felt", async () => {
    await test({ kind: "written", atMs: 0 });
    expect(said()).toEqual([undefined]);
  });

  it.each([
    [{ kind: "failed", failure: "link-timeout" }, "link-timeout"],
    [{ kind: "failed", failure: "link-lost" }, "link-lost"],
    [{ kind: "failed", failure: "link-busy" }, "link-busy"],
    [{ kind: "failed", failure: "not-supported-by-probe" }, "not-supported-by-probe"],
    [{ kind: "expired" }, "test-buzz-too-late"],
    [{ kind: "superseded" }, "test-buzz-replaced"],
  ] as const)("should say so when the write ended as %j", async (outcome, code) => {
    await test(outcome);
    expect(said()).toEqual(["Left band did not get the test buzz", code]);
    expect(notices.notices.value[0]?.subjects).toEqual(["Left band"]);
  });

  it("should say so when the band cannot vibrate", async () => {
    Object.assign(link, { info: { probeClass: 1, capabilities: 0 } });
    await test({ kind: "written", atMs: 0 });
    expect(said()).toEqual(["Left band did not get the test buzz", "not-supported-by-probe"]);
  });

  it("should take the notice back with the next one that is felt", async () => {
    await test({ kind: "expired" });
    await test({ kind: "written", atMs: 0 });
    expect(notices.notices.value).toEqual([]);
  });
});
