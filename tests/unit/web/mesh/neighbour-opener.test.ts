import { beforeEach, describe, expect, it } from "vitest";
import type { Channel } from "../../../../gateway/wire/channel.ts";
import type { NeighbourFrame } from "../../../../gateway/wire/frame-types.ts";
import {
  gatherLimitMs,
  maxPendingAccepts,
  maxPendingAcceptsPerNeighbour,
  maxPendingAcceptsPerSession,
  RtcNeighbourOpener,
} from "../../../../web/mesh/neighbour-opener.ts";
import { type DialFailure, dialTimeoutMs } from "../../../../web/mesh/opener.ts";
import { webCrypto } from "../../../../web/platform/web-crypto.ts";
import { FakeNativeConnection } from "../../../support/fake-native-connection.ts";
import { describeSession, fingerprintLine } from "../../../support/fake-rtc.ts";
import { FakeTime } from "../../../support/fake-time.ts";

const roomId = "ab".repeat(16);
const session = (n: number, inRoom = roomId) => `${inRoom}-${n.toString(16).padStart(16, "0")}`;
const [me, you, neighbour, other] = [session(1), session(2), session(3), session(4)];
const sound = describeSession(fingerprintLine("bb")).sdp;

const openOpener = () => {
  const time = new FakeTime();
  const sent: { neighbourSessionId: string; frame: NeighbourFrame }[] = [];
  const incoming: Channel[] = [];
  const world = { takes: true };
  const opener = new RtcNeighbourOpener({
    RTCPeerConnection: FakeNativeConnection,
    sessionId: me,
    iceServers: () => [{ urls: "stun:mesh.example" }],
    crypto: webCrypto,
    schedule: time.schedule,
    send: (neighbourSessionId, frame) => {
      if (world.takes) sent.push({ neighbourSessionId, frame });
      return world.takes;
    },
    onChannel: (channel) => incoming.push(channel),
  });
  const connection = (index = -1): FakeNativeConnection => {
    const made = FakeNativeConnection.made.at(index);
    if (made === undefined) throw new Error("no connection was made");
    return made;
  };
  const lastSent = (): NeighbourFrame => {
    const last = sent.at(-1);
    if (last === undefined) throw new Error("nothing was sent");
    return last.frame;
  };
  return { opener, time, sent, incoming, world, connection, lastSent };
};

/** A dial whose offer has been sent. */
const dialled = async () => {
  const all = openOpener();
  const outcomes: (Channel | DialFailure)[] = [];
  void all.opener.dial(you, neighbour).then((outcome) => outcomes.push(outcome));
  await all.time.advance(0);
  const answer = (more: Partial<NeighbourFrame> = {}): NeighbourFrame => ({
    type: "neighbourAnswer",
    from: you,
    to: me,
    dialId: all.lastSent().dialId,
    sdp: sound,
    ...more,
  });
  return { ...all, outcomes, answer };
};

const offerFrom = (from: string, more: Partial<NeighbourFrame> = {}): NeighbourFrame => ({
  type: "neighbourOffer",
  from,
  to: me,
  dialId: webCrypto.randomBytes(16),
  sdp: sound,
  ...more,
});

/** An offer of `you` that has been answered. */
const offered = async () => {
  const all = openOpener();
  const offer = offerFrom(you);
  all.opener.receive(neighbour, offer);
  await all.time.advance(0);
  return { ...all, offer };
};

beforeEach(() => {
  FakeNativeConnection.made.length = 0;
  FakeNativeConnection.isQuick = true;
  FakeNativeConnection.makeError = undefined;
});

