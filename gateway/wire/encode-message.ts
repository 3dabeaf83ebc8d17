// Frames become one DataChannel message, docs/protocol.md §2. Pure and synchronous; the inverse of decode-message.ts.
import { ByteWriter, fromHex } from "../../firmware-bridge/frames/bytes.ts";
import { writeAggregate } from "./encode-aggregate.ts";
import { requireAtMost, writeBounded, writeFixed, writePositive, writeText } from "./fields.ts";
import {
  type Done,
  dialIdBytes,
  frameCodes,
  type GatewayFrame,
  gatewayIdBytes,
  type Hello,
  type Interest,
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
import { maxNameBytes, maxProbes, type Roster } from "./roster.ts";
import { sessionIdLength } from "./session-id.ts";

// Kept from message to message, so that encoding allocates little beside its result. Nothing here calls out while they are in use.
const message = new ByteWriter(2048);
const body = new ByteWriter(2048);

/** @throws RangeError when a frame is beyond a limit of the protocol: a bug of the caller. */
export const encodeMessage = (frames: readonly GatewayFrame[]): Uint8Array => {
  if (frames.length === 0) throw new RangeError("a message without a frame");
  requireAtMost(frames.length, maxFrames, "frames");
  message.reset().u8(protocolVersion);
  for (const frame of frames) {
    writeBody(frame);
    message.u8(frameCodes[frame.type]).varint(body.length).bytes(body.take());
  }
  requireAtMost(message.length, maxMessageBytes, "bytes of message");
  return message.take();
};

const writeBody = (frame: GatewayFrame): void => {
  body.reset();
  switch (frame.type) {
    case "hello":
      return writeHello(frame);
    case "answer":
      writeHello(frame);
      return writeProof(frame);
    case "proof":
      return writeProof(frame);
    case "ready":
      return;
    case "roster":
      return writeRoster(frame);
    case "aggregate":
      return writeAggregate(body, frame);
    case "interest":
      return writeInterest(frame);
    case "ping":
      body.varint(frame.id).varint(frame.t1Us);
      return writeLedger(frame.ledger);
    case "pong":
      body.varint(frame.id).varint(frame.t2Us).varint(frame.t3Us);
      return writeLedger(frame.ledger);
    case "members":
      return writeMembers(frame);
    case "bye":
      body.u8(frame.reason);
      return;
    case "neighbourOffer":
    case "neighbourAnswer":
      return writeNeighbourDescription(frame);
    case "done":
      return writeDone(frame);
    case "roomKey":
      return writeRoomKey(frame);
  }
};

const writeHello = ({ nonce, publicKey, epoch }: Hello): void => {
  writeFixed(body, nonce, nonceBytes);
  writeFixed(body, publicKey, publicKeyBytes);
  writePositive(body, epoch);
};

const writeProof = ({ mac, signature }: Proof): void => {
  writeFixed(body, mac, macBytes);
  writeFixed(body, signature, signatureBytes);
};

const writeRoster = ({ version, name, isHidden, probes }: Roster): void => {
  writePositive(body, version);
  writeText(body, name, maxNameBytes);
  body.u8(isHidden ? 1 : 0);
  writeBounded(body, probes.length, maxProbes);
  for (const probe of probes) {
    writePositive(body, probe.index);
    body.u8(probe.probeClass);
    writeBounded(body, probe.capabilities, 0xffff);
    body.u8(probe.isConnected ? 1 : 0);
    writeText(body, probe.name, maxNameBytes);
  }
};

const writeInterest = ({ version, entries }: Interest): void => {
  writePositive(body, version);
  writeBounded(body, entries.length, maxInterestEntries);
  for (const { probe, minIntervalMs } of entries) {
    body.varint(probe);
    writeBounded(body, minIntervalMs, maxIntervalMs);
  }
};

const writeMembers = ({ version, sessionIds }: Members): void => {
  writePositive(body, version);
  writeBounded(body, sessionIds.length, maxMembers);
  for (const sessionId of sessionIds) writeText(body, sessionId, sessionIdLength);
};

const writeNeighbourDescription = ({ from, to, dialId, sdp }: NeighbourDescription): void => {
  writeText(body, from, sessionIdLength);
  writeText(body, to, sessionIdLength);
  writeFixed(body, dialId, dialIdBytes);
  writeText(body, sdp, maxNeighbourSdpBytes);
};

const writeDone = ({ probe, sequence, timeUs, outcome }: Done): void => {
  body.varint(probe);
  writeBounded(body, sequence, maxSequence);
  body.varint(timeUs).u8(outcome);
};

const writeRoomKey = ({ roomKey, by, isSettled, removed }: RoomKey): void => {
  writeFixed(body, roomKey, roomKeyBytes);
  writeGatewayId(by);
  body.u8(isSettled ? 1 : 0);
  writeBounded(body, removed.length, maxRemoved);
  for (const gatewayId of removed) writeGatewayId(gatewayId);
};

const writeGatewayId = (gatewayId: string): void =>
  writeFixed(body, fromHex(gatewayId) ?? new Uint8Array(), gatewayIdBytes);

const writeLedger = (report: LedgerReport): void => {
  body
    .varint(report.sent)
    .varint(report.droppedBeforeSend)
    .varint(report.receivedEarlier)
    .varint(report.received)
    .varint(report.delivered)
    .varint(report.duplicate)
    .varint(report.late)
    .varint(report.dropped);
};
