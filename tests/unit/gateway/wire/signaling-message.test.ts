// The messages that pass have the fields and the order of fields in which PeerJS 1.5.5 sends them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readInbound, readOutbound } from "../../../../gateway/wire/signaling-message.ts";
import { soundOffer } from "../../../support/session-descriptions.ts";

const roomId = "00112233445566778899aabbccddeeff";
const me = `${roomId}-0000000000000001`;
const you = `${roomId}-0000000000000002`;
const connectionId = "dc_k3j9x0a2b1c";
const { sdp } = soundOffer;

const offer = {
  type: "OFFER",
  payload: {
    sdp: { type: "offer", sdp },
    type: "data",
    connectionId,
    label: connectionId,
    reliable: false,
    serialization: "raw",
  },
};
const answer = { type: "ANSWER", payload: { sdp: { type: "answer", sdp }, type: "data", connectionId } };
const iceCandidate = {
  candidate: "candidate:1 1 udp 2113937151 4d1a.local 51234 typ host",
  sdpMid: "0",
  sdpMLineIndex: 0,
  usernameFragment: "aB3d",
};
const candidate = { type: "CANDIDATE", payload: { candidate: iceCandidate, type: "data", connectionId } };
const transmissions = [offer, answer, candidate];

const refused = (reason: string) => ({ refused: reason });

/** A copy with one field, named by its path, set to a value, or deleted when there is none. */
const withField = (message: object, path: string, value?: unknown): unknown => {
  const copy: Record<string, unknown> = structuredClone({ ...message });
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const holder = keys.reduce<Record<string, unknown>>((object, key) => object[key] as Record<string, unknown>, copy);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
};

describe("signaling, what passes", () => {
  it("should be the three messages of a dial, from page to server and from server to page", () => {
    for (const message of transmissions) {
      expect(readOutbound({ ...message, dst: you })).toEqual({ ...message, dst: you });
      expect(readInbound({ ...message, src: me, dst: you })).toEqual({ ...message, src: me });
    }
  });

  it("should be the heartbeat, and its answer, with nothing beside the type", () => {
    expect(readOutbound({ type: "HEARTBEAT" })).toEqual({ type: "HEARTBEAT" });
    expect(readInbound({ type: "HEARTBEAT", src: you })).toEqual({ type: "HEARTBEAT" });
  });

  it("should be the server's own messages, to the page only", () => {
    const words = [
      { type: "OPEN" },
      { type: "EXPIRE", src: you },
      { type: "ID-TAKEN", payload: { msg: "ID is taken" } },
      { type: "INVALID-KEY", payload: { msg: "" } },
      { type: "ERROR", payload: { msg: "Invalid key provided" } },
    ];
    for (const message of words) {
      expect(readInbound({ ...message, dst: me })).toEqual(message);
      expect(readOutbound({ ...message, dst: you })).toEqual(refused("unknown-type"));
    }
  });

  it("should always have words in an error, for PeerJS reads them without looking", () => {
    for (const payload of [undefined, null, 5, {}, { msg: 7 }, { msg: "x".repeat(10_000) }]) {
      expect(readInbound({ type: "ERROR", payload })).toEqual({ type: "ERROR", payload: { msg: "" } });
    }
  });

  it("should be candidates with fields that a browser leaves out", () => {
    const { candidate: line } = iceCandidate;
    const read = (fields: object) => readOutbound(withField({ ...candidate, dst: you }, "payload.candidate", fields));
    const whole = { candidate: line, sdpMid: null, sdpMLineIndex: null, usernameFragment: null };
    expect(read({ candidate: line, sdpMid: "data" })).toMatchObject({
      payload: { candidate: { ...whole, sdpMid: "data" } },
    });
    expect(read({ ...whole, sdpMLineIndex: 0 })).toMatchObject({
      payload: { candidate: { ...whole, sdpMLineIndex: 0 } },
    });
    expect(read(whole)).toEqual(refused("bad-payload"));
  });
});

