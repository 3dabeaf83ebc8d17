// Every decoder that bytes or texts from outside reach: from devices, peers, the signaling server, pages at the
// server's door, invites and storage. Each gets what somebody thought of (tests/vectors/hostile) and what chance makes
// of valid inputs; 100,000 each in the long form.

import type { IncomingMessage } from "node:http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInfo } from "../../firmware-bridge/devices/earl-profile.ts";
import { concatBytes } from "../../firmware-bridge/frames/bytes.ts";
import { FrameDecoder } from "../../firmware-bridge/frames/decode-frames.ts";
import { FrameEncoder } from "../../firmware-bridge/frames/encode-frames.ts";
import {
  decodeAck,
  decodeBattery,
  decodeButton,
  decodeGesture,
  decodeLed,
  decodeLightLevel,
  decodeMotion,
  decodeRate,
  decodeVibration,
  maxVibrateDurations,
  maxVibrateMs,
} from "../../firmware-bridge/frames/payloads.ts";
import { fromBase64url } from "../../gateway/basics/base64url.ts";
import { decodeUtf8, encodeUtf8 } from "../../gateway/basics/utf8.ts";
import { maxRules, readRules } from "../../gateway/probes/rules.ts";
import { buzzRateRange, strengthLimitRange } from "../../gateway/probes/wearer-limits.ts";
import { recordingSchema } from "../../gateway/recording/recording.ts";
import { packRows } from "../../gateway/recording/recording-chunks.ts";
import { recordingColumns } from "../../gateway/recording/recording-columns.ts";
import { sumOf } from "../../gateway/records/ledger.ts";
import { Statistics } from "../../gateway/statistics/statistics.ts";
import { splitCommandTarget } from "../../gateway/wire/command-payload.ts";
import { type DecodedMessage, decodeMessage } from "../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import {
  type FrameType,
  frameCodes,
  type GatewayFrame,
  maxFrames,
  maxLifetimeMs,
  maxMembers,
  maxNeighbourSdpBytes,
  maxPayloadBytes,
  maxRecords,
  type NeighbourFrame,
  protocolVersion,
  publicKeyBytes,
} from "../../gateway/wire/frame-types.ts";
import { maxNameBytes } from "../../gateway/wire/plain-name.ts";
import { parseInvite, roomKeyBytes } from "../../gateway/wire/room-key.ts";
import { maxProbes } from "../../gateway/wire/roster.ts";
import { maxCandidates } from "../../gateway/wire/session-description.ts";
import { isSessionId } from "../../gateway/wire/session-id.ts";
import { maxSignalingLength, readInbound, readOutbound } from "../../gateway/wire/signaling-message.ts";
import { addressGroup, clientAddress } from "../../signaling-server/addresses.ts";
import { readConfig } from "../../signaling-server/config.ts";
import type { GuardedSocket } from "../../signaling-server/guarded-socket.ts";
import { Inspection, type Session } from "../../signaling-server/inspection.ts";
import { Rooms } from "../../signaling-server/rooms.ts";
import { StartProblem } from "../../signaling-server/start-problem.ts";
import { readClaim } from "../../signaling-server/upgrade-request.ts";
import { Recorder } from "../../web/figures/recorder.ts";
import { maxPendingAccepts, RtcNeighbourOpener } from "../../web/mesh/neighbour-opener.ts";
import { isDialable } from "../../web/mesh/neighbour-sdp.ts";
import { readFingerprint } from "../../web/mesh/sdp-fingerprint.ts";
import { serverApi } from "../../web/mesh/server-api.ts";
import { shiftHoursRange } from "../../web/panel/figure-settings.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { Shift } from "../../web/power/shift.ts";
import { FigureSettingsStore } from "../../web/store/figure-settings-store.ts";
import { takeSlot } from "../../web/store/identity-slots.ts";
import { openIdentity } from "../../web/store/identity-store.ts";
import { openRecordingStore } from "../../web/store/recording-store.ts";
import { maxRooms, RoomStore } from "../../web/store/room-store.ts";
import { SettingsStore } from "../../web/store/settings-store.ts";
import { openTextStorage } from "../../web/store/text-storage.ts";
import { arbitraryFrame, arbitraryFrames } from "../support/arbitrary-frames.ts";
import { FakeNativeConnection } from "../support/fake-native-connection.ts";
import { calmPage } from "../support/fake-recordings.ts";
import { FakeTime } from "../support/fake-time.ts";
import { fuzz } from "../support/fuzz.ts";
import { heldByIndexedDb } from "../support/held-by-indexed-db.ts";
import {
  hostileDescriptions,
  hostileEarlFrames,
  hostileGatewayMessages,
  hostileInvites,
  hostileSignaling,
  hostileStoredTexts,
  hostileUpgradeRequests,
} from "../support/hostile-corpus.ts";
import { recordingSession } from "../support/made-up-figures.ts";
import type { MemoryChannel } from "../support/memory-channel.ts";
import { connect, type Member, newMember } from "../support/memory-room.ts";
import { mutatedBytes, mutatedJson, mutatedText } from "../support/mutations.ts";
import { readJsonRecording } from "../support/recording-reader.ts";
import { answerOf, offerOf, recordedDescriptions, soundOffer } from "../support/session-descriptions.ts";

