// The attack that only the handshake can see: the attacker, who does the signaling, answers each dial himself, dials
// the other page in the dialer's name, and carries every message across. Both connections are sound; the certificates
// at his ends are his own.
import { X509Certificate } from "node:crypto";
import { type DataChannel, PeerConnection } from "node-datachannel";
import { generate } from "selfsigned";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import type { FrameType, Proof } from "../../gateway/wire/frame-types.ts";
import type { AnswerPayload, OfferPayload } from "../../gateway/wire/signaling-message.ts";
import type { RelayedMessage } from "./hostile-server.ts";

/**
 * Which certificates his descriptions name: his own alone, or the other page's true one too, both in the media section
 * ("before") or one in the session's part of the description ("above"); or his own by another hash, for which he needs
 * a certificate that he has made himself. Of two lines in the session's part Chromium takes the whole description for
 * broken.
 */
export type Forgery =
  | "own-alone"
  | "own-sha-512"
  | "true-before-own"
  | "own-before-true"
  | "true-above-own"
  | "own-above-true";

/** What he says to a page, in another's name. */
export type SpokenMessage = { readonly src: string } & (
  | { readonly type: "OFFER"; readonly payload: OfferPayload }
  | { readonly type: "ANSWER"; readonly payload: AnswerPayload }
);

export interface ManInTheMiddleOptions {
  readonly say: (sessionId: string, message: SpokenMessage) => void;
  readonly forgery: Forgery;
  /** The certificate of all his ends; undefined: one each. */
  readonly certificate?: ForgedCertificate | undefined;
}

export interface ForgedCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export const makeCertificate = async (): Promise<ForgedCertificate> => {
  const { cert, private: keyPem } = await generate([{ name: "commonName", value: "man in the middle" }], {
    keyType: "ec",
    algorithm: "sha256",
  });
  return { certificatePem: cert, keyPem };
};

/** His end of the connection to one page. */
interface End {
  readonly sessionId: string;
  readonly connection: PeerConnection;
  /** With all candidates in it. */
  readonly description: Promise<string>;
  readonly channel: Promise<DataChannel>;
}

interface Dial {
  readonly dialer: End;
  readonly callee: End;
}

export class ManInTheMiddle {
  /** The frames that he carried across, in their order. */
  readonly carried: FrameType[] = [];
  /** Data channels that opened at his ends: pages whose browser took his descriptions and his certificate. */
  opened = 0;
  readonly #options: ManInTheMiddleOptions;
  /** By connection id. */
  readonly #dials = new Map<string, Dial>();
  #isClosed = false;

  constructor(options: ManInTheMiddleOptions) {
    this.#options = options;
  }

  /** How many dials he is, or was, in the middle of. */
  get dials(): number {
    return this.#dials.size;
  }

  /**
   * In place of the server's honest relay. Candidates are of no use to him: his own stand in his descriptions, and the
   * pages find him there.
   */
  receive({ src, dst, ...message }: RelayedMessage): void {
    if (this.#isClosed) return; // What was under way.
    if (message.type === "OFFER") return void this.#dial(src, dst, message.payload);
    const dial = this.#dials.get(message.payload.connectionId);
    if (message.type === "ANSWER" && dial !== undefined) void this.#answer(dial, message.payload);
  }

  close(): void {
    this.#isClosed = true;
    for (const { dialer, callee } of this.#dials.values()) {
      dialer.connection.close();
      callee.connection.close();
    }
  }

  async #dial(dialerId: string, calleeId: string, offer: OfferPayload): Promise<void> {
    const { certificate, forgery } = this.#options;
    const dialer = openEnd(dialerId, certificate, (connection) => {
      const channel = new Promise<DataChannel>((resolve) => connection.onDataChannel(resolve));
      connection.setRemoteDescription(offer.sdp.sdp, "offer");
      return channel;
    });
    const callee = openEnd(calleeId, certificate, (connection) => {
      const channel = connection.createDataChannel(offer.label, { unordered: true });
      return new Promise((resolve) => channel.onOpen(() => resolve(channel)));
    });
    this.#dials.set(offer.connectionId, { dialer, callee });
    for (const { channel } of [dialer, callee]) void this.#countOpen(channel);
    void this.#carry(dialer, callee);
    const ownSdp = await callee.description;
    const sdp = forgedDescription(forgery, ownSdp, offer.sdp.sdp, certificate?.certificatePem);
    this.#options.say(calleeId, { type: "OFFER", src: dialerId, payload: { ...offer, sdp: { type: "offer", sdp } } });
  }

