// More data channels on a connection than the product would ever open: for a test that has whoever is native in its
// process break that rule.
import { loadPeerJs } from "../../bench/stage/native-webrtc.ts";

export interface NativeConnections {
  /** By PeerJS, in this process, oldest first. */
  readonly made: readonly RTCPeerConnection[];
  /** PeerJS makes its own again. */
  release(): void;
}

/** Writes down every connection that PeerJS makes in this process from now on. */
export const watchNativeConnections = (): NativeConnections => {
  loadPeerJs(); // Which puts its own class in place.
  const Native = globalThis.RTCPeerConnection;
  const made: RTCPeerConnection[] = [];
  globalThis.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      made.push(this);
    }
  };
  return {
    made,
    release: () => {
      globalThis.RTCPeerConnection = Native;
    },
  };
};

/** As large as the other end's browser takes a message, far above what a gateway does. */
export const extraMessageBytes = 60_000;
const extraMessage = new Uint8Array(extraMessageBytes);
/** Waiting in one channel at a time: enough to keep the network busy. */
const maxBufferedBytes = 500_000;

export interface ExtraChannels {
  readonly channels: readonly RTCDataChannel[];
  /** Whether the other end still has at least one open. */
  isAnyOpen(): boolean;
  /** Fills all that are open. */
  flood(): void;
}

/** Opens so many more on a connection that is there already, whichever end dialled it. */
export const openExtraChannels = (connection: RTCPeerConnection, count: number): ExtraChannels => {
  const channels: RTCDataChannel[] = [];
  unlessItEnds(() => {
    while (channels.length < count) channels.push(connection.createDataChannel("extra", { ordered: false }));
  });
  const open = (): readonly RTCDataChannel[] => channels.filter(({ readyState }) => readyState === "open");
  return {
    channels,
    isAnyOpen: () => open().length > 0,
    flood: () => {
      for (const channel of open())
        if (channel.bufferedAmount < maxBufferedBytes) unlessItEnds(() => channel.send(extraMessage));
    },
  };
};

/**
 * A connection that the other end closes this very moment throws at whoever still uses it, which is no fault of the
 * test.
 */
const unlessItEnds = (use: () => void): boolean => {
  try {
    use();
    return true;
  } catch {
    return false;
  }
};