const roomId = "00112233445566778899aabbccddeeff";
const me = `${roomId}-0000000000000001`;
const you = `${roomId}-0000000000000002`;

/** No number in it is NaN or infinite: what is shown, summed up and sent on has to be one. */
const expectFinite = (value: unknown): void => {
  for (const field of Object.values(Object(value) as object)) {
    if (typeof field === "number") expect(Number.isFinite(field)).toBe(true);
  }
};

describe("from a device", () => {
  const validChunk = fc
    .tuple(fc.integer({ min: 0, max: 63 }), fc.uint8Array({ maxLength: 240 }))
    .map(([kind, payload]) => concatBytes(...new FrameEncoder().encode(kind, payload)));

  const pushAll = (chunks: readonly Uint8Array[]) => {
    const decoder = new FrameDecoder();
    const messages = chunks.flatMap((chunk) => decoder.push(chunk));
    for (const { payload } of messages) expect(payload.length).toBeLessThanOrEqual(240);
    expectFinite(decoder.counts);
    expect(decoder.counts.skippedBytes).toBeLessThanOrEqual(chunks.reduce((total, { length }) => total + length, 0));
    return messages;
  };

  it("Earl frames", ({ task }) =>
    fuzz(task, {
      inputs: fc.array(mutatedBytes(validChunk), { maxLength: 4 }),
      corpus: hostileEarlFrames.map(({ chunk }) => [chunk]),
      check: pushAll,
    }));

  it.each(hostileEarlFrames)("Earl frames: $why", ({ chunk, messages, longest }) => {
    const read = pushAll([chunk]);
    expect(read).toHaveLength(messages);
    expect(Math.max(0, ...read.map(({ payload }) => payload.length))).toBe(longest);
  });

  it("payloads of every kind", ({ task }) =>
    fuzz(task, {
      inputs: fc.uint8Array({ maxLength: 40 }),
      check: (payload) => {
        for (const decode of [
          decodeMotion,
          decodeGesture,
          decodeButton,
          decodeBattery,
          decodeLightLevel,
          decodeAck,
          decodeLed,
          decodeRate,
        ])
          expectFinite(decode(payload));
        const { strengthPercent = 1, durationsMs = [] } = decodeVibration(payload) ?? {};
        expect(strengthPercent).toBeGreaterThanOrEqual(1);
        expect(strengthPercent).toBeLessThanOrEqual(100);
        expect(durationsMs.length).toBeLessThanOrEqual(maxVibrateDurations);
        expect(durationsMs.reduce((total, durationMs) => total + durationMs, 0)).toBeLessThanOrEqual(maxVibrateMs);
      },
    }));

  it("the info of a device", ({ task }) =>
    fuzz(task, { inputs: fc.uint8Array({ maxLength: 8 }), check: (bytes) => expectFinite(parseInfo(bytes)) }));
});

