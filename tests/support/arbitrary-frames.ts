// Any gateway frame that the protocol allows, for property tests.
import fc from "fast-check";
import { cutUtf8 } from "../../gateway/basics/utf8.ts";
import {
  dialIdBytes,
  type FrameType,
  type GatewayFrame,
  type LedgerReport,
  macBytes,
  maxDoneWrites,
  maxInterestEntries,
  maxIntervalMs,
  maxLifetimeMs,
  maxNeighbourSdpBytes,
  maxPayloadBytes,
  maxRemoved,
  maxSequence,
  nonceBytes,
  publicKeyBytes,
  signatureBytes,
} from "../../gateway/wire/frame-types.ts";
import { maxNameBytes } from "../../gateway/wire/plain-name.ts";
import type { GatewayRecord } from "../../gateway/wire/record.ts";
import { roomKeyBytes } from "../../gateway/wire/room-key.ts";
import { maxProbes } from "../../gateway/wire/roster.ts";

const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
const u8 = fc.integer({ min: 0, max: 0xff });
const varint = fc.oneof(fc.nat(300), fc.maxSafeNat());
const positive = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
/** 70 years. Two times must not be further apart than a zigzag can say. */
const timeUs = fc.oneof(fc.nat(10_000_000), fc.nat({ max: 2 ** 51 }));
const name = fc.string({ unit: "grapheme", maxLength: maxNameBytes }).map((text) => cutUtf8(text, maxNameBytes));

const hexDigits = (count: number) =>
  fc.array(fc.integer({ min: 0, max: 15 }), { minLength: count, maxLength: count }).map((digits) => {
    return digits.map((digit) => digit.toString(16)).join("");
  });
const sessionId = fc.tuple(hexDigits(32), hexDigits(16)).map(([room, page]) => `${room}-${page}`);

export const arbitraryRecord: fc.Arbitrary<GatewayRecord> = fc.record({
  probe: varint,
  kind: u8,
  sequence: fc.oneof(fc.nat(300), fc.nat({ max: maxSequence })),
  timeUs,
  lifetimeMs: fc.nat({ max: maxLifetimeMs }),
  payload: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: maxPayloadBytes })),
});

const ledger: fc.Arbitrary<LedgerReport> = fc.record({
  sent: varint,
  droppedBeforeSend: varint,
  receivedEarlier: varint,
  received: varint,
  delivered: varint,
  duplicate: varint,
  late: varint,
  dropped: varint,
});

const hello = { nonce: bytes(nonceBytes), publicKey: bytes(publicKeyBytes), epoch: positive };
const proof = { mac: bytes(macBytes), signature: bytes(signatureBytes) };
const probe = fc.record({
  index: positive,
  probeClass: u8,
  capabilities: fc.nat({ max: 0xffff }),
  isConnected: fc.boolean(),
  name,
});
const interestEntry = fc.record({ probe: varint, minIntervalMs: fc.nat({ max: maxIntervalMs }) });

const description = {
  from: sessionId,
  to: sessionId,
  dialId: bytes(dialIdBytes),
  sdp: fc
    .oneof(fc.string({ minLength: 1, maxLength: 100 }), fc.string({ unit: "grapheme", minLength: 1, maxLength: 9_000 }))
    .map((text) => cutUtf8(text, maxNeighbourSdpBytes)),
};

const doneWrite = fc.record({ probe: varint, sequence: fc.nat({ max: maxSequence }), timeUs: varint, outcome: u8 });

const type = <T extends string>(name: T): { readonly type: fc.Arbitrary<T> } => ({ type: fc.constant(name) });

/** By type, for tests that want one alone. */
export const arbitraryFrames: Readonly<Record<FrameType, fc.Arbitrary<GatewayFrame>>> = {
  hello: fc.record({ ...type("hello"), ...hello }),
  answer: fc.record({ ...type("answer"), ...hello, ...proof }),
  proof: fc.record({ ...type("proof"), ...proof }),
  ready: fc.record({ ...type("ready") }),
  roster: fc.record({
    ...type("roster"),
    version: positive,
    name,
    isHidden: fc.boolean(),
    probes: fc.array(probe, { maxLength: maxProbes }),
  }),
  aggregate: fc.record({
    ...type("aggregate"),
    rosterVersion: positive,
    records: fc.array(arbitraryRecord, { minLength: 1, maxLength: 12 }),
  }),
  interest: fc.record({
    ...type("interest"),
    version: positive,
    entries: fc.array(interestEntry, { maxLength: maxInterestEntries }),
  }),
  ping: fc.record({ ...type("ping"), id: varint, t1Us: varint, ledger }),
  pong: fc.record({ ...type("pong"), id: varint, t2Us: varint, t3Us: varint, ledger }),
  members: fc.record({ ...type("members"), version: positive, sessionIds: fc.array(sessionId, { maxLength: 20 }) }),
  bye: fc.record({ ...type("bye"), reason: u8 }),
  keyProposal: fc.record({
    ...type("keyProposal"),
    roomKey: bytes(roomKeyBytes),
    by: hexDigits(32),
    isSettled: fc.boolean(),
    removed: fc.array(hexDigits(32), { maxLength: maxRemoved }),
  }),
  neighbourOffer: fc.record({ ...type("neighbourOffer"), ...description }),
  neighbourAnswer: fc.record({ ...type("neighbourAnswer"), ...description }),
  done: fc.record({
    ...type("done"),
    writes: fc.array(doneWrite, { minLength: 1, maxLength: maxDoneWrites }),
  }),
};

export const arbitraryFrame: fc.Arbitrary<GatewayFrame> = fc.oneof(...Object.values(arbitraryFrames));
