// Admission: both ends prove that they have the room key, which gateway they are, and that nobody is between them
// (docs/protocol.md §2.1). The ends speak strictly in turn, because the channel is unordered. Invariant: nobody is
// admitted unless every byte of the transcript is the same at both ends.
import { equalBytes } from "../../firmware-bridge/frames/bytes.ts";
import type { Crypto, IdentityKey, Schedule } from "../basics/runtime.ts";
import type { FingerprintPair } from "../wire/channel.ts";
import { decodeMessage } from "../wire/decode-message.ts";
import { encodeMessage } from "../wire/encode-message.ts";
import { type GatewayFrame, type Hello, nonceBytes, type Proof } from "../wire/frame-types.ts";
import { gatewayIdOf } from "../wire/gateway-id.ts";
import type { ChannelRelay } from "./channel-relay.ts";
import type { EpochBook } from "./epoch-book.ts";
import { type HandshakeParty, type HandshakeRole, transcript } from "./handshake-transcript.ts";

/** How long one end waits for the other's next word. */
export const handshakeTimeoutMs = 10_000;

export type RefusalReason =
  | "timeout"
  /** The other end, or the network, closed the channel first. */
  | "closed"
  | "malformed"
  /** Of the protocol: one of the two pages is out of date. */
  | "wrong-version"
  /** A frame that no page sends now if it follows the protocol. */
  | "out-of-turn"
  /** More messages than may wait before the handshake is over. */
  | "flood"
  /** It is not certain which certificates the connection has: see `FingerprintRefusal`. */
  | "not-safe"
  /** My own nonce came back. */
  | "reflected"
  /** My own identity key came back. */
  | "same-gateway"
  /** Another room key, or somebody in the middle: each end sees other certificates, nonces or session ids. */
  | "wrong-proof"
  /** The room key is right, but the identity is somebody else's. */
  | "wrong-signature"
  /** An older session of a gateway that has proven a newer one. */
  | "stale-epoch"
  /** Not by the handshake but by the gateway, which has its limits: see `PeerBook`. */
  | "too-many-handshakes"
  /** It exceeded its limits, and its time is not over yet: see `PenaltyBook`. */
  | "let-go"
  /** Its session id is another gateway's, or it is here under another one. */
  | "other-session"
  | "no-place";

export interface AdmissionOptions {
  readonly relay: ChannelRelay;
  readonly authKey: Uint8Array;
  readonly identity: IdentityKey;
  /** Of this session. */
  readonly epoch: number;
  /** Enters the epoch of a gateway that is admitted. */
  readonly epochs: EpochBook;
  /**
   * A gateway that has proven its identity is turned away if it is barred, and learns of it before the handshake is
   * over.
   */
  readonly isBarred: (gatewayId: string) => boolean;
  readonly crypto: Crypto;
  readonly schedule: Schedule;
}

export type AdmissionOutcome =
  | { readonly kind: "admitted"; readonly gatewayId: string; readonly epoch: number }
  | Refused;

interface Refused {
  readonly kind: "refused";
  readonly reason: RefusalReason;
}

/** Both ends of the connection, as this end sees them. */
interface Ends {
  readonly dialer: HandshakeParty;
  readonly callee: HandshakeParty;
}

interface NotReceived {
  readonly type: "refused";
  readonly refusal: Refused;
}

const handshakeTypes: ReadonlySet<GatewayFrame["type"]> = new Set(["hello", "answer", "proof", "ready"]);
type HandshakeFrame = Extract<GatewayFrame, { type: "hello" | "answer" | "proof" | "ready" }>;
type FrameOf<T extends HandshakeFrame["type"]> = Extract<HandshakeFrame, { type: T }>;

/** Plays this end's part. Once admitted, the relay can be forwarded; a channel that is refused has been closed. */
export const admit = async (options: AdmissionOptions): Promise<AdmissionOutcome> => {
  const { channel } = options.relay;
  const outcome = await attempt(options);
  if (outcome.kind === "refused") channel.close(`not admitted: ${outcome.reason}`);
  return outcome;
};

const attempt = async (options: AdmissionOptions): Promise<AdmissionOutcome> => {
  const { channel } = options.relay;
  const fingerprints = await channel.fingerprints();
  if ("refused" in fingerprints) return refuse(fingerprints.refused === "closed" ? "closed" : "not-safe");
  return channel.dialedBy === "us" ? playDialer(options, fingerprints) : playCallee(options, fingerprints);
};

const playDialer = async (options: AdmissionOptions, fingerprints: FingerprintPair): Promise<AdmissionOutcome> => {
  const dialer = ourParty(options, fingerprints);
  send(options, { type: "hello", ...helloOf(dialer) });

  const answer = await receive(options, "answer");
  if (answer.type === "refused") return answer.refusal;
  const ends = { dialer, callee: theirParty(options, fingerprints, answer) };
  const fault = faultOf(dialer, ends.callee);
  if (fault !== undefined) return refuse(fault);
  const outcome = await verify(options, "R", ends, answer);
  if (outcome.kind === "refused") return outcome;
  const proof = await prove(options, "I", ends);
  if (options.relay.heldMessages > 0) return refuse("out-of-turn"); // Until it has our proof, the callee has nothing to add.
  send(options, { type: "proof", ...proof });

  const ready = await receive(options, "ready");
  return ready.type === "refused" ? ready.refusal : outcome;
};