const withinLimits = (frame: GatewayFrame): void => {
  switch (frame.type) {
    case "roster":
      expect(frame.probes.length).toBeLessThanOrEqual(maxProbes);
      for (const { name } of [frame, ...frame.probes])
        expect(encodeUtf8(name).length).toBeLessThanOrEqual(maxNameBytes);
      return;
    case "aggregate":
      expect(frame.records.length).toBeLessThanOrEqual(maxRecords);
      for (const record of frame.records) {
        expectFinite(record);
        expect(record.timeUs).toBeGreaterThanOrEqual(0);
        expect(record.lifetimeMs).toBeLessThanOrEqual(maxLifetimeMs);
        expect(record.payload.length).toBeLessThanOrEqual(maxPayloadBytes);
      }
      return;
    case "members":
      expect(frame.sessionIds.length).toBeLessThanOrEqual(maxMembers);
      expect(frame.sessionIds.every(isSessionId)).toBe(true);
      return;
    default:
      expectFinite(frame);
  }
};

const checkMessage = (message: Uint8Array): DecodedMessage => {
  const decoded = decodeMessage(message);
  if (!("malformed" in decoded)) {
    expect(decoded.frames.length + decoded.skipped).toBeLessThanOrEqual(maxFrames);
    for (const frame of decoded.frames) withinLimits(frame);
  }
  return decoded;
};

describe("from a peer", () => {
  it("messages of several frames", ({ task }) =>
    fuzz(task, {
      inputs: mutatedBytes(
        fc.array(arbitraryFrame, { minLength: 1, maxLength: 3 }).map((frames) => encodeMessage(frames)),
      ),
      corpus: hostileGatewayMessages.map(({ message }) => message),
      check: checkMessage,
    }));

  it.each(hostileGatewayMessages)("a message: $why", ({ message, malformed }) => {
    const decoded = checkMessage(message);
    if (malformed === undefined) expect(decoded).toHaveProperty("frames");
    else expect(decoded).toEqual({ malformed });
  });

  for (const type of Object.keys(frameCodes) as FrameType[]) {
    const validBody = arbitraryFrames[type].map((frame) => bodyOf(encodeMessage([frame])));
    it(`the frame ${type}`, ({ task }) =>
      fuzz(task, { inputs: mutatedBytes(validBody).map((body) => framed(type, body)), check: checkMessage }));
  }

  it("targets of commands", ({ task }) =>
    fuzz(task, {
      inputs: fc.uint8Array({ maxLength: 30 }),
      check: (bytes) => expectFinite(splitCommandTarget(bytes)),
    }));

  it("texts", ({ task }) =>
    fuzz(task, {
      inputs: mutatedBytes(fc.string({ unit: "grapheme", maxLength: 40 }).map(encodeUtf8)),
      check: (bytes) => {
        const text = decodeUtf8(bytes);
        if (text !== undefined) expect(encodeUtf8(text)).toEqual(bytes);
      },
    }));

  it("session descriptions", ({ task }) =>
    fuzz(task, {
      inputs: mutatedText(
        fc.constantFrom(...recordedDescriptions.map(({ sdp }) => sdp), ...hostileDescriptions.map(({ sdp }) => sdp)),
      ),
      corpus: hostileDescriptions.map(({ sdp }) => sdp),
      check: (sdp) => {
        const read = readFingerprint(sdp);
        // One that is read stands there once, and nothing else that could be taken for one.
        if (read instanceof Uint8Array) expect([read.length, sdp.match(/fingerprint/gi)?.length]).toEqual([32, 1]);
        if (!isDialable(sdp)) return;
        expect(read).toBeInstanceOf(Uint8Array);
        expect(sdp.length).toBeLessThanOrEqual(maxNeighbourSdpBytes);
        // By another way of reading than the product's: lines, whatever ends them.
        const lines = sdp.split(/[\r\n]+/);
        expect(lines.filter((line) => line.startsWith("m="))).toEqual([expect.stringMatching(/webrtc-datachannel$/)]);
        expect(lines.filter((line) => line.startsWith("a=candidate:")).length).toBeLessThanOrEqual(maxCandidates);
      },
    }));

  it.each(hostileDescriptions)("a session description: $why", ({ sdp, refused }) => {
    expect(readFingerprint(sdp)).toEqual({ refused });
    expect(isDialable(sdp)).toBe(false);
  });
});

