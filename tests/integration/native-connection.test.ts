// What native connections do as browsers do, and libdatachannel alone does not.
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { endWebRtc, installWebRtc } from "../../bench/stage/native-webrtc.ts";

installWebRtc();

const connections: RTCPeerConnection[] = [];
const connect = (): RTCPeerConnection => {
  const connection = new RTCPeerConnection({ iceServers: [] });
  connections.push(connection);
  return connection;
};

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});
afterAll(() => endWebRtc());

/** An offer, and a first candidate of it. */
const offerFrom = async (dialer: RTCPeerConnection) => {
  const gathered = new Promise<RTCIceCandidate>((resolve) => {
    dialer.onicecandidate = ({ candidate }) => candidate && resolve(candidate);
  });
  dialer.createDataChannel("offered");
  return { offer: await dialer.createOffer(), candidate: await gathered };
};

describe("a native connection", () => {
  it("should keep a candidate that comes before its description until that is there", async () => {
    const [dialer, callee] = [connect(), connect()];
    const { offer, candidate } = await offerFrom(dialer);
    const opened = new Promise<RTCDataChannel>((resolve) => {
      callee.ondatachannel = ({ channel }) => resolve(channel);
    });
    await callee.addIceCandidate(candidate);
    expect(callee.remoteDescription?.sdp ?? "").not.toContain("a=candidate:");
    await callee.setRemoteDescription(offer);
    expect(callee.remoteDescription?.sdp).toContain(candidate.candidate);
    await dialer.setRemoteDescription(await callee.createAnswer());
    expect((await opened).label).toBe("offered");
  });

  it("should ignore a candidate that comes after its end", async () => {
    const [dialer, callee] = [connect(), connect()];
    const { offer, candidate } = await offerFrom(dialer);
    await callee.setRemoteDescription(offer);
    callee.close();
    expect(callee.signalingState).toBe("closed");
    await expect(callee.addIceCandidate(candidate)).resolves.toBeUndefined();
  });

  it("should say that a data channel which it has closed is closed when the other end has heard of it", async () => {
    const [dialer, callee] = [connect(), connect()];
    for (const [from, to] of [
      [dialer, callee],
      [callee, dialer],
    ] as const)
      from.onicecandidate = ({ candidate }) => void to.addIceCandidate(candidate ?? undefined);
    const pipe = dialer.createDataChannel("closed at once");
    const said: string[] = [];
    callee.ondatachannel = ({ channel }) => {
      channel.onmessage = () => said.push("goodbye heard");
      channel.onclose = () => {
        said.push("close heard");
        callee.close();
      };
    };
    const opened = new Promise<void>((resolve) => {
      pipe.onopen = () => resolve();
    });
    const closed = new Promise<void>((resolve) => {
      pipe.onclose = () => {
        said.push("closed");
        resolve();
      };
    });
    const offer = await dialer.createOffer();
    await callee.setRemoteDescription(offer);
    await dialer.setRemoteDescription(await callee.createAnswer());
    await opened;
    pipe.send("goodbye");
    pipe.close();
    await closed;
    expect(said).toEqual(["goodbye heard", "close heard", "closed"]);
  });
});
