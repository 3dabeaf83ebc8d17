import { describe, expect, it } from "vitest";
import { backlogLowWaterBytes, type ChannelListener } from "../../../../gateway/wire/channel.ts";
import { DataChannel, maxEarlyMessages } from "../../../../web/mesh/data-channel.ts";
import { webCrypto } from "../../../../web/platform/web-crypto.ts";
import { describeSession, FakeConnection, FakePipe, fingerprintLine } from "../../../support/fake-rtc.ts";
import { FakeTime } from "../../../support/fake-time.ts";

const open = () => {
  const pipe = new FakePipe();
  const connection = new FakeConnection();
  const time = new FakeTime();
  const told: string[] = [];
  const channel = new DataChannel({
    pipe,
    connection,
    localSessionId: "me",
    remoteSessionId: "you",
    dialedBy: "us",
    signaledBy: "server",
    sha256: webCrypto.sha256,
    schedule: time.schedule,
    onReleased: () => told.push("released"),
  });
  const listener: ChannelListener = {
    onMessage: (message) => told.push(`message ${message.join()}`),
    onDrain: () => told.push("drain"),
    onClose: (reason) => told.push(`close: ${reason}`),
  };
  return { pipe, connection, time, told, channel, listener };
};

const message = (...bytes: number[]) => Uint8Array.from(bytes).buffer;
const count = (told: readonly string[], what: string) => told.filter((line) => line.startsWith(what)).length;

describe("data channel, messages", () => {
  it("should keep what arrives before anybody listens, in order", () => {
    const { pipe, channel, listener, told } = open();
    pipe.receive(message(1));
    pipe.receive(message(2, 3));
    channel.listen(listener);
    pipe.receive(message(4));
    expect(told).toEqual(["message 1", "message 2,3", "message 4"]);
  });

  it("should deliver what came before a channel closed to a listener that comes after it", () => {
    const { pipe, channel, listener, told } = open();
    pipe.receive(message(1));
    pipe.end();
    channel.listen(listener);
    expect(told).toEqual(["released", "message 1", "close: closed by the other side"]);
  });

  it("should stop delivering when the listener closes it while it gets early messages", () => {
    const { pipe, channel, listener, told } = open();
    for (const byte of [1, 2, 3]) pipe.receive(message(byte));
    channel.listen({ ...listener, onMessage: () => channel.close("enough") });
    expect(told).toEqual(["close: enough"]);
  });

  it("should close rather than keep more than its bound of early messages", () => {
    const { pipe, channel, listener, told } = open();
    for (let i = 0; i < maxEarlyMessages; i++) pipe.receive(message(i));
    expect(channel.send(new Uint8Array(1))).toBe(true);
    pipe.receive(message(0));
    expect(channel.send(new Uint8Array(1))).toBe(false);
    channel.listen(listener);
    expect(count(told, "message")).toBe(maxEarlyMessages);
    expect(count(told, "close")).toBe(1);
  });

  it.each([
    ["text", "hello"],
    ["a message above the limit of the protocol", new ArrayBuffer(16_385)],
  ])("should close on %s", (_, data) => {
    const { pipe, channel, listener, told } = open();
    channel.listen(listener);
    pipe.receive(data);
    expect(told).toEqual(["close: not a gateway message"]);
  });

  it("should ask for array buffers and for the low-water mark", () => {
    const { pipe, channel, listener, told } = open();
    expect(pipe.binaryType).toBe("arraybuffer");
    expect(pipe.bufferedAmountLowThreshold).toBe(backlogLowWaterBytes);
    channel.listen(listener);
    pipe.bufferedAmount = 5;
    expect(channel.bufferedBytes()).toBe(5);
    pipe.fire("bufferedamountlow");
    expect(told).toEqual(["drain"]);
  });

  it("should take one listener only", () => {
    const { channel, listener } = open();
    channel.listen(listener);
    expect(() => channel.listen(listener)).toThrow(/one listener/);
  });
});

describe("data channel, sending", () => {
  it("should hand bytes to the network as they are", () => {
    const { pipe, channel } = open();
    const bytes = Uint8Array.of(1, 2, 3);
    expect(channel.send(bytes)).toBe(true);
    expect(pipe.sent).toEqual([bytes]);
  });

  it("should answer false, and close, when the browser throws", () => {
    const { pipe, channel, listener, told } = open();
    channel.listen(listener);
    pipe.sendError = new Error("full");
    expect(channel.send(new Uint8Array(1))).toBe(false);
    expect(told).toEqual(["close: send failed: Error: full"]);
  });

  it.each(["connecting", "closing", "closed"] as const)("should take nothing while the data channel is %s", (state) => {
    const { pipe, channel } = open();
    pipe.readyState = state;
    expect(channel.send(new Uint8Array(1))).toBe(false);
    expect(pipe.sent).toEqual([]);
  });
});

