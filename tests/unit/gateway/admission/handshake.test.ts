// The attacks of docs/protocol.md §2.1 against the real cryptography of WebCrypto. The other end is another honest
// `admit`, or a script that has whatever an attacker can have: nothing, the room key, or the recording of another
// session.
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ChannelRelay, maxHeldMessages } from "../../../../gateway/admission/channel-relay.ts";
import { EpochBook } from "../../../../gateway/admission/epoch-book.ts";
import { type AdmissionOutcome, admit, handshakeTimeoutMs } from "../../../../gateway/admission/handshake.ts";
import { transcript } from "../../../../gateway/admission/handshake-transcript.ts";
import type { Crypto, IdentityKey } from "../../../../gateway/basics/runtime.ts";
import type { FingerprintRefusal } from "../../../../gateway/wire/channel.ts";
import { decodeMessage } from "../../../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../../../gateway/wire/encode-message.ts";
import type { GatewayFrame } from "../../../../gateway/wire/frame-types.ts";
import { identityKeyOf, makeIdentityKeyPair, webCrypto } from "../../../../web/platform/web-crypto.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import {
  defaultCallee,
  defaultDialer,
  type MemoryChannel,
  type MemoryChannelOptions,
  memoryChannelPair,
} from "../../../support/memory-channel.ts";

const authKey = new Uint8Array(32).fill(7);
const otherAuthKey = new Uint8Array(32).fill(8);
/** Thirty handshakes with real cryptography, on a machine that is busy with something else. */
const manyHandshakesMs = 30_000;

/** Any frame that belongs after the handshake. */
const later: GatewayFrame = { type: "bye", reason: 6 };

let alice: IdentityKey;
let bob: IdentityKey;
let mallory: IdentityKey;

beforeAll(async () => {
  const [a, b, m] = await Promise.all(
    Array.from({ length: 3 }, async () => identityKeyOf(await makeIdentityKeyPair())),
  );
  if (a === undefined || b === undefined || m === undefined) throw new Error("three keys were made");
  [alice, bob, mallory] = [a, b, m];
});

interface Ways {
  readonly authKey?: Uint8Array;
  readonly epoch?: number;
  readonly epochs?: EpochBook;
  readonly crypto?: Crypto;
}

/** A room of two: a fake network, and honest gateways at its ends. */
const open = (options: Omit<MemoryChannelOptions, "schedule"> = {}, time = new FakeTime()) => {
  const pair = memoryChannelPair({ schedule: time.schedule, delayMs: () => 1, ...options });
  const play = (channel: MemoryChannel, identity: IdentityKey, ways: Ways = {}) => {
    const relay = new ChannelRelay(channel);
    const epochs = new EpochBook();
    const isBarred = (): boolean => false;
    const everyday = { authKey, epoch: 1, epochs, isBarred, crypto: webCrypto, schedule: time.schedule };
    return { relay, outcome: admit({ ...everyday, relay, identity, ...ways }) };
  };
  return { ...pair, time, play };
};

/** Another end that says what the test makes it say. */
const script = (channel: MemoryChannel) => {
  const relay = new ChannelRelay(channel);
  return {
    say: (...frames: readonly GatewayFrame[]) => channel.send(encodeMessage(frames)),
    hear: async (): Promise<GatewayFrame | undefined> => {
      const message = await relay.next();
      return message && framesOf(message)[0];
    },
  };
};

const framesOf = (message: Uint8Array): readonly GatewayFrame[] => {
  const decoded = decodeMessage(message);
  return "malformed" in decoded ? [] : decoded.frames;
};

/** A phone whose cryptography takes a while: what arrives in the meantime waits. */
const slow = <Inputs extends readonly unknown[], T>(time: FakeTime, work: (...inputs: Inputs) => Promise<T>) => {
  return async (...inputs: Inputs): Promise<T> => {
    await new Promise<void>((resolve) => void time.schedule(100, resolve));
    return work(...inputs);
  };
};

const typesSent = (channel: MemoryChannel) =>
  channel.sent.map((message) =>
    framesOf(message)
      .map(({ type }) => type)
      .join(),
  );

const refused = (reason: string) => ({ kind: "refused", reason });

