import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { guardSignaling } from "../../../../web/mesh/signaling-guard.ts";
import { FakePeer } from "../../../support/fake-peerjs.ts";
import { settle } from "../../../support/fake-time.ts";
import { answerOf, offerOf, soundAnswer, soundOffer, withCandidates } from "../../../support/session-descriptions.ts";

const you = `${"ab".repeat(16)}-${"1".repeat(16)}`;

const offer = (change: object = {}) => {
  const { type, payload } = offerOf("dc_new");
  return { type, src: you, payload: { ...payload, ...change } };
};
const answer = (connectionId: string) => ({ ...answerOf(connectionId), src: you });
const candidate = (connectionId: string) => ({
  type: "CANDIDATE",
  src: you,
  payload: { type: "data", connectionId, candidate: { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 } },
});

const guarded = () => {
  const peer = new FakePeer("me", {});
  const drops: string[] = [];
  const unavailable: string[] = [];
  const wanted = { isOffer: true };
  const forged = { count: 0 };
  const heard = { count: 0, heartbeats: 0 };
  guardSignaling({
    peer,
    onHeard: () => {
      heard.count++;
    },
    onHeartbeat: () => {
      heard.heartbeats++;
    },
    mayOffer: () => wanted.isOffer,
    onUnavailable: (sessionId) => unavailable.push(sessionId),
    onForged: () => {
      forged.count++;
    },
    onDrop: (cause) => drops.push(cause),
  });
  return { peer, drops, unavailable, wanted, forged, heard };
};