  async #countOpen(channel: Promise<DataChannel>): Promise<void> {
    await channel;
    this.opened++;
  }

  /** The dialer has waited: only now can its answer name the callee's true certificate, too. */
  async #answer({ dialer, callee }: Dial, answer: AnswerPayload): Promise<void> {
    callee.connection.setRemoteDescription(answer.sdp.sdp, "answer");
    const { forgery, certificate } = this.#options;
    const ownSdp = await dialer.description;
    const sdp = forgedDescription(forgery, ownSdp, answer.sdp.sdp, certificate?.certificatePem);
    const payload: AnswerPayload = { ...answer, sdp: { type: "answer", sdp } };
    this.#options.say(dialer.sessionId, { type: "ANSWER", src: callee.sessionId, payload });
  }

  async #carry(dialer: End, callee: End): Promise<void> {
    const [toDialer, toCallee] = await Promise.all([dialer.channel, callee.channel]);
    let heard: Proof | undefined;
    toDialer.onMessage((message) => this.#carryTo(toCallee, message));
    toCallee.onMessage((message) => {
      heard = this.#carryTo(toDialer, message) ?? heard;
    });
    // Turned away by the one, he tries the other alone, with the only proof that he has: its own.
    toDialer.onClosed(() => {
      if (heard !== undefined && toCallee.isOpen())
        toCallee.sendMessageBinary(encodeMessage([{ type: "proof", ...heard }]));
    });
    toCallee.onClosed(() => toDialer.close());
  }

  /** The proof in it, when it is an answer. */
  #carryTo(channel: DataChannel, message: string | Buffer | ArrayBuffer): Proof | undefined {
    if (typeof message === "string" || !channel.isOpen()) return undefined;
    const bytes = new Uint8Array(message);
    channel.sendMessageBinary(bytes);
    const decoded = decodeMessage(bytes);
    if ("malformed" in decoded) return undefined;
    this.carried.push(...decoded.frames.map(({ type }) => type));
    const answer = decoded.frames.find(({ type }) => type === "answer");
    return answer?.type === "answer" ? { mac: answer.mac, signature: answer.signature } : undefined;
  }
}

/** His description as he hands it on: with his certificate, and perhaps the other page's true one. */
export const forgedDescription = (forgery: Forgery, ownSdp: string, trueSdp: string, certificatePem = ""): string => {
  const [ownLine = ""] = fingerprintLine.exec(ownSdp) ?? [];
  const [trueLine = ""] = fingerprintLine.exec(trueSdp) ?? [];
  const bare = ownSdp.replace(ownLine, "");
  const withAbove = (line: string) => bare.replace(/^m=/m, (media) => line + media);
  switch (forgery) {
    case "own-alone":
      return ownSdp;
    case "own-sha-512":
      return `${bare}a=fingerprint:sha-512 ${new X509Certificate(certificatePem).fingerprint512}\r\n`;
    case "true-before-own":
      return bare + trueLine + ownLine;
    case "own-before-true":
      return bare + ownLine + trueLine;
    case "true-above-own":
      return withAbove(trueLine) + ownLine;
    case "own-above-true":
      return withAbove(ownLine) + trueLine;
  }
};

const fingerprintLine = /^a=fingerprint:.*\r\n/m;

const openEnd = (
  sessionId: string,
  certificate: ForgedCertificate | undefined,
  begin: (connection: PeerConnection) => Promise<DataChannel>,
): End => {
  const connection = new PeerConnection("man in the middle", {
    iceServers: [],
    ...(certificate && { certificatePemFile: certificate.certificatePem, keyPemFile: certificate.keyPem }),
  });
  const description = new Promise<string>((resolve) =>
    connection.onGatheringStateChange((state) => {
      if (state === "complete") resolve(connection.localDescription()?.sdp ?? "");
    }),
  );
  return { sessionId, connection, description, channel: begin(connection) };
};