const helloOf = (identity: IdentityKey, nonceByte = 1) =>
  ({ type: "hello", nonce: new Uint8Array(32).fill(nonceByte), publicKey: identity.publicKey, epoch: 1 }) as const;

const noProof = { mac: new Uint8Array(32), signature: new Uint8Array(64) };

/** What an insider can make: the room key is right, and the identity is what the test lets it claim. */
const insidersAnswer = async (hello: GatewayFrame | undefined, claimed: IdentityKey, signer: IdentityKey) => {
  if (hello?.type !== "hello") throw new Error("a dialer begins with hello");
  const own = helloOf(claimed);
  const bytes = transcript("R", { ...hello, ...defaultDialer }, { ...own, ...defaultCallee });
  const proof = { mac: await webCrypto.hmacSha256(authKey, bytes), signature: await signer.sign(bytes) };
  return { ...own, ...proof, type: "answer" } as const;
};

const gatewayIdOf = async ({ publicKey }: IdentityKey) =>
  Buffer.from(await webCrypto.sha256(publicKey))
    .toString("hex")
    .slice(0, 32);

describe("handshake between two of one room", () => {
  it("should admit both ends, each by the other's identity", async () => {
    const { dialer, callee, play, time } = open();
    const ends = [play(dialer, alice, { epoch: 3 }), play(callee, bob, { epoch: 2 ** 40 })];
    expect(await time.until(Promise.all(ends.map(({ outcome }) => outcome)))).toEqual([
      { kind: "admitted", gatewayId: await gatewayIdOf(bob), epoch: 2 ** 40 },
      { kind: "admitted", gatewayId: await gatewayIdOf(alice), epoch: 3 },
    ]);
    expect([dialer.closeReason, callee.closeReason]).toEqual([undefined, undefined]);
    expect(time.pendingTasks).toBe(0);
  });

  it("should say nothing but the four frames, one at a time", async () => {
    const { dialer, callee, play, time } = open();
    await time.until(Promise.all([play(dialer, alice).outcome, play(callee, bob).outcome]));
    expect(typesSent(dialer)).toEqual(["hello", "proof"]);
    expect(typesSent(callee)).toEqual(["answer", "ready"]);
  });

  it("should keep messages that overtake ready, and pass them on in the order of arrival", async () => {
    const readyIsNth = 1;
    const { dialer, callee, play, time } = open({
      delayMs: (nth, from) => (from === "callee" && nth === readyIsNth ? 200 : 5),
    });
    const dialing = play(dialer, alice);
    await time.until(play(callee, bob).outcome);
    for (const reason of [1, 2, 3]) callee.send(encodeMessage([{ type: "bye", reason }]));
    await time.advance(50);
    expect((await time.until(dialing.outcome)).kind).toBe("admitted");
    const heard: Uint8Array[] = [];
    dialing.relay.forward({
      onMessage: (message) => heard.push(message),
      onDrain: () => undefined,
      onClose: () => undefined,
    });
    callee.send(encodeMessage([{ type: "bye", reason: 4 }]));
    await time.advance(50);
    expect(heard.flatMap(framesOf)).toEqual([1, 2, 3, 4].map((reason) => ({ type: "bye", reason })));
  });

  it("should admit a gateway again with the same epoch and with a newer one", async () => {
    const epochs = new EpochBook();
    for (const epoch of [5, 5, 6]) {
      const { dialer, callee, play, time } = open();
      void play(dialer, alice, { epoch });
      expect((await time.until(play(callee, bob, { epochs }).outcome)).kind).toBe("admitted");
    }
    expect(epochs.newest(await gatewayIdOf(alice))).toBe(6);
  });
});

