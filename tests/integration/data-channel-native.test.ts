import { afterAll, afterEach, describe, expect, it } from "vitest";
import { endWebRtc, installWebRtc } from "../../bench/stage/native-webrtc.ts";
import { channelContract } from "../contracts/channel-contract.ts";
import { openRtcPair, rtcHarness } from "../support/rtc-pair.ts";

installWebRtc();

const makeConnection = () => new RTCPeerConnection({ iceServers: [] });
const harness = rtcHarness(makeConnection);

afterEach(() => harness.closeAll());
afterAll(() => endWebRtc());

describe("data channel on node-datachannel", () => {
  it.each(channelContract.map((clause) => [clause.name, clause] as const))("%s", async (_, clause) => {
    await clause.run(harness);
  });

  it("should deliver what was sent right before its own close", async () => {
    const { dialer, callee } = await openRtcPair(makeConnection);
    const told: string[] = [];
    const closed = new Promise<void>((resolve) => {
      callee.listen({
        onMessage: (message) => told.push(message.join()),
        onDrain: () => undefined,
        onClose: () => resolve(),
      });
    });
    dialer.send(Uint8Array.of(7));
    dialer.close("goodbye");
    await closed;
    expect(told).toEqual(["7"]);
  });
});
