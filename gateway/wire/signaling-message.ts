// What may pass between a page and the signaling server (docs/protocol.md §3.3), checked at the server's door and at
// the page's. PeerJS trusts whatever it is sent: so nothing passes but an object built here, from own fields that were
// read one by one.
import { isDataDescription } from "./session-description.ts";
import { isSessionId } from "./session-id.ts";

/** Where on the server PeerJS finds its socket; its option `path`. */
export const signalingPath = "/signaling/";

/** A whole message as text, in UTF-16 units; the WebSocket's own limit in bytes is the same. */
export const maxSignalingLength = 65_536;
/** PeerJS makes `dc_` and eleven or so random characters. */
const maxConnectionIdLength = 64;
/** An offer of a data channel alone is about 500 characters; one with forty candidates in it stays below 8,000. */
const maxSdpLength = 16_384;
/** A candidate line is about 100 characters, and 250 with mDNS name, related address and extensions (RFC 8839 §5.1). */
const maxCandidateLength = 1_024;
/** `sdpMid` is a short token; an ICE user fragment has at most 256 characters (RFC 8839 §5.4). */
const maxTokenLength = 256;
/** Media sections of a description: the data channel's. */
const maxMediaSections = 1;
/** The server's words in ERROR and ID-TAKEN. */
const maxServerWordsLength = 256;

export interface OfferPayload {
  readonly type: "data";
  readonly connectionId: string;
  readonly serialization: "raw";
  readonly reliable: false;
  readonly label: string;
  readonly sdp: { readonly type: "offer"; readonly sdp: string };
}

export interface AnswerPayload {
  readonly type: "data";
  readonly connectionId: string;
  readonly sdp: { readonly type: "answer"; readonly sdp: string };
}

export interface IceCandidate {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
  readonly usernameFragment: string | null;
}

export interface CandidatePayload {
  readonly type: "data";
  readonly connectionId: string;
  readonly candidate: IceCandidate;
}

/** What two pages say to each other through the server. */
type Transmission =
  | { readonly type: "OFFER"; readonly payload: OfferPayload }
  | { readonly type: "ANSWER"; readonly payload: AnswerPayload }
  | { readonly type: "CANDIDATE"; readonly payload: CandidatePayload };

export type OutboundMessage = { readonly type: "HEARTBEAT" } | (Transmission & { readonly dst: string });

export type InboundMessage =
  | { readonly type: "OPEN" }
  /** The answer to this page's own: the socket is alive. */
  | { readonly type: "HEARTBEAT" }
  /** Nobody fetched what was sent to `src`. */
  | { readonly type: "EXPIRE"; readonly src: string }
  | { readonly type: "ID-TAKEN" | "INVALID-KEY" | "ERROR"; readonly payload: { readonly msg: string } }
  | (Transmission & { readonly src: string });

export interface SignalingRefusal {
  readonly refused: "not-an-object" | "unknown-type" | "bad-address" | "bad-payload";
}

const refuse = (refused: SignalingRefusal["refused"]): SignalingRefusal => ({ refused });

/**
 * The server's door: of a parsed message from a page. Whether `dst` is in the sender's room is for the caller to ask.
 */
export const readOutbound = (value: unknown): OutboundMessage | SignalingRefusal => {
  const message = fieldsOf(value);
  if (message === undefined) return refuse("not-an-object");
  const type = message("type");
  if (type === "HEARTBEAT") return { type };
  const transmission = readTransmission(type, message("payload"));
  if ("refused" in transmission) return transmission;
  const dst = message("dst");
  return isSessionId(dst) ? { ...transmission, dst } : refuse("bad-address");
};

/**
 * The page's door: of a parsed message from the server. Whether an ANSWER or CANDIDATE belongs to a known dial is for
 * the caller to ask.
 */