describe("neighbour opener, dialling", () => {
  it("should send one offer with all candidates in it, by the given neighbour", async () => {
    FakeNativeConnection.isQuick = false;
    const { sent, connection, time } = await dialled();
    expect(sent).toEqual([]);
    expect(connection().configuration).toEqual({ iceServers: [{ urls: "stun:mesh.example" }] });
    expect(connection().pipes[0]).toMatchObject({ label: "earl-mesh", options: { ordered: false } });
    connection().localDescription = { sdp: `${connection().ownSdp}a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n` };
    connection().gather();
    await time.advance(0);
    const sdp = connection().localDescription?.sdp;
    const dialId = expect.any(Uint8Array);
    expect(sent).toEqual([
      { neighbourSessionId: neighbour, frame: { type: "neighbourOffer", from: me, to: you, dialId, sdp } },
    ]);
  });

  it("should send what it has when gathering takes too long", async () => {
    FakeNativeConnection.isQuick = false;
    const { sent, time } = await dialled();
    await time.advance(gatherLimitMs - 1);
    expect(sent).toHaveLength(0);
    await time.advance(1);
    expect(sent).toHaveLength(1);
  });

  it("should be a channel when the answer was taken and the data channel opens", async () => {
    const { opener, outcomes, answer, connection, time } = await dialled();
    opener.receive(neighbour, answer());
    await time.advance(0);
    expect(connection().remoteDescriptions).toEqual([{ type: "answer", sdp: sound }]);
    connection().open();
    await time.advance(0);
    expect(outcomes).toEqual([
      expect.objectContaining({
        localSessionId: me,
        remoteSessionId: you,
        dialedBy: "us",
        signaledBy: "neighbour",
      }),
    ]);
    await time.advance(dialTimeoutMs);
    expect(connection().closes).toBe(0);
    expect(time.pendingTasks).toBe(0);
  });

  it.each([
    ["to another dial", { dialId: new Uint8Array(16) }],
    ["from another session", { from: other }],
  ])("should take no answer %s", async (_, lie) => {
    const { opener, answer, connection, time } = await dialled();
    opener.receive(neighbour, answer(lie));
    await time.advance(0);
    expect(connection().remoteDescriptions).toEqual([]);
    expect(opener.drops.get("neighbour answer to no dial")).toBe(1);
  });

  it("should take no answer through another neighbour, and none twice", async () => {
    const { opener, answer, connection, time } = await dialled();
    opener.receive(other, answer());
    await time.advance(0);
    expect(connection().remoteDescriptions).toEqual([]);
    opener.receive(neighbour, answer());
    opener.receive(neighbour, answer());
    await time.advance(0);
    expect(connection().remoteDescriptions).toHaveLength(1);
    expect(opener.drops.get("neighbour answer to no dial")).toBe(2);
  });

  it("should give up at once what has a bad answer, or one that the browser does not read", async () => {
    const first = await dialled();
    const twoFingerprints = describeSession(fingerprintLine("bb"), fingerprintLine("cc")).sdp;
    first.opener.receive(neighbour, first.answer({ sdp: twoFingerprints }));
    await first.time.advance(0);
    expect(first.outcomes).toEqual([{ failed: "not-connected" }]);
    expect(first.connection().remoteDescriptions).toEqual([]);
    expect(first.opener.drops.get("neighbour answer with a bad description")).toBe(1);
    const second = await dialled();
    second.connection().remoteError = new Error("unreadable");
    second.opener.receive(neighbour, second.answer());
    await second.time.advance(0);
    expect(second.outcomes).toEqual([{ failed: "not-connected" }]);
    expect([first, second].map(({ connection }, i) => connection(i).closes)).toEqual([1, 1]);
  });

  it("should run out of time without an answer, and forget the dial", async () => {
    const { opener, outcomes, answer, connection, time } = await dialled();
    await time.advance(dialTimeoutMs);
    expect(outcomes).toEqual([{ failed: "timed-out" }]);
    expect(connection().closes).toBe(1);
    opener.receive(neighbour, answer());
    expect(opener.drops.get("neighbour answer to no dial")).toBe(1);
    expect(time.pendingTasks).toBe(0);
  });

  it("should fail at once when the connection fails, the neighbour is gone, or the browser makes none", async () => {
    const failing = await dialled();
    failing.connection().enter("failed");
    await failing.time.advance(0);
    expect(failing.outcomes).toEqual([{ failed: "not-connected" }]);
    const alone = openOpener();
    alone.world.takes = false;
    expect(await alone.opener.dial(you, neighbour)).toEqual({ failed: "neighbour-away" });
    FakeNativeConnection.makeError = new Error("no more connections");
    expect(await openOpener().opener.dial(you, neighbour)).toEqual({ failed: "not-connected" });
  });

  it("should not send more than fits into a frame", async () => {
    FakeNativeConnection.isQuick = false;
    const { connection, outcomes, sent, time } = await dialled();
    connection().localDescription = { sdp: sound + "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n".repeat(300) };
    connection().gather();
    await time.advance(0);
    expect(outcomes).toEqual([{ failed: "not-connected" }]);
    expect(sent).toEqual([]);
  });

  it("should dial one session once at a time", async () => {
    const { opener } = await dialled();
    expect(await opener.dial(you, other)).toEqual({ failed: "already-dialling" });
  });
});