describe("signaling guard", () => {
  it.each([
    ["null", null, "not-an-object"],
    ["text", "OPEN", "not-an-object"],
    ["LEAVE", { type: "LEAVE", src: you }, "unknown-type"],
    ["an offer without payload", { type: "OFFER", src: you, payload: null }, "bad-payload"],
    ["an offer of a call", offer({ type: "media" }), "bad-payload"],
    ["an offer of another serialization", offer({ serialization: "binary" }), "bad-payload"],
    ["an offer of an inherited serialization", offer({ serialization: "constructor" }), "bad-payload"],
    ["an ordered offer", offer({ reliable: true }), "bad-payload"],
    ["an offer from nobody", { ...offer(), src: "someone" }, "bad-address"],
    ["an answer without payload", { type: "ANSWER", src: you, payload: null }, "bad-payload"],
    ["an answer to no dial", answer("dc_unknown"), "unknown connection"],
    ["a candidate for no dial", candidate("dc_unknown"), "unknown connection"],
  ])("should not let %s pass", async (_, message, cause) => {
    const { peer, drops } = guarded();
    peer.say(message);
    await settle();
    expect(drops).toEqual([cause]);
    expect(peer.handled).toEqual([]);
    expect(peer.connections).toEqual([]);
  });

  it("should report everything that the server says, and keep the answer to a heartbeat from PeerJS", () => {
    const { peer, drops, heard } = guarded();
    peer.say({ type: "HEARTBEAT" });
    peer.say({ type: "HEARTBEAT", src: you, payload: { anything: 1 } });
    peer.say({ type: "OPEN" });
    peer.say("rubbish");
    expect(heard).toEqual({ count: 4, heartbeats: 2 });
    expect(peer.handled).toEqual([{ type: "OPEN" }]);
    expect(drops).toEqual(["not-an-object"]);
  });

  it("should report a description with more than one certificate, wherever it stands, and let none of it in", async () => {
    const { peer, drops, forged } = guarded();
    const [line] = /a=fingerprint:.*\r\n/.exec(soundOffer.sdp) ?? [""];
    for (const sdp of [soundOffer.sdp.replace("m=", `${line}m=`), `${soundOffer.sdp}${line}`]) {
      peer.say(offer({ sdp: { type: "offer", sdp } }));
      peer.say({ ...answerOf("dc_new", sdp), src: you });
    }
    await settle();
    expect(forged.count).toBe(4);
    expect(drops).toEqual(Array(4).fill("several fingerprints"));
    expect(peer.connections).toEqual([]);
  });

  it("should let a proper offer pass when it is wanted", () => {
    const { peer, drops, wanted } = guarded();
    peer.say(offer());
    expect(peer.connections.length).toBe(1);
    wanted.isOffer = false;
    peer.say(offer({ connectionId: "dc_other" }));
    expect(peer.connections.length).toBe(1);
    expect(drops).toEqual(["unwanted offer"]);
  });

  it("should not let an offer close a connection that it names again", () => {
    const { peer, drops } = guarded();
    peer.say(offer());
    peer.say(offer());
    expect(peer.connections.map(({ isClosed }) => isClosed)).toEqual([false]);
    expect(drops).toEqual(["offer of a known connection"]);
  });

  it("should hand answers and candidates to their connection, bounded, and take its failures", async () => {
    const { peer, drops } = guarded();
    const connection = peer.connect(you, {});
    peer.say(answer(connection.connectionId));
    for (let i = 0; i < 65; i++) peer.say(candidate(connection.connectionId));
    await settle();
    expect(connection.messages.length).toBe(1 + 64);
    expect(drops).toEqual(["too many candidates"]);
    connection.rejectsMessages = true;
    peer.say(answer(connection.connectionId));
    await settle();
    expect(drops.at(-1)).toBe("connection closed meanwhile");
  });

  it("should count the candidates that stand in descriptions with those that come one by one", async () => {
    const { peer, drops } = guarded();
    peer.say(offer({ sdp: { type: "offer", sdp: withCandidates(soundOffer.sdp, 60) } }));
    for (let i = 0; i < 5; i++) peer.say(candidate("dc_new"));
    await settle();
    expect(peer.connections[0]?.messages.length).toBe(4);
    expect(drops).toEqual(["too many candidates"]);
    const dialled = peer.connect(you, {});
    const late = answer(dialled.connectionId);
    const { payload } = late;
    for (let i = 0; i < 5; i++) peer.say(candidate(dialled.connectionId));
    peer.say({ ...late, payload: { ...payload, sdp: { type: "answer", sdp: withCandidates(soundAnswer.sdp, 60) } } });
    peer.say({ ...late, payload: { ...payload, sdp: { type: "answer", sdp: withCandidates(soundAnswer.sdp, 59) } } });
    await settle();
    expect(dialled.messages.map(({ type }) => type)).toEqual([...Array(5).fill("CANDIDATE"), "ANSWER"]);
    expect(drops).toEqual(["too many candidates", "too many candidates"]);
  });

  it("should take it when PeerJS throws on an offer", () => {
    const { peer, drops } = guarded();
    peer.connectError = new Error("Cannot create so many PeerConnections");
    peer.say(offer());
    expect(drops).toEqual(["failed offer"]);
  });

  it("should let the server's own words pass, with the payload that PeerJS reads blindly", () => {
    const { peer, drops } = guarded();
    for (const type of ["OPEN", "ID-TAKEN", "INVALID-KEY", "ERROR"]) peer.say({ type });
    expect(peer.handled).toEqual([
      { type: "OPEN" },
      ...["ID-TAKEN", "INVALID-KEY", "ERROR"].map((type) => ({ type, payload: { msg: "" } })),
    ]);
    expect(drops).toEqual([]);
  });

  it("should report which member is not there", () => {
    const { peer, unavailable } = guarded();
    peer.say({ type: "EXPIRE", src: you });
    expect(unavailable).toEqual([you]);
  });

  it.each([
    ["another listener beside PeerJS", (socket: EventEmitter) => socket.on("message", () => undefined)],
    ["no listener", (socket: EventEmitter) => socket.removeAllListeners("message")],
  ])("should refuse a socket with %s", (_, change) => {
    const peer = new FakePeer("me", {});
    if (!(peer.socket instanceof EventEmitter)) throw new Error("not the fake's socket");
    change(peer.socket);
    const nothing = () => undefined;
    const guard = () =>
      guardSignaling({
        peer,
        onHeard: nothing,
        onHeartbeat: nothing,
        mayOffer: () => true,
        onUnavailable: nothing,
        onForged: nothing,
        onDrop: nothing,
      });
    expect(guard).toThrow(/cannot be guarded/);
  });
});
