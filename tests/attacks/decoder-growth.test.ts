// A decoder that takes four times as long for twice the input lets an attacker tire the machine that runs it, however
// fast it is on all that chance makes. Each gets the worst that its patterns suggest, at one length and at four times
// that length: in time that grows with the length it takes four times as long, squared sixteen.
import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { FrameDecoder } from "../../firmware-bridge/frames/decode-frames.ts";
import { fromBase64url } from "../../gateway/basics/base64url.ts";
import { decodeUtf8 } from "../../gateway/basics/utf8.ts";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import { plainName } from "../../gateway/wire/plain-name.ts";
import { parseInvite } from "../../gateway/wire/room-key.ts";
import { isDataDescription } from "../../gateway/wire/session-description.ts";
import { readInbound, readOutbound } from "../../gateway/wire/signaling-message.ts";
import { clientAddress } from "../../signaling-server/addresses.ts";
import { readClaim } from "../../signaling-server/upgrade-request.ts";
import { isDialable } from "../../web/mesh/neighbour-sdp.ts";
import { readFingerprint } from "../../web/mesh/sdp-fingerprint.ts";
import { tell } from "../support/case-table.ts";
import { offerOf } from "../support/session-descriptions.ts";

const lengthTimes = 4;
/** Between the four of what is linear and the sixteen of what is squared. */
const mostGrowth = 9;
/** What takes less, at the greater length, takes too little for a quotient, and for anybody to mind. */
const negligibleMs = 4;
/** The quickest of several: collections of garbage, and others on the same processor, only ever add. */
const runs = 5;
const length = 20_000;

const repeated = (part: string) => (n: number) => part.repeat(Math.ceil(n / part.length));
const after = (head: string, part: string) => (n: number) => head + repeated(part)(n);
const bytesOf =
  (...head: readonly number[]) =>
  (n: number): Uint8Array =>
    Uint8Array.from({ length: n }, (_, i) => head[i % head.length] ?? 0);
const me = `${"0".repeat(32)}-${"1".repeat(16)}`;
const offerToMe = (sdp: string) => ({ ...offerOf("dc_a", sdp), src: me, dst: me });

interface Growing {
  readonly name: string;
  readonly decode: (n: number) => () => unknown;
}

const ofText = (name: string, decode: (text: string) => unknown, ...worst: readonly ((n: number) => string)[]) =>
  worst.map((make, i) => ({ name: `${name}, ${i + 1}`, decode: (n: number) => prepared(make(n), decode) }));
const ofBytes = (name: string, decode: (bytes: Uint8Array) => unknown, ...worst: ((n: number) => Uint8Array)[]) =>
  worst.map((make, i) => ({ name: `${name}, ${i + 1}`, decode: (n: number) => prepared(make(n), decode) }));
const prepared =
  <T>(input: T, decode: (input: T) => unknown) =>
  () =>
    decode(input);

const sdps = [
  repeated("m="),
  repeated("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"),
  after("m=application ", "9"),
  repeated("m=application 9 \r"),
  repeated("a=candidate:"),
  repeated("a=fingerprint:sha-256 "),
  after("a=fingerprint:sha-256 ", "AB:"),
  after(`a=fingerprint:sha-256 ${"AB:".repeat(31)}AB`, " \t"),
  repeated("\r\n"),
];

const growing: readonly Growing[] = [
  ...ofText("fingerprints", readFingerprint, ...sdps),
  ...ofText("descriptions at the doors", isDataDescription, ...sdps),
  ...ofText("descriptions of a neighbour", isDialable, ...sdps),
  ...ofText("offers at the page's door", (sdp) => readInbound(offerToMe(sdp)), ...sdps),
  ...ofText("offers at the server's door", (sdp) => readOutbound(offerToMe(sdp)), ...sdps),
  ...ofText("invites", parseInvite, repeated("#k="), after("https://a/#k=", "A"), repeated(" "), repeated("https://")),
  ...ofText("base64url", fromBase64url, repeated("A"), repeated("A=")),
  ...ofText("names", plainName, repeated(" "), repeated("\u202e"), repeated("e\u0301"), repeated(" a")),
  ...ofText(
    "requests for a socket",
    (url) => readClaim({ url } as IncomingMessage),
    after("/signaling/peerjs?", "id=a&"),
    after("/signaling/peerjs?token=", "%41"),
    repeated("/"),
  ),
  ...ofText(
    "addresses that a proxy names",
    (forwarded) =>
      clientAddress(
        {
          socket: { remoteAddress: "127.0.0.1" },
          headers: { "x-forwarded-for": forwarded },
        } as unknown as IncomingMessage,
        true,
      ),
    repeated(","),
    repeated(" "),
    repeated("1:"),
  ),
  ...ofBytes("Earl frames", (bytes) => new FrameDecoder().push(bytes), bytesOf(0xea), bytesOf(0xea, 0x41, 0, 15)),
  ...ofBytes("texts", decodeUtf8, bytesOf(0x61), bytesOf(0xe2, 0x82, 0xac), bytesOf(0xff)),
  // Each of its messages has a greatest length, and what is longer is not read: so the lengths are of many messages.
  ...ofBytes(
    "messages of a peer",
    (bytes) => {
      for (let at = 0; at < bytes.length; at += 16_000) decodeMessage(bytes.subarray(at, at + 16_000));
    },
    bytesOf(1),
    bytesOf(1, 0x7f, 0),
  ),
];

/** Processor time, over enough calls to make a time that can be measured. */
const msOf = (decode: () => unknown, calls: number): number => {
  let quickest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) decode();
    const { user, system } = process.cpuUsage(before);
    quickest = Math.min(quickest, (user + system) / 1000);
  }
  return quickest;
};

const calls = 20;

it.each(growing)("$name", ({ decode, name }) => {
  const [short, long] = [decode(length), decode(lengthTimes * length)];
  msOf(short, calls); // Compiled by now.
  const [shortMs, longMs] = [msOf(short, calls), msOf(long, calls)];
  if (longMs > negligibleMs) expect(longMs / shortMs, name).toBeLessThan(mostGrowth);
});

it("would be seen in one that looks again from every place", ({ task }) => {
  const squared = (text: string): number => {
    let found = 0;
    for (let at = 0; at < text.length; at += 10) if (!text.includes("x", at)) found++;
    return found;
  };
  const [short, long] = [length, lengthTimes * length].map((n) => msOf(prepared("a".repeat(n), squared), calls));
  expect(long).toBeGreaterThan(negligibleMs);
  expect((long ?? 0) / (short ?? 1)).toBeGreaterThan(mostGrowth);
  tell(task, { tried: `${growing.length} worst cases`, "got in": "none grows faster than its input" });
});