export const readInbound = (value: unknown): InboundMessage | SignalingRefusal => {
  const message = fieldsOf(value);
  if (message === undefined) return refuse("not-an-object");
  const type = message("type");
  const src = message("src");
  switch (type) {
    case "OPEN":
    case "HEARTBEAT":
      return { type };
    case "EXPIRE":
      return isSessionId(src) ? { type, src } : refuse("bad-address");
    case "ID-TAKEN":
    case "INVALID-KEY":
    case "ERROR":
      return { type, payload: { msg: readServerWords(message("payload")) } };
    default: {
      const transmission = readTransmission(type, message("payload"));
      if ("refused" in transmission) return transmission;
      return isSessionId(src) ? { ...transmission, src } : refuse("bad-address");
    }
  }
};

const readTransmission = (type: unknown, value: unknown): Transmission | SignalingRefusal => {
  if (type !== "OFFER" && type !== "ANSWER" && type !== "CANDIDATE") return refuse("unknown-type");
  const payload = fieldsOf(value);
  const connectionId = payload?.("connectionId");
  if (payload?.("type") !== "data" || !isText(connectionId, 1, maxConnectionIdLength)) return refuse("bad-payload");
  const common = { type: "data", connectionId } as const;
  switch (type) {
    case "OFFER": {
      const sdp = readSdp("offer", payload("sdp"));
      const label = payload("label");
      const isOurs = payload("serialization") === "raw" && payload("reliable") === false;
      if (sdp === undefined || !isOurs || !isText(label, 1, maxConnectionIdLength)) return refuse("bad-payload");
      return { type, payload: { ...common, serialization: "raw", reliable: false, label, sdp } };
    }
    case "ANSWER": {
      const sdp = readSdp("answer", payload("sdp"));
      return sdp === undefined ? refuse("bad-payload") : { type, payload: { ...common, sdp } };
    }
    case "CANDIDATE": {
      const candidate = readCandidate(payload("candidate"));
      return candidate === undefined ? refuse("bad-payload") : { type, payload: { ...common, candidate } };
    }
  }
};

const readSdp = <T extends "offer" | "answer">(type: T, value: unknown): { type: T; sdp: string } | undefined => {
  const fields = fieldsOf(value);
  const sdp = fields?.("sdp");
  if (fields?.("type") !== type || !isText(sdp, 1, maxSdpLength)) return undefined;
  return isDataDescription(sdp) ? { type, sdp } : undefined;
};

/**
 * `RTCIceCandidate.toJSON()`: an absent field and null mean the same, but one of the two that name the section must be
 * there.
 */
const readCandidate = (value: unknown): IceCandidate | undefined => {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const candidate = fields("candidate");
  const sdpMid = fields("sdpMid") ?? null;
  const sdpMLineIndex = fields("sdpMLineIndex") ?? null;
  const usernameFragment = fields("usernameFragment") ?? null;
  if (!isText(candidate, 1, maxCandidateLength)) return undefined;
  if (sdpMid === null && sdpMLineIndex === null) return undefined;
  if (sdpMid !== null && !isText(sdpMid, 0, maxTokenLength)) return undefined;
  if (sdpMLineIndex !== null && !isSectionIndex(sdpMLineIndex)) return undefined;
  if (usernameFragment !== null && !isText(usernameFragment, 0, maxTokenLength)) return undefined;
  return { candidate, sdpMid, sdpMLineIndex, usernameFragment };
};

/** PeerJS reads `payload.msg` without looking: it is always there, if only empty. */
const readServerWords = (value: unknown): string => {
  const words = fieldsOf(value)?.("msg");
  return isText(words, 0, maxServerWordsLength) ? words : "";
};

/** Reads own fields only: what a message inherits, or hides in `__proto__`, is not in it. */
const fieldsOf = (value: unknown): ((name: string) => unknown) | undefined => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  return (name) => fields.get(name);
};

const isText = (value: unknown, minLength: number, maxLength: number): value is string =>
  typeof value === "string" && value.length >= minLength && value.length <= maxLength;

const isSectionIndex = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < maxMediaSections;
