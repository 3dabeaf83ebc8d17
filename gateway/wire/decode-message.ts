// One DataChannel message becomes frames, docs/protocol.md §2. It never throws: what does not read as written there is malformed,
// with the reason, and its sender loses the channel. Byte fields are views into the message.
import { ByteReader, toHex } from "../../firmware-bridge/frames/bytes.ts";
import { readAggregate } from "./decode-aggregate.ts";
import { readBounded, readPositive, readText } from "./fields.ts";
import {
  type Done,
  dialIdBytes,
  type FrameType,
  frameCodes,
  type GatewayFrame,
  gatewayIdBytes,
  type Hello,
  type Interest,
  type InterestEntry,
  type LedgerReport,
  type Members,
  macBytes,
  maxFrames,
  maxInterestEntries,
  maxIntervalMs,
  maxMembers,
  maxMessageBytes,
  maxNeighbourSdpBytes,
  maxRemoved,
  maxSequence,
  type NeighbourDescription,
  nonceBytes,
  type Proof,
  protocolVersion,
  publicKeyBytes,
  type RoomKey,
  signatureBytes,
} from "./frame-types.ts";
import { roomKeyBytes } from "./room-key.ts";
import { maxNameBytes, maxProbes, type Roster, type RosterProbe } from "./roster.ts";
import { isSessionId, sessionIdLength } from "./session-id.ts";

/** `bad-<type>`: the body of a frame of that type. `bad-header`: a type or length that cannot be read or runs past the end. */
export type MalformedReason =
  | "too-long"
  | "wrong-version"
  | "no-frame"
  | "too-many-frames"
  | "bad-header"
  | `bad-${FrameType}`;

export type DecodedMessage =
  | {
      readonly frames: readonly GatewayFrame[];
      /** Frames of a type that this version does not know. */
      readonly skipped: number;
    }
  | { readonly malformed: MalformedReason };

const typeOfCode: ReadonlyMap<number, FrameType> = new Map(
  (Object.keys(frameCodes) as FrameType[]).map((type) => [frameCodes[type], type]),
);

/** Frames to which a later version may add fields; the tail is ignored. */
const mayGrow: ReadonlySet<FrameType> = new Set(["roster", "ping", "pong", "bye", "done", "roomKey"]);

export const decodeMessage = (message: Uint8Array): DecodedMessage => {
  if (message.length > maxMessageBytes) return { malformed: "too-long" };
  const reader = new ByteReader(message);
  if (reader.u8() !== protocolVersion) return { malformed: "wrong-version" };
  if (reader.remaining === 0) return { malformed: "no-frame" };
  const frames: GatewayFrame[] = [];
  let skipped = 0;
  while (reader.remaining > 0) {
    if (frames.length + skipped === maxFrames) return { malformed: "too-many-frames" };
    const code = reader.u8();
    const bodyBytes = reader.bytes(reader.varint());
    if (reader.failed) return { malformed: "bad-header" };
    const type = typeOfCode.get(code);
    if (type === undefined) {
      skipped++;
      continue;
    }
    const body = new ByteReader(bodyBytes);
    const frame = readBody(type, body);
    if (body.failed || (body.remaining > 0 && !mayGrow.has(type))) return { malformed: `bad-${type}` };
    frames.push(frame);
  }
  return { frames, skipped };
};

const readBody = (type: FrameType, body: ByteReader): GatewayFrame => {
  switch (type) {
    case "hello":
      return { type, ...readHello(body) };
    case "answer":
      return { type, ...readHello(body), ...readProof(body) };
    case "proof":
      return { type, ...readProof(body) };
    case "ready":
      return { type };
    case "roster":
      return { type, ...readRoster(body) };
    case "aggregate":
      return { type, ...readAggregate(body) };
    case "interest":
      return { type, ...readInterest(body) };
    case "ping":
      return { type, id: body.varint(), t1Us: body.varint(), ledger: readLedger(body) };
    case "pong":
      return { type, id: body.varint(), t2Us: body.varint(), t3Us: body.varint(), ledger: readLedger(body) };
    case "members":
      return { type, ...readMembers(body) };
    case "bye":
      return { type, reason: body.u8() };
    case "neighbourOffer":
    case "neighbourAnswer":
      return { type, ...readNeighbourDescription(body) };
    case "done":
      return { type, ...readDone(body) };
    case "roomKey":
      return { type, ...readRoomKey(body) };
  }
};

const readHello = (body: ByteReader): Hello => ({
  nonce: body.bytes(nonceBytes),
  publicKey: body.bytes(publicKeyBytes),
  epoch: readPositive(body),
});

const readProof = (body: ByteReader): Proof => ({
  mac: body.bytes(macBytes),
  signature: body.bytes(signatureBytes),
});

/** As many items as the count before them says, or fewer when the reader fails on the way. */
const readList = <T>(body: ByteReader, maxCount: number, readItem: (body: ByteReader) => T): T[] => {
  const items: T[] = [];
  for (let left = readBounded(body, maxCount); left > 0 && !body.failed; left--) items.push(readItem(body));
  return items;
};

const readRoster = (body: ByteReader): Roster => ({
  version: readPositive(body),
  name: readText(body, maxNameBytes),
  isHidden: (body.u8() & 1) !== 0,
  probes: readList(body, maxProbes, readProbe),
});

const readProbe = (body: ByteReader): RosterProbe => ({
  index: readPositive(body),
  probeClass: body.u8(),
  capabilities: readBounded(body, 0xffff),
  isConnected: (body.u8() & 1) !== 0,
  name: readText(body, maxNameBytes),
});

const readInterest = (body: ByteReader): Interest => ({
  version: readPositive(body),
  entries: readList(body, maxInterestEntries, readInterestEntry),
});

const readInterestEntry = (body: ByteReader): InterestEntry => ({
  probe: body.varint(),
  minIntervalMs: readBounded(body, maxIntervalMs),
});

const readMembers = (body: ByteReader): Members => ({
  version: readPositive(body),
  sessionIds: readList(body, maxMembers, readSessionId),
});

const readSessionId = (body: ByteReader): string => {
  const sessionId = readText(body, sessionIdLength);
  if (!isSessionId(sessionId)) body.fail();
  return sessionId;
};

const readNeighbourDescription = (body: ByteReader): NeighbourDescription => {
  const description = {
    from: readSessionId(body),
    to: readSessionId(body),
    dialId: body.bytes(dialIdBytes),
    sdp: readText(body, maxNeighbourSdpBytes),
  };
  if (description.sdp === "") body.fail();
  return description;
};

const readDone = (body: ByteReader): Done => ({
  probe: body.varint(),
  sequence: readBounded(body, maxSequence),
  timeUs: body.varint(),
  outcome: body.u8(),
});

const readRoomKey = (body: ByteReader): RoomKey => ({
  roomKey: body.bytes(roomKeyBytes),
  by: readGatewayId(body),
  isSettled: (body.u8() & 1) !== 0,
  removed: readList(body, maxRemoved, readGatewayId),
});

const readGatewayId = (body: ByteReader): string => toHex(body.bytes(gatewayIdBytes));

const readLedger = (body: ByteReader): LedgerReport => ({
  sent: body.varint(),
  droppedBeforeSend: body.varint(),
  receivedEarlier: body.varint(),
  received: body.varint(),
  delivered: body.varint(),
  duplicate: body.varint(),
  late: body.varint(),
  dropped: body.varint(),
});
