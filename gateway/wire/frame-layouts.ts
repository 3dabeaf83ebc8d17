// The layout of every frame's body, docs/protocol.md §2: how it is written, how it is read, and whether a later version
// may make it longer. decode-message.ts and encode-message.ts find a frame's layout here by its type.
// Invariant: each type of `GatewayFrame` has exactly one layout, and the type check says so.
import { type ByteReader, type ByteWriter, fromHex, toHex } from "../../firmware-bridge/frames/bytes.ts";
import { readAggregate, writeAggregate } from "./aggregate-layout.ts";
import {
  readBounded,
  readList,
  readPositive,
  readText,
  requireAtMost,
  writeBounded,
  writeFixed,
  writeList,
  writePositive,
  writeText,
} from "./fields.ts";
import {
  type DoneWrite,
  dialIdBytes,
  type FrameOf,
  type FrameType,
  gatewayIdBytes,
  type Hello,
  type InterestEntry,
  type LedgerReport,
  macBytes,
  maxDoneWrites,
  maxInterestEntries,
  maxIntervalMs,
  maxMembers,
  maxNeighbourSdpBytes,
  maxRemoved,
  maxSequence,
  type NeighbourDescription,
  nonceBytes,
  type Proof,
  publicKeyBytes,
  signatureBytes,
} from "./frame-types.ts";
import { maxNameBytes } from "./plain-name.ts";
import { roomKeyBytes } from "./room-key.ts";
import { maxProbes, type RosterProbe } from "./roster.ts";
import { isSessionId, sessionIdLength } from "./session-id.ts";

interface FrameLayout<Type extends FrameType> {
  /** @throws RangeError when the frame is beyond a limit of the protocol: a bug of the caller. */
  readonly write: (body: ByteWriter, frame: FrameOf<Type>) => void;
  /** Meaningless when the reader has failed. Byte fields are views into the message. */
  readonly read: (body: ByteReader) => FrameOf<Type>;
  /** A later version may add fields at the end: what follows the fields that we know is ignored. */
  readonly mayGrow: boolean;
}

export type FrameLayouts = { readonly [Type in FrameType]: FrameLayout<Type> };

const writeHello = (body: ByteWriter, { nonce, publicKey, epoch }: Hello): void => {
  writeFixed(body, nonce, nonceBytes);
  writeFixed(body, publicKey, publicKeyBytes);
  writePositive(body, epoch);
};

const readHello = (body: ByteReader): Hello => ({
  nonce: body.bytes(nonceBytes),
  publicKey: body.bytes(publicKeyBytes),
  epoch: readPositive(body),
});

const writeProof = (body: ByteWriter, { mac, signature }: Proof): void => {
  writeFixed(body, mac, macBytes);
  writeFixed(body, signature, signatureBytes);
};

const readProof = (body: ByteReader): Proof => ({
  mac: body.bytes(macBytes),
  signature: body.bytes(signatureBytes),
});

const writeFlag = (body: ByteWriter, flag: boolean): void => {
  body.u8(flag ? 1 : 0);
};

/** The other bits are for later versions. */
const readFlag = (body: ByteReader): boolean => (body.u8() & 1) !== 0;

const writeProbe = (body: ByteWriter, probe: RosterProbe): void => {
  writePositive(body, probe.index);
  body.u8(probe.probeClass);
  writeBounded(body, probe.capabilities, 0xffff);
  writeFlag(body, probe.isConnected);
  writeText(body, probe.name, maxNameBytes);
};

const readProbe = (body: ByteReader): RosterProbe => ({
  index: readPositive(body),
  probeClass: body.u8(),
  capabilities: readBounded(body, 0xffff),
  isConnected: readFlag(body),
  name: readText(body, maxNameBytes),
});

const writeInterestEntry = (body: ByteWriter, { probe, minIntervalMs }: InterestEntry): void => {
  body.varint(probe);
  writeBounded(body, minIntervalMs, maxIntervalMs);
};

const readInterestEntry = (body: ByteReader): InterestEntry => ({
  probe: body.varint(),
  minIntervalMs: readBounded(body, maxIntervalMs),
});

