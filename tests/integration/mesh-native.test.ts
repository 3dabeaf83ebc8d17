import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import { TestPhone } from "../support/native-room.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";
import { TcpRelay } from "../support/tcp-relay.ts";

const roomId = "0123456789abcdef".repeat(2);

let server: ServerProcess;
let phones: TestPhone[] = [];

beforeEach(async () => {
  server = await startServer();
});
afterEach(async () => {
  for (const phone of phones) phone.mesh.close();
  phones = [];
  await server.stop();
});
afterAll(() => endWebRtc());

const join = async (count: number): Promise<readonly TestPhone[]> => {
  const newcomers = Array.from({ length: count }, () => new TestPhone(roomId));
  phones.push(...newcomers);
  await Promise.all(newcomers.map((phone) => phone.join(server.origin)));
  return newcomers;
};

const isFullMesh = () => phones.every((phone) => phone.peers.length === phones.length - 1);

/**
 * Where a pair's first dial fails, or neither of the two is a newcomer, the lower's turn comes after 8 s and the
 * higher's after 16.
 */
const untilFullMesh = () => expect.poll(isFullMesh, { interval: 50 }).toBe(true);

/** Each sends a byte, and each gets it from each other, once. */
const expectEverybodyHears = async (byte: number): Promise<void> => {
  for (const phone of phones) phone.say(byte);
  const counts = () => phones.map(({ heard }) => [...heard.values()].filter((bytes) => bytes.includes(byte)).length);
  await expect.poll(counts, { interval: 20 }).toEqual(phones.map(() => phones.length - 1));
};

describe("mesh of native phones on the real server", () => {
  it("should become full by itself, and carry messages between all", async () => {
    await join(10);
    await untilFullMesh();
    await expectEverybodyHears(1);
    expect(phones.map(({ mesh }) => mesh.serverState.kind)).toEqual(phones.map(() => "connected"));
    // About one native dial in a hundred fails, and is tried again; but no honest message is turned away.
    const drops = phones.flatMap(({ mesh }) => [...mesh.drops.keys()]);
    expect(drops.filter((cause) => cause !== "accept not-connected")).toEqual([]);
  });

  it("should come back by itself where its socket to the server died without a sign", async () => {
    const relay = await TcpRelay.to(Number(new URL(server.origin).port));
    onTestFinished(() => relay.close());
    const roamer = new TestPhone(roomId);
    phones.push(roamer);
    await roamer.join(`http://127.0.0.1:${relay.port}`);
    // Only a server that has answered a heartbeat can be missed; PeerJS sends the first after five seconds.
    await expect.poll(() => relay.heartbeats).toBeGreaterThan(0);
    const { opened } = relay;
    relay.blackHole();
    await expect.poll(() => relay.opened).toBeGreaterThan(opened);
    await join(1); // A peer that it can only meet by the server.
    await untilFullMesh();
    await expectEverybodyHears(4);
  });

  it("should outlive its server, and take in newcomers when that is back", async () => {
    await join(4);
    await untilFullMesh();
    await server.kill("SIGKILL");
    await expect.poll(() => phones.every(({ mesh }) => mesh.serverState.kind === "away")).toBe(true);
    await expectEverybodyHears(1);

    await server.start();
    await join(1);
    await untilFullMesh();
    await expectEverybodyHears(2);
    expect(phones.reduce((closed, phone) => closed + phone.closed, 0)).toBe(0);
  });

  it("should dial again a peer that it has lost", async () => {
    const [one, two] = await join(3);
    await untilFullMesh();
    one?.cut(two?.sessionId ?? "");
    await expect.poll(isFullMesh, { interval: 10 }).toBe(false);
    await untilFullMesh();
    await expectEverybodyHears(3);
  });
});