describe("handshake with a peer that does not belong here", () => {
  it("should refuse a peer that has another room key, before the dialer has proven anything", async () => {
    const { dialer, callee, play, time } = open();
    const ends = [play(dialer, alice), play(callee, bob, { authKey: otherAuthKey })];
    expect(await time.until(Promise.all(ends.map(({ outcome }) => outcome)))).toEqual([
      refused("wrong-proof"),
      refused("closed"),
    ]);
    expect(typesSent(dialer)).toEqual(["hello"]);
    expect(dialer.closeReason).toBe("not admitted: wrong-proof");
  });

  it("should refuse a dialer with another room key", async () => {
    const { dialer, callee, play, time } = open();
    const calling = script(dialer);
    const { outcome } = play(callee, bob);
    calling.say(helloOf(mallory));
    await time.until(calling.hear());
    calling.say({ type: "proof", ...noProof });
    expect(await time.until(outcome)).toEqual(refused("wrong-proof"));
    expect(typesSent(callee)).toEqual(["answer"]);
  });

  it("should refuse an insider who claims another gateway's key", async () => {
    const { dialer, callee, play, time } = open();
    const { outcome } = play(dialer, alice);
    const answering = script(callee);
    answering.say(await insidersAnswer(await time.until(answering.hear()), bob, mallory));
    expect(await time.until(outcome)).toEqual(refused("wrong-signature"));
  });

  it("should refuse a key that is no point of the curve", async () => {
    const { dialer, callee, play, time } = open();
    const { outcome } = play(dialer, alice);
    const answering = script(callee);
    const broken = { ...bob, publicKey: new Uint8Array(65).fill(4) };
    answering.say(await insidersAnswer(await time.until(answering.hear()), broken, mallory));
    expect(await time.until(outcome)).toEqual(refused("wrong-signature"));
  });

  it("should refuse its own identity at the other end", async () => {
    const { dialer, callee, play, time } = open();
    void play(dialer, alice, { epoch: 1 });
    expect(await time.until(play(callee, alice, { epoch: 2 }).outcome)).toEqual(refused("same-gateway"));
  });

  it("should refuse an older page load, dialled or dialling", async () => {
    for (const side of ["dialer", "callee"] as const) {
      const { play, time, ...pair } = open();
      const epochs = new EpochBook();
      epochs.prove(await gatewayIdOf(bob), 5);
      void play(pair[side === "dialer" ? "callee" : "dialer"], bob, { epoch: 4 });
      expect(await time.until(play(pair[side], alice, { epochs }).outcome)).toEqual(refused("stale-epoch"));
      expect(epochs.newest(await gatewayIdOf(bob))).toBe(5);
    }
  });

  it("should enter no epoch that was claimed without proof", async () => {
    const { dialer, callee, play, time } = open();
    const epochs = new EpochBook();
    void play(dialer, mallory, { authKey: otherAuthKey, epoch: 99 });
    await time.until(play(callee, bob, { epochs }).outcome);
    expect(epochs.newest(await gatewayIdOf(mallory))).toBeUndefined();
  });
});

describe("handshake with a recording", () => {
  const record = async () => {
    const { dialer, callee, play, time } = open();
    await time.until(Promise.all([play(dialer, alice).outcome, play(callee, bob).outcome]));
    return { dialer: dialer.sent, callee: callee.sent };
  };

  it("should refuse the hello and proof of another session, though everything else is the same", async () => {
    const recording = await record();
    const { dialer, callee, play, time } = open();
    const { outcome } = play(callee, bob);
    const calling = script(dialer);
    const [hello, proof] = recording.dialer;
    if (hello === undefined || proof === undefined) throw new Error("a dialer sends two messages");
    dialer.send(hello);
    await time.until(calling.hear());
    dialer.send(proof);
    expect(await time.until(outcome)).toEqual(refused("wrong-proof"));
  });

  it("should refuse the answer of another session", async () => {
    const recording = await record();
    const { dialer, callee, play, time } = open();
    const { outcome } = play(dialer, alice);
    const answering = script(callee);
    await time.until(answering.hear());
    for (const message of recording.callee.slice(0, 1)) callee.send(message);
    expect(await time.until(outcome)).toEqual(refused("wrong-proof"));
    expect(typesSent(dialer)).toEqual(["hello"]);
  });
});