describe("neighbour opener, answering", () => {
  it("should answer by the way the offer came, and return the channel once it is open", async () => {
    const { sent, offer, connection, incoming, time } = await offered();
    expect(connection().remoteDescriptions).toEqual([{ type: "offer", sdp: sound }]);
    const { dialId } = offer;
    const sdp = connection().ownSdp;
    expect(sent).toEqual([
      { neighbourSessionId: neighbour, frame: { type: "neighbourAnswer", from: me, to: you, dialId, sdp } },
    ]);
    const pipe = connection().receivePipe("connecting");
    await time.advance(0);
    expect(incoming).toEqual([]);
    pipe.readyState = "open";
    pipe.dispatchEvent(new Event("open"));
    await time.advance(0);
    expect(incoming).toEqual([
      expect.objectContaining({ remoteSessionId: you, dialedBy: "them", signaledBy: "neighbour" }),
    ]);
    await time.advance(dialTimeoutMs);
    expect(connection().closes).toBe(0);
  });

  it("should lose nothing that arrives before anybody listens", async () => {
    const { connection, incoming, time } = await offered();
    connection().receivePipe().receive(Uint8Array.of(1, 2).buffer);
    await time.advance(0);
    const heard: Uint8Array[] = [];
    incoming[0]?.listen({
      onMessage: (message) => heard.push(message),
      onDrain: () => undefined,
      onClose: () => undefined,
    });
    expect(heard).toEqual([Uint8Array.of(1, 2)]);
  });

  it.each([
    ["in its own name", me],
    ["in the neighbour's name", neighbour],
    ["from another room", session(9, "cd".repeat(16))],
  ])("should not look at an offer %s", async (_, from) => {
    const { opener, time } = openOpener();
    opener.receive(neighbour, offerFrom(from));
    await time.advance(0);
    expect(FakeNativeConnection.made).toEqual([]);
    expect([...opener.drops]).toEqual([["neighbour offer of nobody", 1]]);
  });

  it("should not hand the browser a description that browsers might read differently", async () => {
    const { opener, time } = openOpener();
    opener.receive(neighbour, offerFrom(you, { sdp: describeSession().sdp }));
    await time.advance(0);
    expect(FakeNativeConnection.made).toEqual([]);
    expect([...opener.drops]).toEqual([["neighbour offer with a bad description", 1]]);
  });

  it("should give up in time, and count, when the offer leads nowhere", async () => {
    const { opener, connection, time, incoming } = await offered();
    const pipe = connection().receivePipe("connecting");
    await time.advance(dialTimeoutMs);
    expect(connection().closes).toBeGreaterThan(0);
    pipe.readyState = "open";
    pipe.dispatchEvent(new Event("open"));
    await time.advance(0);
    expect(incoming).toEqual([]);
    expect([...opener.drops]).toEqual([["accept through a neighbour timed-out", 1]]);
    expect(time.pendingTasks).toBe(0);
  });

  it("should answer few offers of one session, and of one neighbour, at once, and leave places for others", async () => {
    const { opener, time } = openOpener();
    const flood = async (neighbourSessionId: string, from: (i: number) => string): Promise<number> => {
      const before = FakeNativeConnection.made.length;
      for (let i = 0; i < 100; i++) opener.receive(neighbourSessionId, offerFrom(from(i)));
      await time.advance(0);
      return FakeNativeConnection.made.length - before;
    };
    expect(await flood(neighbour, () => you)).toBe(maxPendingAcceptsPerSession);
    expect(await flood(neighbour, (i) => session(100 + i))).toBe(
      maxPendingAcceptsPerNeighbour - maxPendingAcceptsPerSession,
    );
    expect(await flood(other, (i) => session(300 + i))).toBe(maxPendingAccepts - maxPendingAcceptsPerNeighbour);
    expect(await flood(session(5), (i) => session(500 + i))).toBe(1); // Its own, whatever the others do.
    expect(await flood(session(6), (i) => session(600 + i))).toBe(1);
    await time.advance(dialTimeoutMs);
    expect(FakeNativeConnection.made.every(({ closes }) => closes > 0)).toBe(true);
    expect(await flood(neighbour, () => you)).toBe(maxPendingAcceptsPerSession);
  });
});