/** Behind version, type and length. */
const bodyOf = (message: Uint8Array): Uint8Array => {
  let at = 2;
  while ((message[at] ?? 0) >= 128) at++;
  return message.subarray(at + 1);
};

const framed = (type: FrameType, body: Uint8Array): Uint8Array => {
  const { length } = body;
  const lengthBytes = length < 128 ? [length] : length < 16_384 ? [(length % 128) + 128, length >> 7] : [255, 255, 1];
  return concatBytes(Uint8Array.of(protocolVersion, frameCodes[type], ...lengthBytes), body);
};

const validSignaling = fc.constantFrom<unknown[]>(
  { type: "HEARTBEAT" },
  { type: "OPEN" },
  { type: "EXPIRE", src: you },
  { type: "ERROR", payload: { msg: "no" } },
  { ...offerOf("dc_a"), src: you, dst: you },
  { ...answerOf("dc_a"), src: you, dst: you },
  {
    type: "CANDIDATE",
    src: you,
    dst: you,
    payload: {
      type: "data",
      connectionId: "dc_a",
      candidate: { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "ab" },
    },
  },
);
const signalingValues = hostileSignaling.map(({ value }) => value);

describe("from the signaling server", () => {
  it("signaling messages, at the page's own check", ({ task }) =>
    fuzz(task, {
      inputs: mutatedJson(validSignaling),
      corpus: signalingValues,
      check: (value) => {
        const read = readInbound(value);
        if (!("refused" in read) && "src" in read) expect(isSessionId(read.src)).toBe(true);
        if (!("refused" in read)) expect(readInbound(read)).toEqual(read);
      },
    }));

  it.each(hostileSignaling)("a signaling message: $why", ({ value }) => {
    expect(readInbound(value)).toHaveProperty("refused");
    expect(readOutbound(value)).toHaveProperty("refused");
  });

  const config = { publicUrl: "https://mesh.example", peerPath: "/signaling/", iceServers: [{ urls: "stun:a" }] };
  it("what the page asks it", ({ task }) =>
    fuzz(task, {
      inputs: mutatedText(
        mutatedJson(fc.constantFrom<unknown[]>(config, { members: [me, you] })).map(
          (value) => JSON.stringify(value) ?? "",
        ),
      ),
      check: async (answer) => {
        const api = serverApi("https://mesh.example", async () => new Response(answer));
        const members = await api.members(roomId);
        expect(members?.every((id) => isSessionId(id) && id.startsWith(roomId)) ?? true).toBe(true);
        const { publicUrl = "https:", iceServers = [], peerPath = "/" } = (await api.config()) ?? {};
        expect(publicUrl).toMatch(/^https?:/i);
        expect(peerPath).toMatch(/^\/[\w/-]*$/);
        for (const { urls } of iceServers) expect([urls].flat().every((url) => /^(stun|turn)s?:/.test(url))).toBe(true);
      },
    }));
});

