// What every `Channel` (gateway/wire/channel.ts) must do, fake or real. Plain functions that throw on violation: any
// test runner, Node or a page, runs `channelContract` with a harness; all waiting goes through the harness, so that a
// fake clock serves as well.
import { equalBytes } from "../../firmware-bridge/frames/bytes.ts";
import { backlogHighWaterBytes, backlogLowWaterBytes, type Channel } from "../../gateway/wire/channel.ts";

import { patienceMs } from "../support/patience.ts";

export interface ChannelHarness {
  /** Both ends of a new open channel, with no listener yet. */
  openPair(): Promise<{ readonly dialer: Channel; readonly callee: Channel }>;
  /** Lets that much time pass on whatever clock the channels live by. */
  wait(ms: number): Promise<void>;
}

export interface ContractClause {
  /** Begins with "should". */
  readonly name: string;
  run(harness: ChannelHarness): Promise<void>;
}

const pollMs = 20;
/** Long enough for a message that is underway to arrive on one machine. */
const arrivalMs = 500;
const maxMessageBytes = 16_384;
/** More than any implementation hands to the network at once. */
const maxFloodMessages = 2_048;

const expect = (isTrue: boolean, what: string): void => {
  if (!isTrue) throw new Error(`channel contract: ${what}`);
};

/** A listener that writes down what it hears. */
class Ear {
  readonly messages: Uint8Array[] = [];
  readonly closeReasons: string[] = [];
  drains = 0;
  /** The least that was heard before the first close, or -1. */
  messagesAtClose = -1;

  constructor(channel: Channel) {
    channel.listen({
      onMessage: (message) => void this.messages.push(message),
      onDrain: () => void this.drains++,
      onClose: (reason) => {
        this.closeReasons.push(reason);
        this.messagesAtClose = this.messages.length;
      },
    });
  }
}

const until = async (harness: ChannelHarness, what: string, holds: () => boolean): Promise<void> => {
  for (let waitedMs = 0; !holds(); waitedMs += pollMs) {
    expect(waitedMs < patienceMs, `${what} within ${patienceMs} ms`);
    await harness.wait(pollMs);
  }
};

/** A message of that size which no other `seed` makes. */
const patterned = (seed: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (seed * 31 + i * 7) % 251);

/** Unordered: the same messages, each exactly once. */
const expectSameMessages = (heard: readonly Uint8Array[], sent: readonly Uint8Array[]): void => {
  expect(heard.length === sent.length, `${sent.length} messages were sent and ${heard.length} arrived`);
  const left = [...heard];
  for (const message of sent) {
    const at = left.findIndex((candidate) => equalBytes(candidate, message));
    expect(at >= 0, `a message of ${message.length} bytes arrived as it was sent`);
    left.splice(at, 1);
  }
};