describe("handshake with a mirror", () => {
  it("should refuse its own nonce", async () => {
    const { dialer, callee, play, time } = open();
    const { outcome } = play(dialer, alice);
    const answering = script(callee);
    const hello = await time.until(answering.hear());
    if (hello?.type !== "hello") throw new Error("a dialer begins with hello");
    answering.say({ ...hello, ...noProof, publicKey: bob.publicKey, type: "answer" });
    expect(await time.until(outcome)).toEqual(refused("reflected"));
  });

  it("should refuse its own words, carried from a channel that it dialled to one that it answers", async () => {
    const time = new FakeTime();
    const [out, back] = [open({}, time), open({}, time)];
    const dialing = out.play(out.dialer, alice);
    const answering = back.play(back.callee, alice);
    forwardBetween(out.callee, back.dialer);
    const outcomes = await time.until(Promise.all([dialing.outcome, answering.outcome]));
    expect(outcomes).toEqual([refused("closed"), refused("same-gateway")]);
    expect(typesSent(back.callee)).toEqual([]);
  });

  it("should refuse its own proof in the other role", async () => {
    const { dialer, callee, play, time } = open();
    const { outcome } = play(callee, bob);
    const calling = script(dialer);
    calling.say(helloOf(mallory));
    const answer = await time.until(calling.hear());
    if (answer?.type !== "answer") throw new Error("a callee answers");
    calling.say({ type: "proof", mac: answer.mac, signature: answer.signature });
    expect(await time.until(outcome)).toEqual(refused("wrong-proof"));
  });
});

/** What arrives at one attacker's end leaves from the other, and the end of one is the end of both. */
const forwardBetween = (a: MemoryChannel, b: MemoryChannel) => {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.listen({
      onMessage: (message) => void to.send(message),
      onDrain: () => undefined,
      onClose: () => to.close("forwarded"),
    });
  }
};

describe("handshake with somebody in the middle", () => {
  const certificate = { fingerprint: new Uint8Array(32).fill(0xee) };

  /** The signaling server puts itself between two honest ends and passes on every byte of the handshake. */
  const between = async (seenByDialer: Partial<typeof defaultCallee>, seenByCallee: Partial<typeof defaultDialer>) => {
    const time = new FakeTime();
    const near = open({ callee: { ...defaultCallee, ...seenByDialer } }, time);
    const far = open({ dialer: { ...defaultDialer, ...seenByCallee } }, time);
    forwardBetween(near.callee, far.dialer);
    const ends = [near.play(near.dialer, alice), far.play(far.callee, bob)];
    return time.until(Promise.all(ends.map(({ outcome }) => outcome)));
  };

  it("should notice nothing when only bytes are carried, as any network does", async () => {
    expect((await between({}, {})).map(({ kind }) => kind)).toEqual(["admitted", "admitted"]);
  });

  it("should refuse when the ends see other certificates than each other's", async () => {
    expect(await between(certificate, certificate)).toEqual([refused("wrong-proof"), refused("closed")]);
    expect(await between({}, certificate)).toEqual([refused("wrong-proof"), refused("closed")]);
    expect(await between(certificate, {})).toEqual([refused("wrong-proof"), refused("closed")]);
  });

  it("should refuse when the ends think that they talk to others", async () => {
    const somebodyElse = { sessionId: defaultCallee.sessionId.replace(/c$/, "0") };
    expect(await between(somebodyElse, {})).toEqual([refused("wrong-proof"), refused("closed")]);
    expect(await between({}, somebodyElse)).toEqual([refused("wrong-proof"), refused("closed")]);
  });

  it("should refuse, and say nothing, when the connection cannot name its certificates for certain", async () => {
    const refusals: readonly FingerprintRefusal["refused"][] = [
      "several-fingerprints",
      "no-fingerprint",
      "other-hash",
      "certificate-differs",
    ];
    for (const reason of refusals) {
      const { dialer, play, time } = open();
      dialer.certificates = { refused: reason };
      expect(await time.until(play(dialer, alice).outcome)).toEqual(refused("not-safe"));
      expect(dialer.sent).toEqual([]);
      expect(dialer.closeReason).toBe("not admitted: not-safe");
    }
  });
});