describe("at the server's door", () => {
  it("signaling messages, as they come from the socket", ({ task }) => {
    const rooms = new Rooms<Session>();
    const said: string[] = [];
    const socket = { send: (text: string) => said.push(text), terminate: () => undefined } as unknown as GuardedSocket;
    const session: Session = {
      ...{ sessionId: me, token: "token", socket, address: "192.0.2.1" },
      ...{ joinedAtMs: 0, heardAtMs: 0, hasExchanged: false, isLeaving: false },
    };
    rooms.join(me, session);
    rooms.join(you, { ...session, sessionId: you });
    const inspect = new Inspection(rooms, () => 0).inspectorOf(session);
    return fuzz(task, {
      inputs: fc.oneof(
        mutatedText(mutatedJson(validSignaling).map((value) => JSON.stringify(value) ?? "")).map((text) =>
          Buffer.from(text),
        ),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      ),
      corpus: signalingValues.map((value) => Buffer.from(JSON.stringify(value))),
      check: (bytes) => {
        said.length = 0;
        const passed = inspect(bytes, false);
        const answers = said.map((text) => JSON.parse(text));
        if (passed === undefined) {
          for (const answer of answers) expect(answer).toMatchObject({ type: "EXPIRE" });
          return;
        }
        expect(passed.length).toBeLessThanOrEqual(maxSignalingLength);
        const message = JSON.parse(passed);
        expect(readOutbound(message)).toEqual(message);
        expect(answers).toEqual(message.type === "HEARTBEAT" ? [{ type: "HEARTBEAT" }] : []);
        if (message.type !== "HEARTBEAT") expect(message.dst).toBe(you);
      },
    });
  });

  const validUrl = `/signaling/peerjs?key=peerjs&id=${me}&token=token-of-tests&version=1.5.5`;
  it("requests for a socket", ({ task }) =>
    fuzz(task, {
      inputs: mutatedText(fc.constantFrom(validUrl, ...hostileUpgradeRequests.map(({ url }) => url.slice(0, 600)))),
      corpus: hostileUpgradeRequests.map(({ url }) => url),
      check: (url) => {
        const claim = readClaim({ url } as IncomingMessage);
        if (typeof claim === "string") return;
        expect(isSessionId(claim.sessionId)).toBe(true);
        expect(claim.token).toMatch(/^[\w-]{8,64}$/);
      },
    }));

  it.each(hostileUpgradeRequests)("a request for a socket: $why", ({ url }) => {
    expect(readClaim({ url } as IncomingMessage)).toBeTypeOf("string");
  });

  it("addresses that a proxy names", ({ task }) =>
    fuzz(task, {
      inputs: fc.oneof(
        mutatedText(fc.constantFrom("198.51.100.1, 203.0.113.9", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0")),
        fc.ipV6(),
      ),
      check: (forwarded) => {
        const request = { socket: { remoteAddress: "127.0.0.1" }, headers: { "x-forwarded-for": forwarded } };
        const address = clientAddress(request as unknown as IncomingMessage, true);
        expect(addressGroup(address)).toMatch(/^[\d.]+$|^([\da-f]{1,4}:){3}[\da-f]{1,4}::\/64$/);
        expect(addressGroup(forwarded)).toBeTypeOf("string");
      },
    }));

  it("its own options", ({ task }) =>
    fuzz(task, {
      inputs: fc.tuple(
        fc.array(
          mutatedText(
            fc.constantFrom(
              "--http-port=8080",
              "--https-port",
              "--host=::1",
              "--public-url=https://mesh.example",
              '--ice-servers=[{"urls":"turn:a","username":"u"}]',
              "--allowed-origins=https://a.example,http://b",
              "--cert=a",
              "--dev",
              "--help",
            ),
          ),
          { maxLength: 4 },
        ),
        fc.dictionary(
          fc.constantFrom("EARL_MESH_HTTP_PORT", "EARL_MESH_DEV", "EARL_MESH_ICE_SERVERS", "EARL_MESH_PUBLIC_URL"),
          mutatedText(fc.constantFrom("1", "8080", "stun:a", "https://mesh.example")),
        ),
      ),
      check: ([args, environment]) => {
        try {
          const { httpPort = 0, publicUrl = "https:" } = readConfig(args, environment) ?? {};
          expect(httpPort).toBeGreaterThanOrEqual(0);
          expect(httpPort).toBeLessThanOrEqual(65_535);
          expect(publicUrl).toMatch(/^https:/);
        } catch (error) {
          if (!(error instanceof StartProblem)) throw error; // Which is the documented one, and says what to do.
        }
      },
    }));
});

describe("from people and from storage", () => {
  const key = "AAECAwQFBgcICQoLDA0O_w";

  it("invites", ({ task }) =>
    fuzz(task, {
      inputs: mutatedText(fc.constantFrom(`https://mesh.example/#k=${key}`, `#k=${key}`, key)),
      corpus: hostileInvites.map(({ text }) => text),
      check: (text) => {
        const invite = parseInvite(text);
        if (invite !== undefined) expect(invite.roomKey.length).toBe(roomKeyBytes);
      },
    }));

  it.each(hostileInvites)("an invite: $why", ({ text }) => expect(parseInvite(text)).toBeUndefined());

  it("base64url", ({ task }) =>
    fuzz(task, { inputs: mutatedText(fc.constantFrom(key, `${key}AA`)), check: (text) => fromBase64url(text) }));

  const slotOfTab = { request: async (_: string, __: unknown, use: (lock: object) => unknown) => use({}) };
  const settings = {
    isMuted: true,
    strengthLimit: 50,
    buzzesPerTenSeconds: 5,
    rules: [{ gesture: "wave", from: "anyone", pattern: "short" }],
    mutedPeers: ["0".repeat(32)],
  };
  const rooms = [{ roomId, label: "Room", roomKey: key, lastUsedAt: "2026-01-01T00:00:00.000Z" }];
  const figures = { shiftHours: 8, capacityWh: 12 };
  const hourMs = 3_600_000;
  const nowMs = 1_000 * hourMs;
  const shift = { beganAtMs: nowMs - 2 * hourMs, endsAtMs: nowMs + 6 * hourMs };
  const storedText = mutatedText(
    mutatedJson(fc.constantFrom<unknown[]>(settings, rooms, figures, shift)).map(
      (value) => JSON.stringify(value) ?? "",
    ),
  );

  const loadAll = async (text: string): Promise<void> => {
    const storage = openTextStorage(() => ({ getItem: () => text, setItem: () => undefined }));
    const loaded = new SettingsStore(storage, 1).load();
    expect(loaded.strengthLimit).toBeGreaterThanOrEqual(strengthLimitRange.least);
    expect(loaded.strengthLimit).toBeLessThanOrEqual(strengthLimitRange.most);
    expect(loaded.buzzesPerTenSeconds).toBeGreaterThanOrEqual(buzzRateRange.least);
    expect(loaded.buzzesPerTenSeconds).toBeLessThanOrEqual(buzzRateRange.most);
    expect(loaded.rules.length).toBeLessThanOrEqual(maxRules);
    expect(readRules(loaded.rules)).toEqual(loaded.rules);
    expect(loaded.name).not.toMatch(/^\s*$|\p{Cc}/u);
    expect(encodeUtf8(loaded.name).length).toBeLessThanOrEqual(maxNameBytes);
    const remembered = new RoomStore(storage).rooms();
    expect(remembered.length).toBeLessThanOrEqual(maxRooms);
    for (const room of remembered) expect(room.roomId).toMatch(/^[0-9a-f]{32}$/);
    const { shiftHours, capacityWh = 1 } = new FigureSettingsStore(storage).load();
    expect(shiftHours >= 1 && shiftHours <= 24 && capacityWh >= 0.5 && capacityWh <= 100).toBe(true);
    const shiftOf = new Shift({ wallNow: () => nowMs, storage, hours: () => shiftHours });
    const { endsAtMs } = shiftOf;
    expect(endsAtMs.value).toBeGreaterThan(nowMs);
    // The day on which clocks are set back has an hour more.
    expect(endsAtMs.value).toBeLessThanOrEqual(nowMs + (shiftHoursRange.most + 1) * hourMs);
    shiftOf.setHours(shiftHours); // From when it began, whenever that is said to have been.
    expect(new Date(endsAtMs.value).getTime()).not.toBeNaN();
    const slot = await takeSlot(slotOfTab as unknown as LockManager, storage, () => () => undefined);
    expect(slot).toBeGreaterThanOrEqual(1);
    expect(slot).toBeLessThanOrEqual(8);
  };

  it("settings, rooms, shifts and slots in storage", ({ task }) =>
    fuzz(task, { inputs: storedText, corpus: hostileStoredTexts.map(({ text }) => text), check: loadAll }));

  it.each(hostileStoredTexts)("$key in storage: $why", ({ text }) => loadAll(text));

  const head = {
    schema: recordingSchema,
    columns: recordingColumns,
    context: { startedAt: "2026-01-01T00:00:00.000Z", intervalMs: 1000, sessions: [] },
    roomId,
    isRunning: true,
    startedAtMs: 1000,
    lastedMs: 2000,
    clockJumpedMs: 500,
    rows: 2,
    chunks: 1,
  };
  const chunk = packRows([
    { rowKind: "all", elapsedMs: 1000, name: "" },
    { rowKind: "all", elapsedMs: 2000, name: "" },
  ]);

  it("recordings in storage", ({ task }) =>
    fuzz(task, {
      inputs: fc.tuple(mutatedJson(fc.constant<unknown>(head)), mutatedText(fc.constant(chunk))),
      corpus: [1.5, -1, 1e12, "1", null].map((chunks) => [{ ...head, chunks }, chunk] as [unknown, string]),
      check: async ([storedHead, storedChunk]) => {
        // Of an invented million of chunks, a thousand missing ones end the asking.
        const store = openRecordingStore(
          heldByIndexedDb((place) => (place === -1 ? storedHead : place < 3 ? storedChunk : undefined)),
          1,
          openTextStorage(() => ({ getItem: () => null, setItem: () => undefined })),
        );
        const recorder = new Recorder({
          now: () => 5000,
          monotonicNow: () => 5000,
          wallNow: () => 5000,
          store,
          ...calmPage,
        });
        await recorder.resume(recordingSession, roomId);
        expectFinite(recorder.view.value);
        const csv = await recorder.file("csv");
        const json = await recorder.file("json");
        if (json !== undefined) expect(readJsonRecording(await json.text()).rows.length).toBeGreaterThanOrEqual(0);
        expect(csv === undefined).toBe(json === undefined);
      },
    }));

  it("identities in storage", ({ task }) =>
    fuzz(task, {
      inputs: mutatedJson(fc.constant<unknown>({ keys: { privateKey: {}, publicKey: {} }, epoch: 3 })),
      corpus: [null, 7, { keys: null, epoch: 1 }, { keys: { privateKey: "x", publicKey: "y" }, epoch: -1 }],
      check: async (stored) => {
        const identity = await openIdentity({
          indexedDB: heldByIndexedDb(() => stored),
          locks: slotOfTab as unknown as LockManager,
          tabStorage: openTextStorage(() => ({ getItem: () => null, setItem: () => undefined })),
          schedule: () => () => undefined,
        });
        const { key, epoch } = await identity.nextEntry();
        expect(epoch).toBeGreaterThanOrEqual(1);
        expect(key.publicKey.length).toBe(publicKeyBytes);
      },
    }));
});

describe("from a member, beyond the decoder", () => {
  /** Frames of the handshake and goodbyes end the channel, and a new one costs a handshake. */
  const lively = arbitraryFrame.filter(({ type }) => !["hello", "answer", "proof", "ready", "bye"].includes(type));

  it("frames that read, in any order and with any content", async ({ task }) => {
    const time = new FakeTime(1_000);
    let statistics = new Statistics(time.now);
    let victim: Member | undefined;
    let opener: RtcNeighbourOpener | undefined;
    let channel: MemoryChannel | undefined;
    let carried = 0;
    const meet = async (): Promise<MemoryChannel> => {
      statistics = new Statistics(time.now);
      opener?.close();
      const member = await newMember(time, "victim", {
        observer: statistics,
        onNeighbourFrame: (neighbourSessionId, frame) => {
          carried++;
          opener?.receive(neighbourSessionId, frame);
        },
      });
      opener = openNeighbour(time, member.sessionId, (neighbourSessionId, frame) =>
        member.gateway.sendThrough(neighbourSessionId, frame),
      );
      victim = member;
      return (await connect(time, await newMember(time, "attacker"), member)).callee;
    };
    await fuzz(task, {
      inputs: fc.array(fc.tuple(lively, fc.boolean()), { minLength: 1, maxLength: 4 }),
      check: async (said) => {
        if (channel === undefined || channel.closeReason !== undefined) channel = await meet();
        const { localSessionId } = channel;
        const frames = said.map(([frame, isForVictim]) => (isForVictim ? addressedTo(localSessionId, frame) : frame));
        channel.deliver(encodeMessage(frames));
        await time.advance(250); // So that it keeps to the rates.
        if (victim === undefined) return;
        const { sent, delivered, duplicate, late, dropped, received } = victim.gateway.traffic();
        expectFinite({ sent, delivered, duplicate, late, received, ...dropped });
        const { held = 0 } = victim.gateway.peers[0]?.ledger.snapshot() ?? {};
        expect(delivered + duplicate + late + sumOf(dropped) + held).toBe(received);
        expectFinite(statistics.snapshot(victim.gateway).all.totals);
        expectFewConnections();
      },
    });
    expect(carried).toBeGreaterThan(0);
  });

  it("what a neighbour carries, as far as the browser", ({ task }) => {
    const time = new FakeTime(1_000);
    const neighbourSessionId = `${roomId}-0000000000000003`;
    const opener = openNeighbour(time, me, () => true);
    const { neighbourOffer, neighbourAnswer } = arbitraryFrames;
    const isNeighbours = (frame: GatewayFrame): frame is NeighbourFrame =>
      frame.type === "neighbourOffer" || frame.type === "neighbourAnswer";
    const sdps = mutatedText(
      fc.constantFrom(...recordedDescriptions.map(({ sdp }) => sdp), ...hostileDescriptions.map(({ sdp }) => sdp)),
    );
    const ids: fc.Arbitrary<string> = fc.constantFrom(
      me,
      you,
      neighbourSessionId,
      `${"f".repeat(32)}-0000000000000004`,
    );
    return fuzz(task, {
      inputs: fc.record({
        frame: fc.oneof(neighbourOffer, neighbourAnswer).filter(isNeighbours),
        from: ids,
        sdp: sdps,
      }),
      corpus: hostileDescriptions.map(({ sdp }) => ({
        frame: { type: "neighbourOffer", from: you, to: me, dialId: new Uint8Array(16), sdp } as const,
        from: you,
        sdp,
      })),
      check: async ({ frame, from, sdp }) => {
        opener.receive(neighbourSessionId, { ...frame, from, to: me, sdp });
        await time.advance(500);
        for (const { remoteDescriptions } of FakeNativeConnection.made)
          for (const description of remoteDescriptions) expect(isDialable(description.sdp ?? "")).toBe(true);
        expectFewConnections();
      },
    });
  });

  const openNeighbour = (
    time: FakeTime,
    sessionId: string,
    send: (neighbourSessionId: string, frame: NeighbourFrame) => boolean,
  ): RtcNeighbourOpener => {
    FakeNativeConnection.made.length = 0;
    return new RtcNeighbourOpener({
      RTCPeerConnection: FakeNativeConnection,
      sessionId,
      iceServers: () => [],
      crypto: webCrypto,
      schedule: time.schedule,
      send,
      onChannel: () => undefined,
    });
  };

  /** Those that are closed are forgotten. */
  const expectFewConnections = (): void => {
    const { made } = FakeNativeConnection;
    const open = made.filter(({ closes }) => closes === 0);
    made.splice(0, made.length, ...open);
    expect(open.length).toBeLessThanOrEqual(maxPendingAccepts);
  };

  /** A neighbour frame as from somebody of the same room. */
  const addressedTo = (sessionId: string, frame: GatewayFrame): GatewayFrame =>
    frame.type === "neighbourOffer" || frame.type === "neighbourAnswer"
      ? { ...frame, to: sessionId, from: sessionId.slice(0, 33) + frame.from.slice(33), sdp: soundOffer.sdp }
      : frame;
});