const playCallee = async (options: AdmissionOptions, fingerprints: FingerprintPair): Promise<AdmissionOutcome> => {
  const hello = await receive(options, "hello");
  if (hello.type === "refused") return hello.refusal;
  const callee = ourParty(options, fingerprints);
  const ends = { dialer: theirParty(options, fingerprints, hello), callee };
  const fault = faultOf(callee, ends.dialer);
  if (fault !== undefined) return refuse(fault);
  const ownProof = await prove(options, "R", ends);
  if (options.relay.heldMessages > 0) return refuse("out-of-turn"); // The dialer waits for our answer.
  send(options, { type: "answer", ...helloOf(callee), ...ownProof });

  const proof = await receive(options, "proof");
  if (proof.type === "refused") return proof.refusal;
  const outcome = await verify(options, "I", ends, proof);
  if (outcome.kind === "refused") return outcome;
  if (options.relay.heldMessages > 0) return refuse("out-of-turn"); // The dialer waits for our ready.
  return send(options, { type: "ready" }) ? outcome : refuse("closed");
};

const ourParty = (
  { crypto, identity, epoch, relay }: AdmissionOptions,
  { local }: FingerprintPair,
): HandshakeParty => ({
  nonce: crypto.randomBytes(nonceBytes),
  publicKey: identity.publicKey,
  epoch,
  fingerprint: local,
  sessionId: relay.channel.localSessionId,
});

const theirParty = ({ relay }: AdmissionOptions, { remote }: FingerprintPair, hello: Hello): HandshakeParty => ({
  ...helloOf(hello),
  fingerprint: remote,
  sessionId: relay.channel.remoteSessionId,
});

const helloOf = ({ nonce, publicKey, epoch }: Hello): Hello => ({ nonce, publicKey, epoch });

/** Faults that show without a proof: the other end sends our own values back. */
const faultOf = (us: HandshakeParty, them: HandshakeParty): RefusalReason | undefined => {
  if (equalBytes(us.nonce, them.nonce)) return "reflected";
  return equalBytes(us.publicKey, them.publicKey) ? "same-gateway" : undefined;
};

const prove = async (
  { crypto, authKey, identity }: AdmissionOptions,
  role: HandshakeRole,
  { dialer, callee }: Ends,
): Promise<Proof> => {
  const bytes = transcript(role, dialer, callee);
  const [mac, signature] = await Promise.all([crypto.hmacSha256(authKey, bytes), identity.sign(bytes)]);
  return { mac, signature };
};

/** Judges the other end's proof; `role` is theirs. A gateway that passes is known with that epoch from then on. */
const verify = async (
  { crypto, authKey, epochs, isBarred }: AdmissionOptions,
  role: HandshakeRole,
  { dialer, callee }: Ends,
  { mac, signature }: Proof,
): Promise<AdmissionOutcome> => {
  const bytes = transcript(role, dialer, callee);
  const { publicKey, epoch } = role === "I" ? dialer : callee;
  if (!equalBytes(await crypto.hmacSha256(authKey, bytes), mac)) return refuse("wrong-proof");
  if (!(await crypto.verifyP256(publicKey, signature, bytes))) return refuse("wrong-signature");
  const gatewayId = await gatewayIdOf(crypto, publicKey);
  if (isBarred(gatewayId)) return refuse("let-go");
  return epochs.prove(gatewayId, epoch) ? { kind: "admitted", gatewayId, epoch } : refuse("stale-epoch");
};

const send = ({ relay }: AdmissionOptions, frame: HandshakeFrame): boolean =>
  relay.channel.send(encodeMessage([frame]));

/** The next word of the other end: `type`, alone in its message. */
const receive = async <T extends HandshakeFrame["type"]>(
  { relay, schedule }: AdmissionOptions,
  type: T,
): Promise<FrameOf<T> | NotReceived> => {
  let hasTimedOut = false;
  const cancel = schedule(handshakeTimeoutMs, () => {
    hasTimedOut = true;
    relay.channel.close("the other end does not answer");
  });
  // What the callee sends after its ready may overtake it: it waits for the peer.
  const message = await relay.next(type === "ready" ? concernsHandshake : undefined);
  cancel();
  if (message === undefined) return notReceived(hasTimedOut ? "timeout" : relay.hasOverflowed ? "flood" : "closed");
  const decoded = decodeMessage(message);
  if ("malformed" in decoded) {
    return notReceived(decoded.malformed === "wrong-version" ? "wrong-version" : "malformed");
  }
  const [frame] = decoded.frames;
  const isAlone = decoded.frames.length + decoded.skipped === 1;
  return isAlone && frame !== undefined && isOfType(frame, type) ? frame : notReceived("out-of-turn");
};

const concernsHandshake = (message: Uint8Array): boolean => {
  const decoded = decodeMessage(message);
  return "malformed" in decoded || decoded.frames.some(({ type }) => handshakeTypes.has(type));
};

const isOfType = <T extends GatewayFrame["type"]>(
  frame: GatewayFrame,
  type: T,
): frame is Extract<GatewayFrame, { type: T }> => frame.type === type;

const refuse = (reason: RefusalReason): Refused => ({ kind: "refused", reason });
const notReceived = (reason: RefusalReason): NotReceived => ({ type: "refused", refusal: refuse(reason) });