describe("neighbour opener, more than one data channel on a connection", () => {
  const dials = {
    us: async () => {
      const all = await dialled();
      all.opener.receive(neighbour, all.answer());
      await all.time.advance(0);
      return { ...all, open: () => all.connection().open(), outcomes: all.outcomes };
    },
    them: async () => {
      const all = await offered();
      const pipe = all.connection().receivePipe("connecting");
      const open = (): void => {
        pipe.readyState = "open";
        pipe.dispatchEvent(new Event("open"));
      };
      return { ...all, open, outcomes: all.incoming as (Channel | DialFailure)[] };
    },
  };
  const cause = "more than one channel through a neighbour";

  for (const [who, dial] of Object.entries(dials)) {
    it(`should end it at once when it is open and dialled by ${who}`, async () => {
      const { opener, connection, open, outcomes, time } = await dial();
      open();
      await time.advance(0);
      const [channel] = outcomes;
      if (channel === undefined || "failed" in channel) throw new Error("not opened");
      const ends: string[] = [];
      channel.listen({ onMessage: () => undefined, onDrain: () => undefined, onClose: (reason) => ends.push(reason) });
      expect(connection().closes).toBe(0);
      connection().receivePipe();
      expect(ends).toEqual(["more than one channel"]);
      expect(connection().closes).toBe(1);
      connection().receivePipe();
      expect([...opener.drops]).toEqual([[cause, 1]]);
      expect(time.pendingTasks).toBe(0);
    });

    it(`should end it before it is open, when dialled by ${who}`, async () => {
      const { opener, connection, open, outcomes, time } = await dial();
      connection().receivePipe();
      expect(connection().closes).toBeGreaterThan(0);
      open();
      await time.advance(0);
      expect(outcomes.filter((outcome) => !("failed" in outcome))).toEqual([]);
      expect(opener.drops.get(cause)).toBe(1);
      expect(time.pendingTasks).toBe(0);
    });
  }
});

describe("neighbour opener, the end", () => {
  it("should give up its dials, close its channels and look at nothing any more", async () => {
    const { opener, outcomes, connection, incoming, time, answer } = await dialled();
    opener.receive(neighbour, offerFrom(other));
    await time.advance(0);
    const pipe = connection().receivePipe();
    await time.advance(0);
    opener.close();
    await time.advance(0);
    expect(outcomes).toEqual([{ failed: "closed" }]);
    expect(incoming).toHaveLength(1);
    expect(pipe.readyState).toBe("closing");
    opener.receive(neighbour, answer());
    opener.receive(neighbour, offerFrom(you));
    expect(await opener.dial(you, neighbour)).toEqual({ failed: "closed" });
    await time.advance(10_000);
    expect(FakeNativeConnection.made.map(({ closes }) => closes)).toEqual([1, 1]);
    expect(time.pendingTasks).toBe(0);
  });
});