describe("signaling, what does not pass", () => {
  it("should be everything that is no object", () => {
    for (const value of [undefined, null, 1, "OFFER", true, [], [offer]]) {
      expect(readOutbound(value)).toEqual(refused("not-an-object"));
      expect(readInbound(value)).toEqual(refused("not-an-object"));
    }
  });

  it("should be LEAVE, and every type that is not named", () => {
    for (const type of ["LEAVE", "leave", "OFFER ", "", "__proto__", "constructor", null, undefined, 1, ["OFFER"]]) {
      expect(readOutbound({ ...offer, type, dst: you })).toEqual(refused("unknown-type"));
      expect(readInbound({ ...offer, type, src: you })).toEqual(refused("unknown-type"));
    }
  });

  it("should be what goes to or comes from no session id", () => {
    for (const id of [undefined, null, "", "x", you.toUpperCase(), `${you} `, [you], { toString: () => you }]) {
      expect(readOutbound({ ...offer, dst: id })).toEqual(refused("bad-address"));
      expect(readInbound({ ...offer, src: id })).toEqual(refused("bad-address"));
      expect(readInbound({ type: "EXPIRE", src: id })).toEqual(refused("bad-address"));
    }
  });

  const long = "x".repeat(100_000);
  const bad: readonly (readonly [object, string, unknown?])[] = [
    [offer, "payload"],
    [offer, "payload", null],
    [offer, "payload", "data"],
    [offer, "payload.type", "media"],
    [offer, "payload.serialization", "binary"],
    [offer, "payload.serialization", "__proto__"],
    [offer, "payload.serialization"],
    [offer, "payload.reliable", true],
    [offer, "payload.reliable"],
    [offer, "payload.label"],
    [offer, "payload.label", long],
    [offer, "payload.connectionId"],
    [offer, "payload.connectionId", ""],
    [offer, "payload.connectionId", 5],
    [offer, "payload.connectionId", "x".repeat(65)],
    [offer, "payload.sdp"],
    [offer, "payload.sdp", sdp],
    [offer, "payload.sdp.type", "answer"],
    [offer, "payload.sdp.sdp", ""],
    [offer, "payload.sdp.sdp", long],
    [answer, "payload.sdp.type", "offer"],
    [answer, "payload.sdp.type", "rollback"],
    [answer, "payload.type", "media"],
    [candidate, "payload.candidate"],
    [candidate, "payload.candidate", null],
    [candidate, "payload.candidate.candidate"],
    [candidate, "payload.candidate.candidate", ""],
    [candidate, "payload.candidate.candidate", long],
    [candidate, "payload.candidate.sdpMid", 0],
    [candidate, "payload.candidate.sdpMid", long],
    [candidate, "payload.candidate.sdpMLineIndex", "0"],
    [candidate, "payload.candidate.sdpMLineIndex", -1],
    [candidate, "payload.candidate.sdpMLineIndex", 0.5],
    [candidate, "payload.candidate.sdpMLineIndex", 1_000],
    [candidate, "payload.candidate.usernameFragment", long],
  ];
  for (const [message, path, value] of bad) {
    const { type } = message as { type: string };
    it(`should be ${type} with ${path} = ${JSON.stringify(value)?.slice(0, 20) ?? "nothing"}`, () => {
      expect(readOutbound(withField({ ...message, dst: you }, path, value))).toEqual(refused("bad-payload"));
      expect(readInbound(withField({ ...message, src: you }, path, value))).toEqual(refused("bad-payload"));
    });
  }

  it("should be a field that is inherited, or hidden in __proto__", () => {
    const inherited: unknown = Object.create({ ...offer, dst: you });
    expect(readOutbound(inherited)).toEqual(refused("unknown-type"));
    const hidden: unknown = JSON.parse(`{"__proto__": ${JSON.stringify({ ...offer, dst: you })}}`);
    expect(readOutbound(hidden)).toEqual(refused("unknown-type"));
    const payload = JSON.stringify(offer.payload);
    const half: unknown = JSON.parse(`{"type": "OFFER", "dst": "${you}", "payload": {"__proto__": ${payload}}}`);
    expect(readOutbound(half)).toEqual(refused("bad-payload"));
  });

  it("should be anything beside the named fields, at every depth", () => {
    const extra = { metadata: { a: 1 }, _payload: 1, originator: true, browser: "x" };
    const crowded = {
      ...offer,
      ...extra,
      dst: you,
      src: "forged",
      payload: { ...offer.payload, ...extra, sdp: { ...offer.payload.sdp, ...extra } },
    };
    expect(readOutbound(crowded)).toEqual({ ...offer, dst: you });
    const polluting: unknown = JSON.parse(`{"type": "OPEN", "__proto__": {"polluted": true}}`);
    const read = readInbound(polluting);
    expect(read).toEqual({ type: "OPEN" });
    expect("polluted" in read).toBe(false);
  });

  it("should never be an exception, whatever is said", () => {
    const names = ["type", "payload", "dst", "src", "sdp", "candidate", "connectionId", "__proto__", "toString"];
    const anything = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom<unknown>("OFFER", "CANDIDATE", "data", you, null, 0, "raw", false),
        fc.array(tie("value"), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom(...names), tie("value"), { maxKeys: 5 }),
      ),
    })).value;
    fc.assert(
      fc.property(anything, (value) => {
        const outbound = readOutbound(value);
        const inbound = readInbound(value);
        for (const read of [outbound, inbound]) expect("refused" in read || "type" in read).toBe(true);
      }),
    );
  });
});