describe("handshake out of turn", () => {
  const outcomeForCallee = async (...messages: readonly (readonly GatewayFrame[])[]): Promise<AdmissionOutcome> => {
    const { dialer, callee, play, time } = open();
    const { outcome } = play(callee, { ...bob, sign: slow(time, bob.sign) });
    const calling = script(dialer);
    for (const frames of messages) calling.say(...frames);
    return time.until(outcome);
  };

  it("should refuse a peer that begins with anything but hello", async () => {
    for (const frame of [
      later,
      { type: "ready" },
      { type: "proof", ...noProof },
      { ...helloOf(alice), ...noProof, type: "answer" },
    ] as const) {
      expect(await outcomeForCallee([frame])).toEqual(refused("out-of-turn"));
    }
  });

  it("should refuse a hello with company in its message", async () => {
    expect(await outcomeForCallee([helloOf(mallory), later])).toEqual(refused("out-of-turn"));
  });

  it("should refuse a dialer that goes on before it is answered", async () => {
    expect(await outcomeForCallee([helloOf(mallory)], [later])).toEqual(refused("out-of-turn"));
    expect(await outcomeForCallee([helloOf(mallory)], [helloOf(mallory, 2)])).toEqual(refused("out-of-turn"));
    expect(await outcomeForCallee([helloOf(mallory)], [{ type: "proof", ...noProof }])).toEqual(refused("out-of-turn"));
  });

  it("should refuse a dialer that sends data before it has received ready", async () => {
    const { dialer, callee, play, time } = open();
    const crypto = { ...webCrypto, verifyP256: slow(time, webCrypto.verifyP256) };
    const { outcome } = play(callee, bob, { crypto });
    void play(dialer, alice);
    await time.untilTrue(() => dialer.sent.length >= 2);
    dialer.send(encodeMessage([later]));
    expect(await time.until(outcome)).toEqual(refused("out-of-turn"));
    expect(typesSent(callee)).toEqual(["answer"]);
  });

  it("should refuse a callee that says more than its answer before it has seen the proof", async () => {
    for (const extra of [later, { type: "ready" }] as const) {
      const { dialer, callee, play, time } = open();
      const { outcome } = play(dialer, { ...alice, sign: slow(time, alice.sign) });
      const answering = script(callee);
      answering.say(await insidersAnswer(await time.until(answering.hear()), bob, bob));
      answering.say(extra);
      expect(await time.until(outcome)).toEqual(refused("out-of-turn"));
      expect(typesSent(dialer)).toEqual(["hello"]);
    }
  });

  it("should refuse a callee that is ready without having answered", async () => {
    const { dialer, callee, play, time } = open();
    const { outcome } = play(dialer, alice);
    script(callee).say({ type: "ready" });
    expect(await time.until(outcome)).toEqual(refused("out-of-turn"));
  });

  it("should refuse another handshake frame in place of ready", async () => {
    const { dialer, callee, play, time } = open();
    const { outcome } = play(dialer, alice);
    const answering = script(callee);
    const answer = await insidersAnswer(await time.until(answering.hear()), bob, bob);
    answering.say(answer);
    await time.until(answering.hear());
    answering.say(answer);
    expect(await time.until(outcome)).toEqual(refused("out-of-turn"));
  });

  it("should keep only so many messages that overtake ready", async () => {
    const { dialer, callee, play, time } = open();
    const { outcome } = play(dialer, alice);
    const answering = script(callee);
    answering.say(await insidersAnswer(await time.until(answering.hear()), bob, bob));
    await time.until(answering.hear());
    for (let sent = 0; sent <= maxHeldMessages; sent++) answering.say(later);
    answering.say({ type: "ready" });
    expect(await time.until(outcome)).toEqual(refused("flood"));
  });

  it("should refuse two dialers, and two callees, on one connection", async () => {
    const time = new FakeTime();
    const [near, far] = [open({}, time), open({}, time)];
    forwardBetween(near.callee, far.callee);
    const dialers = [near.play(near.dialer, alice).outcome, far.play(far.dialer, bob).outcome];
    expect(await time.until(Promise.all(dialers))).toContainEqual(refused("out-of-turn"));
    const [here, there] = [open({}, time), open({}, time)];
    forwardBetween(here.dialer, there.dialer);
    const callees = [here.play(here.callee, alice).outcome, there.play(there.callee, bob).outcome];
    await time.advance(handshakeTimeoutMs);
    expect(await time.until(Promise.all(callees))).toContainEqual(refused("timeout"));
  });
});