export const channelContract: readonly ContractClause[] = [
  {
    name: "should know both ends and who dialled",
    run: async (harness) => {
      const { dialer, callee } = await harness.openPair();
      expect(dialer.dialedBy === "us" && callee.dialedBy === "them", "the dialer dialled");
      expect(dialer.localSessionId === callee.remoteSessionId, "the callee knows who the dialer is");
      expect(dialer.remoteSessionId === callee.localSessionId, "the dialer knows who the callee is");
      expect(dialer.localSessionId !== callee.localSessionId, "two ends have two names");
    },
  },
  {
    name: "should show both ends the same two certificates",
    run: async (harness) => {
      const { dialer, callee } = await harness.openPair();
      const [ours, theirs] = await Promise.all([dialer.fingerprints(), callee.fingerprints()]);
      if ("refused" in ours || "refused" in theirs)
        throw new Error("channel contract: an honest connection has fingerprints");
      expect(ours.local.length === 32 && ours.remote.length === 32, "a fingerprint has 32 bytes");
      expect(equalBytes(ours.local, theirs.remote), "the callee sees the dialer's certificate");
      expect(equalBytes(ours.remote, theirs.local), "the dialer sees the callee's certificate");
      expect(!equalBytes(ours.local, ours.remote), "each end has its own certificate");
    },
  },
  {
    name: "should carry messages of every size whole, in both directions",
    run: async (harness) => {
      const { dialer, callee } = await harness.openPair();
      const [dialerEar, calleeEar] = [new Ear(dialer), new Ear(callee)];
      const sizes = [1, 2, 93, 1_147, 1_148, 4_096, maxMessageBytes];
      const toCallee = sizes.map((size, i) => patterned(i, size));
      const toDialer = sizes.map((size, i) => patterned(100 + i, size));
      for (const message of toCallee) expect(dialer.send(message), "the dialer's message is taken");
      for (const message of toDialer) expect(callee.send(message), "the callee's message is taken");
      await until(
        harness,
        "everything arrives",
        () => calleeEar.messages.length + dialerEar.messages.length >= 2 * sizes.length,
      );
      await harness.wait(arrivalMs);
      expectSameMessages(calleeEar.messages, toCallee);
      expectSameMessages(dialerEar.messages, toDialer);
    },
  },
  {
    name: "should send what it was given, even when the caller uses the buffer again",
    run: async (harness) => {
      const { dialer, callee } = await harness.openPair();
      const ear = new Ear(callee);
      const buffer = patterned(1, 300);
      const part = buffer.subarray(100, 200);
      const expected = part.slice();
      expect(dialer.send(part), "a view into a bigger buffer is taken");
      buffer.fill(0);
      await until(harness, "the view arrives", () => ear.messages.length > 0);
      expectSameMessages(ear.messages, [expected]);
    },
  },
  {
    name: "should keep what arrives before anybody listens",
    run: async (harness) => {
      const { dialer, callee } = await harness.openPair();
      const sent = [0, 1, 2, 3].map((seed) => patterned(seed, 50));
      for (const message of sent) dialer.send(message);
      await harness.wait(arrivalMs);
      const ear = new Ear(callee);
      await until(harness, "the early messages arrive", () => ear.messages.length >= sent.length);
      expectSameMessages(ear.messages, sent);
    },
  },
  {
    name: "should have one listener",
    run: async (harness) => {
      const { dialer } = await harness.openPair();
      new Ear(dialer);
      let hasThrown = false;
      try {
        new Ear(dialer);
      } catch {
        hasThrown = true;
      }
      expect(hasThrown, "a second listener is a bug and is told so");
    },
  },
  {
    name: "should tell both ends of a close, once each, and take nothing more",
    run: async (harness) => {
      const { dialer, callee } = await harness.openPair();
      const [dialerEar, calleeEar] = [new Ear(dialer), new Ear(callee)];
      dialer.close("enough");
      dialer.close("again");
      expect(!dialer.send(patterned(1, 10)), "a closed channel takes no message");
      expect(dialer.bufferedBytes() === 0, "a closed channel holds nothing back");
      await until(harness, "the other end hears of it", () => calleeEar.closeReasons.length > 0);
      expect(!callee.send(patterned(2, 10)), "a channel that the other end has closed takes no message");
      callee.close("me too");
      await harness.wait(arrivalMs);
      expect(dialerEar.closeReasons.join() === "enough", "the first reason is heard, once, at the end that closed");
      expect(calleeEar.closeReasons.length === 1, "the other end hears of it once");
      expect(dialerEar.messages.length + calleeEar.messages.length === 0, "nothing was sent");
    },
  },
  {
    name: "should tell a late listener of the close, after what had arrived before it",
    run: async (harness) => {
      const { dialer, callee } = await harness.openPair();
      const message = patterned(5, 20);
      dialer.send(message);
      await harness.wait(arrivalMs);
      callee.close("nobody listened");
      await harness.wait(arrivalMs);
      const ear = new Ear(callee);
      await until(harness, "the late listener hears of the end", () => ear.closeReasons.length > 0);
      expectSameMessages(ear.messages, [message]);
      expect(ear.closeReasons.join() === "nobody listened", "the reason is kept");
      expect(ear.messagesAtClose === 1, "the message comes first");
    },
  },
  {
    name: "should have no fingerprints once it is closed",
    run: async (harness) => {
      const { dialer } = await harness.openPair();
      dialer.close("over");
      const fingerprints = await dialer.fingerprints();
      expect("refused" in fingerprints && fingerprints.refused === "closed", "a closed connection proves nothing");
    },
  },
  {
    name: "should count what the network has not taken, and tell when it has",
    run: async (harness) => {
      const { dialer, callee } = await harness.openPair();
      const [dialerEar, calleeEar] = [new Ear(dialer), new Ear(callee)];
      expect(dialer.bufferedBytes() === 0, "an idle channel holds nothing back");
      // Made beforehand: a sender that makes each message anew may be no faster than the network takes them.
      const message = patterned(1, maxMessageBytes);
      let sent = 0;
      for (; dialer.bufferedBytes() < backlogHighWaterBytes && sent < maxFloodMessages; sent++) {
        expect(dialer.send(message), "a backlogged channel still takes messages");
      }
      expect(dialer.bufferedBytes() >= backlogHighWaterBytes, "a flood shows in the buffer");
      await until(harness, "the channel drains", () => dialerEar.drains > 0);
      await until(harness, "the flood arrives", () => calleeEar.messages.length >= sent);
      expect(dialer.bufferedBytes() <= backlogLowWaterBytes, "the buffer is low after the drain");
      expect(calleeEar.messages.length === sent, "nothing of the flood is lost or doubled");
    },
  },
];
