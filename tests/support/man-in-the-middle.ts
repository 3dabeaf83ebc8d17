// The attack that only the handshake can see: whoever does the signaling answers every dial himself, dials the other page in the dialer's
// name, and carries each message across. Both connections are sound; their certificates are his own.
import { type DataChannel, PeerConnection } from "node-datachannel";
import { decodeMessage } from "../../gateway/decode-message.ts";
import { encodeMessage } from "../../gateway/encode-message.ts";
import type { FrameType, Proof } from "../../gateway/frame-types.ts";
import type { CandidatePayload, OfferPayload } from "../../gateway/signaling-message.ts";
import type { RelayedMessage } from "./hostile-server.ts";

/** Which certificates his descriptions name: a page may be told the other page's too, before or after his own. */
export type Forgery = "own-alone" | "true-first" | "true-last";

/** A page that he pretends to be the other one for. */
interface Side {
  readonly sessionId: string;
  readonly connection: PeerConnection;
  /** Once it is open. */
  readonly channel: Promise<DataChannel>;
}

interface Dial {
  readonly offer: OfferPayload;
  readonly dialer: Side;
  readonly callee: Side;
}

export interface ManInTheMiddleOptions {
  readonly say: (sessionId: string, message: Omit<RelayedMessage, "dst">) => void;
  readonly forgery: Forgery;
}

export class ManInTheMiddle {
  /** Frames that he carried from one page to the other. */
  readonly carried: FrameType[] = [];
  readonly #options: ManInTheMiddleOptions;
  /** By connection id. */
  readonly #dials = new Map<string, Dial>();

  constructor(options: ManInTheMiddleOptions) {
    this.#options = options;
  }

  /** How many dials he stepped into. */
  get dials(): number {
    return this.#dials.size;
  }

  /** In place of handing it on. */
  receive({ type, src, dst, payload }: RelayedMessage): void {
    if (type === "OFFER") return void this.#step(src, dst, payload as OfferPayload);
    const { connectionId, ...rest } = payload as CandidatePayload & OfferPayload;
    const dial = this.#dials.get(connectionId);
    if (dial === undefined) return;
    const { connection } = src === dial.callee.sessionId ? dial.callee : dial.dialer;
    if (type === "CANDIDATE") connection.addRemoteCandidate(rest.candidate.candidate, rest.candidate.sdpMid ?? "0");
    else if (type === "ANSWER") void this.#answer(dial, rest.sdp.sdp);
  }

  close(): void {
    for (const { dialer, callee } of this.#dials.values()) {
      dialer.connection.close();
      callee.connection.close();
    }
  }

  /** Calls the callee; the dialer has to wait for the answer, because it may have to name the callee's certificate. */
  async #step(dialerId: string, calleeId: string, offer: OfferPayload): Promise<void> {
    const dialer = openSide(dialerId, (connection) => {
      connection.setRemoteDescription(offer.sdp.sdp, "offer");
      return new Promise((resolve) => connection.onDataChannel(resolve));
    });
    const callee = openSide(calleeId, async (connection) =>
      connection.createDataChannel(offer.label, { unordered: true }),
    );
    this.#dials.set(offer.connectionId, { offer, dialer, callee });
    void this.#carry(dialer, callee);
    const sdp = this.#forge(await callee.description, offer.sdp.sdp);
    this.#options.say(calleeId, { type: "OFFER", src: dialerId, payload: { ...offer, sdp: { type: "offer", sdp } } });
  }
}
