// Two `DataChannel`s on a real connection within one process or page, with signaling by function call; and the harness of the channel
// contract over them. The RTCPeerConnection is handed in: the browser's, or node-datachannel's.
import { DataChannel } from "../../web/mesh/data-channel.ts";
import { schedule } from "../../web/mesh/timers.ts";
import { webCrypto } from "../../web/mesh/web-crypto.ts";
import type { ChannelHarness } from "../contracts/channel-contract.ts";

export interface RtcPair {
  readonly dialer: DataChannel;
  readonly callee: DataChannel;
  readonly connections: readonly [RTCPeerConnection, RTCPeerConnection];
}

export const openRtcPair = async (makeConnection: () => RTCPeerConnection): Promise<RtcPair> => {
  const [here, there] = [makeConnection(), makeConnection()];
  // A candidate may be told only to who has the description that it belongs to; what comes too early waits for `described`.
  const described = { here: promiseOf<void>(), there: promiseOf<void>() };
  here.onicecandidate = ({ candidate }) => void described.there.promise.then(() => addTo(there, candidate));
  there.onicecandidate = ({ candidate }) => void described.here.promise.then(() => addTo(here, candidate));
  const pipe = here.createDataChannel("contract", { ordered: false });
  // The dialer speaks first, as in the product. A callee who has heard nothing yet may speak to nobody: on a busy machine Chromium keeps what it sends
  // to itself, in one of twenty, until it sends more (measured with version 156).
  pipe.onopen = () => pipe.send(Uint8Array.of(0));
  const accepted = promiseOf<RTCDataChannel>();
  there.ondatachannel = ({ channel }) =>
    channel.addEventListener("message", () => accepted.resolve(channel), { once: true });

  const offer = await here.createOffer();
  await here.setLocalDescription(offer);
  await there.setRemoteDescription(offer);
  described.there.resolve();
  const answer = await there.createAnswer();
  await there.setLocalDescription(answer);
  await here.setRemoteDescription(answer);
  described.here.resolve();
  const callee = wrap(await accepted.promise, there, "callee", "dialer", "them");
  return { dialer: wrap(pipe, here, "dialer", "callee", "us"), callee, connections: [here, there] };
};

/** Pairs that a clause leaves open are closed by `closeAll`. */
export const rtcHarness = (makeConnection: () => RTCPeerConnection): ChannelHarness & { closeAll(): void } => {
  const pairs: RtcPair[] = [];
  return {
    openPair: async () => {
      const pair = await openRtcPair(makeConnection);
      pairs.push(pair);
      return pair;
    },
    wait: (ms) => new Promise((passed) => schedule(ms, () => passed())),
    closeAll: () => {
      for (const { connections } of pairs.splice(0)) for (const connection of connections) connection.close();
    },
  };
};

const wrap = (
  pipe: RTCDataChannel,
  connection: RTCPeerConnection,
  localSessionId: string,
  remoteSessionId: string,
  dialedBy: "us" | "them",
): DataChannel =>
  new DataChannel({
    pipe,
    connection,
    localSessionId,
    remoteSessionId,
    dialedBy,
    signaledBy: "neighbour",
    sha256: webCrypto.sha256,
    schedule,
    onReleased: () => undefined,
  });

const addTo = async (connection: RTCPeerConnection, candidate: RTCIceCandidate | null): Promise<void> => {
  if (candidate !== null && connection.signalingState !== "closed") await connection.addIceCandidate(candidate);
};

const promiseOf = <T>(): { promise: Promise<T>; resolve: (value: T) => void } => {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
};