const writeLedger = (body: ByteWriter, report: LedgerReport): void => {
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

const writeSessionId = (body: ByteWriter, sessionId: string): void => writeText(body, sessionId, sessionIdLength);

const readSessionId = (body: ByteReader): string => {
  const sessionId = readText(body, sessionIdLength);
  if (!isSessionId(sessionId)) body.fail();
  return sessionId;
};

const writeDescription = (body: ByteWriter, { from, to, dialId, sdp }: NeighbourDescription): void => {
  writeSessionId(body, from);
  writeSessionId(body, to);
  writeFixed(body, dialId, dialIdBytes);
  writeText(body, sdp, maxNeighbourSdpBytes);
};

const readDescription = (body: ByteReader): NeighbourDescription => {
  const description = {
    from: readSessionId(body),
    to: readSessionId(body),
    dialId: body.bytes(dialIdBytes),
    sdp: readText(body, maxNeighbourSdpBytes),
  };
  if (description.sdp === "") body.fail();
  return description;
};

const writeDoneWrite = (body: ByteWriter, { probe, sequence, timeUs, outcome }: DoneWrite): void => {
  body.varint(probe);
  writeBounded(body, sequence, maxSequence);
  body.varint(timeUs).u8(outcome);
};

const readDoneWrite = (body: ByteReader): DoneWrite => ({
  probe: body.varint(),
  sequence: readBounded(body, maxSequence),
  timeUs: body.varint(),
  outcome: body.u8(),
});

const writeGatewayId = (body: ByteWriter, gatewayId: string): void =>
  writeFixed(body, fromHex(gatewayId) ?? new Uint8Array(), gatewayIdBytes);

const readGatewayId = (body: ByteReader): string => toHex(body.bytes(gatewayIdBytes));

export const frameLayouts = {
  hello: {
    write: writeHello,
    read: (body) => ({ type: "hello", ...readHello(body) }),
    mayGrow: false,
  },
  answer: {
    write: (body, answer) => {
      writeHello(body, answer);
      writeProof(body, answer);
    },
    read: (body) => ({ type: "answer", ...readHello(body), ...readProof(body) }),
    mayGrow: false,
  },
  proof: {
    write: writeProof,
    read: (body) => ({ type: "proof", ...readProof(body) }),
    mayGrow: false,
  },
  ready: {
    write: () => undefined,
    read: () => ({ type: "ready" }),
    mayGrow: false,
  },
  roster: {
    write: (body, { version, name, isHidden, probes }) => {
      writePositive(body, version);
      writeText(body, name, maxNameBytes);
      writeFlag(body, isHidden);
      writeList(body, probes, maxProbes, writeProbe);
    },
    read: (body) => ({
      type: "roster",
      version: readPositive(body),
      name: readText(body, maxNameBytes),
      isHidden: readFlag(body),
      probes: readList(body, maxProbes, readProbe),
    }),
    mayGrow: true,
  },
  aggregate: {
    write: writeAggregate,
    read: (body) => ({ type: "aggregate", ...readAggregate(body) }),
    mayGrow: false,
  },
  interest: {
    write: (body, { version, entries }) => {
      writePositive(body, version);
      writeList(body, entries, maxInterestEntries, writeInterestEntry);
    },
    read: (body) => ({
      type: "interest",
      version: readPositive(body),
      entries: readList(body, maxInterestEntries, readInterestEntry),
    }),
    mayGrow: false,
  },
  ping: {
    write: (body, { id, t1Us, ledger }) => {
      body.varint(id).varint(t1Us);
      writeLedger(body, ledger);
    },
    read: (body) => ({ type: "ping", id: body.varint(), t1Us: body.varint(), ledger: readLedger(body) }),
    mayGrow: true,
  },
  pong: {
    write: (body, { id, t2Us, t3Us, ledger }) => {
      body.varint(id).varint(t2Us).varint(t3Us);
      writeLedger(body, ledger);
    },
    read: (body) => ({
      type: "pong",
      id: body.varint(),
      t2Us: body.varint(),
      t3Us: body.varint(),
      ledger: readLedger(body),
    }),
    mayGrow: true,
  },
  members: {
    write: (body, { version, sessionIds }) => {
      writePositive(body, version);
      writeList(body, sessionIds, maxMembers, writeSessionId);
    },
    read: (body) => ({
      type: "members",
      version: readPositive(body),
      sessionIds: readList(body, maxMembers, readSessionId),
    }),
    mayGrow: false,
  },
  bye: {
    write: (body, { reason }) => {
      body.u8(reason);
    },
    read: (body) => ({ type: "bye", reason: body.u8() }),
    mayGrow: true,
  },
  neighbourOffer: {
    write: writeDescription,
    read: (body) => ({ type: "neighbourOffer", ...readDescription(body) }),
    mayGrow: false,
  },
  neighbourAnswer: {
    write: writeDescription,
    read: (body) => ({ type: "neighbourAnswer", ...readDescription(body) }),
    mayGrow: false,
  },
  done: {
    write: (body, { writes }) => {
      if (writes.length === 0) throw new RangeError("done without a write");
      requireAtMost(writes.length, maxDoneWrites, "writes");
      for (const write of writes) writeDoneWrite(body, write);
    },
    read: (body) => {
      const writes: DoneWrite[] = [];
      do {
        writes.push(readDoneWrite(body));
        if (writes.length > maxDoneWrites) body.fail();
      } while (body.remaining > 0 && !body.failed);
      return { type: "done", writes };
    },
    mayGrow: false,
  },
  keyProposal: {
    write: (body, { roomKey, by, isSettled, removed }) => {
      writeFixed(body, roomKey, roomKeyBytes);
      writeGatewayId(body, by);
      writeFlag(body, isSettled);
      writeList(body, removed, maxRemoved, writeGatewayId);
    },
    read: (body) => ({
      type: "keyProposal",
      roomKey: body.bytes(roomKeyBytes),
      by: readGatewayId(body),
      isSettled: readFlag(body),
      removed: readList(body, maxRemoved, readGatewayId),
    }),
    mayGrow: true,
  },
} as const satisfies FrameLayouts;