describe("handshake that comes to no end", () => {
  const silentFrom = {
    hello: async () => {
      const { callee, play, time } = open();
      return { time, outcome: play(callee, bob).outcome };
    },
    answer: async () => {
      const { dialer, play, time } = open();
      return { time, outcome: play(dialer, alice).outcome };
    },
    proof: async () => {
      const { dialer, callee, play, time } = open();
      const { outcome } = play(callee, bob);
      const calling = script(dialer);
      calling.say(helloOf(mallory));
      await time.until(calling.hear());
      return { time, outcome };
    },
    ready: async () => {
      const { dialer, callee, play, time } = open();
      const { outcome } = play(dialer, alice);
      const answering = script(callee);
      answering.say(await insidersAnswer(await time.until(answering.hear()), bob, bob));
      await time.until(answering.hear());
      answering.say(later);
      return { time, outcome };
    },
  };

  for (const [missing, begin] of Object.entries(silentFrom)) {
    it(`should give up when ${missing} does not come`, async () => {
      const { time, outcome } = await begin();
      let settled: AdmissionOutcome | undefined;
      void outcome.then((result) => {
        settled = result;
      });
      await time.advance(handshakeTimeoutMs / 2);
      expect(settled).toBeUndefined();
      await time.advance(handshakeTimeoutMs / 2);
      expect(settled).toEqual(refused("timeout"));
      await time.advance(handshakeTimeoutMs);
      expect(time.pendingTasks).toBe(0);
    });
  }

  it("should notice an end that is closed at any moment", async () => {
    for (let closedAfterMs = 0; closedAfterMs <= 10; closedAfterMs++) {
      const { dialer, callee, play, time } = open();
      const ends = [play(dialer, alice), play(callee, bob)];
      await time.until(new Promise<void>((resolve) => void time.schedule(closedAfterMs, resolve)));
      dialer.close("went away");
      await time.until(Promise.all(ends.map(({ outcome }) => outcome)));
      await time.advance(100);
      expect(callee.closeReason).toBeDefined();
      expect(time.pendingTasks).toBe(0);
    }
  });

  it("should not be begun on a channel that is closed", async () => {
    const { dialer, play, time } = open();
    dialer.close("too late");
    expect(await time.until(play(dialer, alice).outcome)).toEqual(refused("closed"));
  });
});

describe("handshake with noise", () => {
  it(
    "should refuse any bytes in place of any frame, and never throw",
    async () => {
      const reasons = ["malformed", "out-of-turn", "wrong-version"].map(refused);
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ maxLength: 300 }),
          fc.boolean(),
          fc.boolean(),
          async (noise, hasVersion, isDialer) => {
            const { dialer, callee, play, time } = open();
            const [us, them] = isDialer ? [dialer, callee] : [callee, dialer];
            const { outcome } = play(us, alice);
            them.send(hasVersion ? Uint8Array.of(1, ...noise) : noise);
            expect(reasons).toContainEqual(await time.until(outcome));
          },
        ),
        { numRuns: 30 },
      );
    },
    manyHandshakesMs,
  );

  it("should distinguish a page of another version from garbage", async () => {
    const { dialer, callee, play, time } = open();
    const { outcome } = play(callee, bob);
    dialer.send(Uint8Array.of(2, 1, 0));
    expect(await time.until(outcome)).toEqual(refused("wrong-version"));
  });

  it(
    "should refuse a handshake with any one byte changed on the way",
    async () => {
      const frames = [
        { from: "dialer", nth: 0, bytes: 101 },
        { from: "callee", nth: 0, bytes: 198 },
        { from: "dialer", nth: 1, bytes: 99 },
      ] as const;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...frames),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          async (frame, position, flip) => {
            const time = new FakeTime();
            const [near, far] = [open({}, time), open({}, time)];
            const carry = (from: MemoryChannel, to: MemoryChannel, sender: "dialer" | "callee") => {
              let nth = 0;
              from.listen({
                onMessage: (message) => {
                  const changed = message.slice();
                  if (sender === frame.from && nth++ === frame.nth) {
                    const at = position % changed.length;
                    changed[at] = (changed[at] ?? 0) ^ flip;
                  }
                  to.send(changed);
                },
                onDrain: () => undefined,
                onClose: () => to.close("carried"),
              });
            };
            carry(near.callee, far.dialer, "dialer");
            carry(far.dialer, near.callee, "callee");
            const ends = [near.play(near.dialer, alice), far.play(far.callee, bob)];
            const outcomes = await time.until(Promise.all(ends.map(({ outcome }) => outcome)));
            expect(outcomes.map(({ kind }) => kind)).toEqual(["refused", "refused"]);
          },
        ),
        { numRuns: 30 },
      );
    },
    manyHandshakesMs,
  );
});
