// Two `DataChannel`s on a real connection within one process or page, with signaling by function call; and the harness
// of the channel contract over them. The RTCPeerConnection is handed in: the browser's, or node-datachannel's.
import { DataChannel } from "../../web/mesh/data-channel.ts";
import { schedule } from "../../web/platform/timers.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import type { ChannelHarness } from "../contracts/channel-contract.ts";

export interface RtcPair {
  readonly dialer: DataChannel;
  readonly callee: DataChannel;
  readonly connections: readonly [RTCPeerConnection, RTCPeerConnection];
}

export interface RtcPairOptions {
  /**
   * The dialer has spoken first, as in the product. On a busy machine Chromium keeps what a callee sends before it has
   * heard anything to itself, in one of twenty, until it sends more (measured with version 156).
   */
  readonly isGreeted?: boolean;
}

/**
 * One in a hundred native dials fails in libdatachannel's handshake, at both ends at once (measured): a page dials
 * again then, and so does a pair.
 */
const mostDials = 5;

/** @throws Error when every dial ended before its channel was open */
export const openRtcPair = async (
  makeConnection: () => RTCPeerConnection,
  options: RtcPairOptions = {},
): Promise<RtcPair> => {
  for (let dial = 1; dial <= mostDials; dial++) {
    const pair = await dialOnce([makeConnection(), makeConnection()], options);
    if (pair !== undefined) return pair;
  }
  throw new Error(`none of ${mostDials} dials came to a channel`);
};

/** undefined: a connection ended before both ends had the channel. */
const dialOnce = async (
  connections: readonly [RTCPeerConnection, RTCPeerConnection],
  { isGreeted = false }: RtcPairOptions,
): Promise<RtcPair | undefined> => {
  const [here, there] = connections;
  // A candidate may be sent only to an end that has the description that it belongs to; what comes too early waits for
  // `described`.
  const described = { here: promiseOf<void>(), there: promiseOf<void>() };
  here.onicecandidate = ({ candidate }) => void described.there.promise.then(() => addTo(there, candidate));
  there.onicecandidate = ({ candidate }) => void described.here.promise.then(() => addTo(here, candidate));
  const ended = promiseOf<undefined>();
  for (const connection of connections)
    connection.addEventListener("connectionstatechange", () => {
      if (connection.connectionState === "failed" || connection.connectionState === "closed") ended.resolve(undefined);
    });
  const pipe = here.createDataChannel("contract", { ordered: false });
  const opened = promiseOf<void>();
  pipe.onopen = () => {
    if (isGreeted) pipe.send(Uint8Array.of(0));
    opened.resolve();
  };
  const accepted = promiseOf<DataChannel>();
  there.ondatachannel = ({ channel }) => {
    const accept = (): void => accepted.resolve(wrap(channel, there, "callee", "dialer", "them"));
    if (isGreeted) channel.addEventListener("message", accept, { once: true });
    else accept();
  };

  const offer = await here.createOffer();
  await here.setLocalDescription(offer);
  await there.setRemoteDescription(offer);
  described.there.resolve();
  const answer = await there.createAnswer();
  await there.setLocalDescription(answer);
  await here.setRemoteDescription(answer);
  described.here.resolve();
  const both = await Promise.race([Promise.all([accepted.promise, opened.promise]), ended.promise]);
  if (both !== undefined) return { dialer: wrap(pipe, here, "dialer", "callee", "us"), callee: both[0], connections };
  for (const connection of connections) connection.close();
  return undefined;
};

/** Pairs that a clause leaves open are closed by `closeAll`. */
export const rtcHarness = (
  makeConnection: () => RTCPeerConnection,
  options: RtcPairOptions = {},
): ChannelHarness & { closeAll(): void } => {
  const pairs: RtcPair[] = [];
  return {
    openPair: async () => {
      const pair = await openRtcPair(makeConnection, options);
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