describe("data channel, the end", () => {
  it("should report to its listener at once, and close the connection after the data channel", () => {
    const { pipe, connection, time, channel, listener, told } = open();
    channel.listen(listener);
    channel.close("leaving");
    channel.close("again");
    expect(told).toEqual(["close: leaving"]);
    expect(pipe.readyState).toBe("closing");
    expect(connection.closes).toBe(0);
    pipe.end();
    expect(told).toEqual(["close: leaving", "released"]);
    expect(connection.closes).toBe(1);
    expect(time.pendingTasks).toBe(0);
  });

  it("should close the connection after a second when the other side never confirms", async () => {
    const { connection, time, channel, told } = open();
    channel.close("leaving");
    await time.advance(999);
    expect(connection.closes).toBe(0);
    await time.advance(1);
    expect(connection.closes).toBe(1);
    expect(told).toEqual(["released"]);
  });

  it("should release the connection in the same task in which it is broken off, also while a goodbye leaves", () => {
    for (const isLeaving of [false, true]) {
      const { connection, time, channel, listener, told } = open();
      channel.listen(listener);
      if (isLeaving) channel.close("leaving");
      channel.breakOff("enough");
      expect(told).toEqual([isLeaving ? "close: leaving" : "close: enough", "released"]);
      expect(connection.closes).toBe(1);
      expect(time.pendingTasks).toBe(0);
    }
  });

  it("should hear nothing more after its own close", () => {
    const { pipe, channel, listener, told } = open();
    channel.listen(listener);
    channel.close("leaving");
    pipe.receive(message(1));
    pipe.fire("bufferedamountlow");
    expect(told).toEqual(["close: leaving"]);
    expect(channel.bufferedBytes()).toBe(0);
  });

  it.each(["failed", "closed"] as const)("should end when the connection has %s", (state) => {
    const { connection, channel, listener, told } = open();
    channel.listen(listener);
    connection.enter(state);
    expect(told).toEqual([`close: connection ${state}`, "released"]);
    expect(channel.send(new Uint8Array(1))).toBe(false);
  });

  it("should outlive a disconnected connection, which is what a sleeping page looks like", () => {
    const { connection, channel, listener, told } = open();
    channel.listen(listener);
    connection.enter("disconnected");
    expect(channel.send(new Uint8Array(1))).toBe(true);
    expect(told).toEqual([]);
  });

  it("should report the end once, whatever ends it first", () => {
    const { pipe, connection, channel, listener, told } = open();
    channel.listen(listener);
    pipe.fire("error");
    pipe.end();
    connection.enter("failed");
    channel.close("late");
    expect(told).toEqual(["close: data channel error", "released"]);
  });
});

describe("data channel, fingerprints", () => {
  it("should read both certificates of the connection", async () => {
    const { channel } = open();
    expect(await channel.fingerprints()).toEqual({
      local: new Uint8Array(32).fill(0xaa),
      remote: new Uint8Array(32).fill(0xbb),
    });
  });

  it.each([
    ["no-fingerprint", []],
    ["several-fingerprints", [fingerprintLine("BB"), fingerprintLine("CC")]],
    ["several-fingerprints", [fingerprintLine("BB"), fingerprintLine("BB")]],
    ["several-fingerprints", [fingerprintLine("BB"), fingerprintLine("CC", "sha-512")]],
    ["several-fingerprints", [`${fingerprintLine("BB")}\ra=FINGERPRINT:sha-256 CC`]],
    ["other-hash", [fingerprintLine("BB", "sha-1")]],
    ["other-hash", ["a=fingerprint:sha-256 BB:CC"]],
  ])("should refuse a description as %s: %j", async (refused, lines) => {
    const { connection, channel } = open();
    connection.currentRemoteDescription = describeSession(...lines);
    expect(await channel.fingerprints()).toEqual({ refused });
    connection.currentRemoteDescription = describeSession(fingerprintLine("BB"));
    connection.currentLocalDescription = describeSession(...lines);
    expect(await channel.fingerprints()).toEqual({ refused });
  });

  it("should refuse when the browser has another certificate than the description names", async () => {
    const { connection, channel } = open();
    const certificate = message(1, 2, 3);
    connection.sctp = { transport: { getRemoteCertificates: () => [certificate] } };
    expect(await channel.fingerprints()).toEqual({ refused: "certificate-differs" });

    const hash = await webCrypto.sha256(new Uint8Array(certificate));
    const pairs = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join(":");
    connection.currentRemoteDescription = describeSession(`a=fingerprint:sha-256 ${pairs}`);
    expect(await channel.fingerprints()).toEqual({ local: new Uint8Array(32).fill(0xaa), remote: hash });
  });

  it.each([
    ["none", { transport: { getRemoteCertificates: () => [] } }],
    ["an empty one", { transport: { getRemoteCertificates: () => [new ArrayBuffer(0)] } }],
    ["no way to ask", { transport: {} }],
  ])("should take the description's word where the platform gives %s", async (_, sctp) => {
    const { connection, channel } = open();
    connection.sctp = sctp;
    expect(await channel.fingerprints()).toMatchObject({ remote: new Uint8Array(32).fill(0xbb) });
  });

  it("should wait for a description that the page gets only after the channel is open", async () => {
    const { connection, channel } = open();
    const { currentLocalDescription, currentRemoteDescription } = connection;
    connection.currentLocalDescription = null;
    connection.currentRemoteDescription = null;
    const fingerprints = channel.fingerprints();
    connection.dispatchEvent(new Event("signalingstatechange")); // Not this one yet.
    Object.assign(connection, { currentLocalDescription, currentRemoteDescription });
    connection.dispatchEvent(new Event("signalingstatechange"));
    expect(await fingerprints).toMatchObject({ local: new Uint8Array(32).fill(0xaa) });
  });

  it("should refuse a connection that stays without a description", async () => {
    const { connection, channel, time } = open();
    connection.currentRemoteDescription = null;
    const fingerprints = channel.fingerprints();
    await time.advance(2_000);
    expect(await fingerprints).toEqual({ refused: "no-fingerprint" });
  });

  it("should refuse as closed a channel that ends while it waits for its description", async () => {
    const { connection, pipe, channel, time } = open();
    connection.currentRemoteDescription = null;
    const fingerprints = channel.fingerprints();
    pipe.end();
    await time.advance(2_000);
    expect(await fingerprints).toEqual({ refused: "closed" });
  });

  it("should refuse once it is closed", async () => {
    const { channel } = open();
    channel.close("leaving");
    expect(await channel.fingerprints()).toEqual({ refused: "closed" });
  });
});
