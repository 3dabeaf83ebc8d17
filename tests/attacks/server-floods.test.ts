// Attackers who want the server down: floods, slow and broken requests, stuffed queues, taken ids. It stays up, others
// are served meanwhile, and its memory stays under a stated bound. In the long form 2000 pages are connected, and each
// attack lasts a minute.
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, type TestContext } from "vitest";
import { signalingPath } from "../../gateway/wire/signaling-message.ts";
import {
  maxAddressConnections,
  maxAddressSockets,
  maxExcessFrames,
  maxTotalUnsentBytes,
  maxUnreadAnswers,
  messageUnits,
  requestRate,
  unreadAnswerMs,
} from "../../signaling-server/limits.ts";
import { upgraded } from "../support/attacked-server.ts";
import { peakRssMb, tell } from "../support/case-table.ts";
import { DeafReaders } from "../support/deaf-readers.ts";
import { IdleCrowd } from "../support/idle-crowd.ts";
import { patienceMs } from "../support/patience.ts";
import { seededRandom } from "../support/random.ts";
import { sized } from "../support/run-length.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";
import { offerOf, soundOffer } from "../support/session-descriptions.ts";
import { openSignaling, type SignalingClient, signalingUrl, upgradeStatus } from "../support/signaling-client.ts";
import { SlowHandshakes } from "../support/slow-handshakes.ts";
import { type Seat, SteadyPair } from "../support/steady-pair.ts";

const idlePages = sized({ short: 100, long: 2000 });
const attackMs = sized({ short: 1_500, long: 60_000 });

/**
 * Whatever is done to it, the server needs no more. The most that was measured with 2000 idle pages is 231 MB
 * (docs/threat-model.md), and 181 MB with 100 and short attacks; the rest is room for other machines and versions of
 * Node.
 */
const maxServerRssMb = sized({ short: 300, long: 400 });

/**
 * An attack as long as this lets the honest pair complete one exchange at least. In a minute 450 to 1450 were measured;
 * the rest is for busy machines.
 */
const longestPerExchangeMs = 2_000;

/** Limits are counted by the address that a proxy names: attackers and others come from different ones. */
let server: ServerProcess;
/** Without a proxy, and with TLS: for attacks below HTTP. */
let direct: ServerProcess;
/** Has one big file to ask for. */
let library: ServerProcess;
let libraryFolder: string;
let crowd: IdleCrowd;
let slow: SlowHandshakes;
let deaf: DeafReaders;

beforeAll(async () => {
  [server, direct] = await Promise.all([startServer({ args: ["--behind-proxy"] }), startServer({ hasTls: true })]);
  crowd = await IdleCrowd.gather(server, idlePages);
  slow = SlowHandshakes.begin(direct);
  libraryFolder = await mkdtemp(join(tmpdir(), "earl-mesh-library-"));
  await Promise.all([
    writeFile(join(libraryFolder, "index.html"), "<!doctype html>"),
    writeFile(join(libraryFolder, "big.bin"), new Uint8Array(16_000_000)),
  ]);
  library = await startServer({ args: ["--behind-proxy", "--page", libraryFolder] });
  const addresses = Array.from({ length: 1.5 * maxUnreadAnswers }, (_, nth) => `198.19.0.${nth % 3}`);
  deaf = DeafReaders.begin(library, "/big.bin", addresses);
});
afterAll(async () => {
  crowd?.leave();
  slow?.end();
  deaf?.end();
  await Promise.all([server?.stop(), direct?.stop(), library?.stop()]);
  await rm(libraryFolder, { recursive: true, force: true });
});

/** A message of 16 kB each 20 ms is somewhat more than one socket may say: nothing is gained by more. */
const stuffingPaceMs = 20;

/**
 * How often what waits at the server is looked at: half as often as it answers one address, however long the attack is.
 */
const lookEveryMs = 2_000 / requestRate.refillPerSecond;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
let rooms = 0;
const newRoom = (): string => hex(0xa77ac0 + ++rooms, 32);
let sessions = 0;
const newSession = (room: string): string => `${room}-${hex(++sessions, 16)}`;
let addresses = 0;
/** A new address of an attacker who has many. */
const newAddress = (): string => `198.18.${(++addresses >> 8) & 255}.${addresses & 255}`;

const offer = (dst: string, sdp?: string) => ({ ...offerOf("dc_evil", sdp), dst });

interface Health {
  readonly droppedMessages: Readonly<Record<string, number>>;
  readonly controlFrames: Readonly<Record<"ping" | "pong", number>>;
  readonly refusedSockets: Readonly<Record<string, number>>;
  readonly refusedConnections: number;
  readonly unsentBytes: number;
  readonly unreadAnswers: number;
  readonly endedAnswers: number;
}
const health = async (of: ServerProcess): Promise<Health> => (await fetch(`${of.origin}/healthz`)).json();

const dice = seededRandom(7);

/** Undefined when the door refuses. */
const openIfLetIn = async (options: Parameters<typeof openSignaling>[1]): Promise<SignalingClient | undefined> => {
  try {
    return await openSignaling(server, options);
  } catch {
    return undefined;
  }
};

const membersOf = async (room: string): Promise<readonly string[]> => {
  return (await (await fetch(`${server.origin}/rooms/${room}/members`)).json()).members;
};

/** All that the server says to these bytes until it closes. */
const rawAnswer = async (to: ServerProcess, request: string): Promise<string> => {
  const socket = createConnection({ host: "127.0.0.1", port: to.port });
  let answer = "";
  socket.setEncoding("utf8").on("data", (text) => {
    answer += text;
  });
  socket.on("error", () => socket.destroy());
  socket.write(request);
  await once(socket, "close");
  return answer;
};

/** Linux has all of 127/8; elsewhere there is no second address to come from. */
const newcomer = async (to: ServerProcess): Promise<string> => {
  if (process.platform !== "linux") return "no second address here";
  const client = await openSignaling(to, { id: newSession(newRoom()), localAddress: "127.0.0.2" });
  expect(await client.next()).toEqual({ type: "OPEN" });
  client.cut();
  return "let in";
};

/**
 * Runs `strike` again and again, `atOnce` of them together, for as long as an attack lasts, and on until the server
 * has been driven to what the case expects: a busy machine makes few strikes in that time. How often it was run.
 */
const attack = async (
  atOnce: number,
  strike: () => Promise<unknown>,
  isDriven: () => boolean = () => true,
): Promise<number> => {
  const startedAtMs = performance.now();
  let strikes = 0;
  const goesOn = (): boolean => {
    const passedMs = performance.now() - startedAtMs;
    return passedMs < attackMs || (passedMs < patienceMs && !isDriven());
  };
  const attacker = async (): Promise<void> => {
    while (goesOn()) {
      await strike();
      strikes++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, attacker));
  return strikes;
};

/**
 * Lets a pair of honest pages go on while `during` runs, and reports both, with what `during` resolves with.
 */
const whileOthersAreServed = async (
  { task }: TestContext,
  under: ServerProcess,
  during: () => Promise<Record<string, string | number>>,
): Promise<void> => {
  const room = newRoom();
  const seat = (host: string): Seat => ({ id: newSession(room), forwardedFor: host });
  const pair = await SteadyPair.start(under, seat("203.0.113.1"), seat("203.0.113.2"));
  const sinceMs = performance.now();
  const figures = await during();
  // What goes beyond is the machine's slowness, or the rest of a case.
  const attackedMs = Math.min(attackMs, performance.now() - sinceMs);
  const leastExchanges = Math.max(1, Math.floor(attackedMs / longestPerExchangeMs));
  const { exchanges, slowestMs } = await pair.stop();
  const peakMb = peakRssMb(under.pid);
  tell(task, { ...figures, "others' exchanges": exchanges, "slowest ms": slowestMs, "peak MB": peakMb });
  expect(exchanges).toBeGreaterThanOrEqual(leastExchanges);
  expect(under.isRunning).toBe(true);
  if (peakMb !== "n/a") expect(peakMb).toBeLessThan(maxServerRssMb);
};

const expectCrowdUndisturbed = (): void => expect(crowd.size).toBe(idlePages);

it("idle pages, and nobody attacks", async (context) => {
  await whileOthersAreServed(context, server, async () => {
    await attack(1, () => pause(stuffingPaceMs));
    return { tried: `${idlePages} pages`, "got in": "n/a" };
  });
  expectCrowdUndisturbed();
});

it("sockets without end from one address", async (context) => {
  await whileOthersAreServed(context, server, async () => {
    const forwardedFor = newAddress();
    const statuses = new Map<number, number>();
    const strike = async (): Promise<void> => {
      const status = await upgradeStatus(signalingUrl(server, newSession(newRoom()), "token-of-evil"), {
        forwardedFor,
      });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    };
    const tried = await attack(32, strike, () => statuses.has(429));
    expect(statuses.get(429)).toBeGreaterThan(0);
    return { tried: `${tried} sockets`, "got in": statuses.get(101) ?? 0 };
  });
  expectCrowdUndisturbed();
});

it("as many sockets as one address may have, each sending as much as it can", async (context) => {
  await whileOthersAreServed(context, server, async () => {
    const forwardedFor = newAddress();
    const room = newRoom();
    const target = newSession(room);
    await openSignaling(server, { id: target, forwardedFor: newAddress() });
    const before = await health(server);
    let sent = 0;
    let ended = 0;
    const perSocket = messageUnits.capacity + maxExcessFrames + 200;
    await attack(
      8,
      async () => {
        const loud = await openIfLetIn({ id: newSession(room), forwardedFor });
        if (loud === undefined) return;
        for (let i = 0; i < perSocket && loud.isOpen; i++)
          loud.send(i % 2 === 0 ? offer(target) : { type: "HEARTBEAT" });
        sent += perSocket;
        await loud.closed;
        ended++;
      },
      () => ended > 0,
    );
    const after = await health(server);
    expect(after.droppedMessages["too-fast"]).toBeGreaterThan(before.droppedMessages["too-fast"] ?? 0);
    expect(ended).toBeGreaterThan(0);
    return { tried: `${sent} messages`, "got in": `${ended} sockets ended` };
  });
  expectCrowdUndisturbed();
});

it("pings and pongs that nobody asked for, on a hundred sockets of one address", async (context) => {
  await whileOthersAreServed(context, server, async () => {
    const forwardedFor = newAddress();
    const before = await health(server);
    const frames = Buffer.concat(
      Array.from({ length: 5_000 }, (_, nth) => Buffer.of(nth % 2 === 0 ? 0x8a : 0x89, 0x80, 0, 0, 0, 0)),
    );
    let opened = 0;
    let sent = 0;
    await attack(
      100,
      async () => {
        const id = newSession(newRoom());
        const claim = { id, token: "token-of-evil", forwardedFor };
        const loud = await upgraded({ origin: server.origin, peerPath: signalingPath }, claim).catch(() => undefined);
        if (loud === undefined) return;
        opened++;
        loud.resume();
        const closed = new Promise((resolve) => loud.once("close", resolve));
        // Without a clock: a server that lets it go on fails the case by its time limit.
        while (!loud.destroyed) {
          sent += 5_000;
          if (!loud.write(frames)) await Promise.race([new Promise((resolve) => loud.once("drain", resolve)), closed]);
        }
        await closed;
      },
      () => opened >= 100,
    );
    const after = await health(server);
    expect(opened).toBeGreaterThanOrEqual(100);
    expect(after.controlFrames.pong).toBeGreaterThan(before.controlFrames.pong);
    expect(after.droppedMessages["too-fast"]).toBeGreaterThan(before.droppedMessages["too-fast"] ?? 0);
    return { tried: `${sent} frames`, "got in": `${opened} sockets ended` };
  });
  expectCrowdUndisturbed();
});

it("frames that are huge, no JSON, or nested without end", async (context) => {
  const room = newRoom();
  const target = { id: newSession(room), forwardedFor: newAddress() };
  const toTarget = JSON.stringify(offer(target.id));
  const bad: readonly (string | Uint8Array)[] = [
    "x".repeat(8_000_000),
    new Uint8Array(8_000_000),
    "[".repeat(60_000),
    `${'{"type":'.repeat(7_000)}1${"}".repeat(7_000)}`,
    "}{",
    "null",
    '"\\ud800"',
    `{"__proto__":{"type":"OFFER"},"constructor":null,"type":"HEARTBEAT","dst":"${target.id}"}`,
    `[${toTarget}]`,
    toTarget.replace("OFFER", "OFFER\\u0000"),
    toTarget.slice(0, -1),
  ];
  await whileOthersAreServed(context, server, async () => {
    const victim = await openSignaling(server, target);
    expect(await victim.next()).toEqual({ type: "OPEN" });
    const frames = await attack(4, async () => {
      const client = await openIfLetIn({ id: newSession(room), forwardedFor: newAddress() });
      for (const frame of [...bad.slice(2), bad[Math.floor(dice() * 2)] ?? ""]) client?.sendRaw(frame);
      await client?.closed; // 1009: the last one is too big.
    });
    const friendId = newSession(room);
    const friend = await openSignaling(server, { id: friendId, forwardedFor: newAddress() });
    friend.send(offer(target.id));
    let gotIn = 0;
    while (((await victim.next()) as { src?: string }).src !== friendId) gotIn++;
    for (const client of [victim, friend]) client.cut();
    expect(gotIn).toBe(0);
    return { tried: `${frames * (bad.length - 1)} frames`, "got in": gotIn };
  });
  expectCrowdUndisturbed();
});

it("messages stuffed into sockets that do not read", async (context) => {
  await whileOthersAreServed(context, server, async () => {
    const room = newRoom();
    const join = async (): Promise<{ id: string; client: SignalingClient }> => {
      const id = newSession(room);
      return { id, client: await openSignaling(server, { id, forwardedFor: newAddress() }) };
    };
    const joinAll = (count: number) => Promise.all(Array.from({ length: count }, join));
    const deaf = await joinAll(6); // So few that what they are sent exceeds what the operating system takes for them.
    for (const { client } of deaf) client.stopReading();
    const stuffers = await joinAll(40);
    const sdp = `${soundOffer.sdp}a=${"x".repeat(15_000)}\r\n`;
    let nth = 0;
    let mostUnsent = 0;
    let ended = 0;
    let lookAtMs = performance.now();
    const stuff = async (): Promise<number> => {
      const strikes = await attack(stuffers.length, async () => {
        const to = deaf[++nth % deaf.length];
        if (to !== undefined) stuffers[nth % stuffers.length]?.client.send(offer(to.id, sdp));
        if (performance.now() >= lookAtMs) {
          lookAtMs = performance.now() + lookEveryMs;
          mostUnsent = Math.max(mostUnsent, (await health(server)).unsentBytes);
        }
        await pause(stuffingPaceMs);
      });
      const left = await membersOf(room);
      ended = deaf.filter(({ id }) => !left.includes(id)).length;
      return strikes;
    };
    let tried = await stuff();
    // What the operating system takes for them, and how fast a busy machine fills it, differ.
    for (let more = 0; more < 10 && (mostUnsent === 0 || ended === 0); more++) tried += await stuff();
    for (const { client } of [...deaf, ...stuffers]) client.cut();
    expect(mostUnsent).toBeGreaterThan(0);
    expect(mostUnsent).toBeLessThanOrEqual(maxTotalUnsentBytes);
    expect(ended).toBeGreaterThan(0);
    return { tried: `${Math.round((tried * sdp.length) / 1e6)} MB`, "got in": `${ended} sockets ended` };
  });
  expectCrowdUndisturbed();
});

it("an id taken while its owner's network is away", async (context) => {
  await whileOthersAreServed(context, server, async () => {
    let stolen = 0;
    const tried = await attack(4, async () => {
      const id = newSession(newRoom());
      const token = "token-of-owner";
      const owner = await openIfLetIn({ id, token, forwardedFor: newAddress() });
      owner?.cut();
      await owner?.closed;
      await expect.poll(() => membersOf(id.slice(0, 32))).toEqual([]);
      const squatter = await openIfLetIn({ id, token: "token-of-squatter", forwardedFor: newAddress() });
      if (((await squatter?.next()) as { type: string } | undefined)?.type === "OPEN") stolen++;
      const back = await openIfLetIn({ id, token, forwardedFor: newAddress() });
      expect(await back?.next()).toEqual({ type: "OPEN" });
      back?.cut();
    });
    expect(stolen).toBe(0);
    return { tried: `${tried} ids`, "got in": stolen };
  });
  expectCrowdUndisturbed();
});

it("requests without end, for paths outside the page and with headers broken in two", async (context) => {
  const evil = [
    "/../../../package.json",
    "/..%2f..%2f..%2fpackage.json",
    "/assets/../../server-process.ts",
    "/assets/%2e%2e/%2e%2e/server-process.ts",
    "/assets/..%5c..%5cserver-process.ts",
    "/%00",
    "/.earl-mesh/private-key.pem",
    "//evil.example/%2e%2e",
    "/%0d%0aset-cookie:%20a=b",
    "/rooms/%0d%0aset-cookie:%20a=b/members",
    "/?x=%0d%0aset-cookie:%20a=b",
    "http://evil.example/config.json",
  ];
  const heads = [
    "host: evil.example",
    "host: a\r\nhost: b",
    "x-forwarded-for: 1.2.3.4\r\n 5.6.7.8",
    "content-length: 5\r\ntransfer-encoding: chunked",
    "origin: https://evil.example\r\nx-injected: yes",
    `cookie: ${"a".repeat(20_000)}`,
  ];
  await whileOthersAreServed(context, server, async () => {
    let leaks = 0;
    const tried = await attack(8, async () => {
      const path = evil[Math.floor(dice() * evil.length)];
      const head = heads[Math.floor(dice() * heads.length)];
      const answer = await rawAnswer(server, `GET ${path} HTTP/1.1\r\n${head}\r\nconnection: close\r\n\r\n`);
      const [answerHead = ""] = answer.split("\r\n\r\n");
      const isLeak = /^(set-cookie|x-injected|location|access-control-allow-origin)/im.test(answerHead);
      if (isLeak || /"devDependencies"|PRIVATE KEY|spawnServer|evil\.example/.test(answer)) leaks++;
    });
    expect(leaks).toBe(0);
    return { tried: `${tried} requests`, "got in": leaks };
  });
  expectCrowdUndisturbed();
});

it("a frame that would unpack to far more", async ({ task }) => {
  const client = await openSignaling(server, { id: newSession(newRoom()), forwardedFor: newAddress() });
  tell(task, { tried: "permessage-deflate", "got in": client.extensions === "" ? "not agreed to" : "compresses" });
  expect(client.extensions).toBe("");
  client.cut();
});

it("connections without end from one address", async (context) => {
  await whileOthersAreServed(context, direct, async () => {
    const sockets: Socket[] = [];
    const held = (): number => sockets.filter((socket) => !socket.closed && !socket.connecting).length;
    const open = async (): Promise<void> => {
      const socket = createConnection({ host: "127.0.0.1", port: direct.port });
      sockets.push(socket);
      socket.on("error", () => socket.destroy());
      await Promise.race([once(socket, "connect"), once(socket, "close")]);
    };
    for (let i = 0; i < 30; i++) await Promise.all(Array.from({ length: 50 }, open));
    await expect.poll(() => held()).toBeLessThanOrEqual(maxAddressConnections);
    expect(held()).toBeGreaterThan(maxAddressSockets);
    const inFromElsewhere = await newcomer(direct);
    for (const socket of sockets) socket.destroy();
    await expect.poll(async () => (await health(direct)).refusedConnections).toBeGreaterThan(0);
    return { tried: `${sockets.length} connections`, "got in": `${maxAddressConnections}`, newcomer: inFromElsewhere };
  });
});

it("handshakes of HTTP and TLS that come to no end", async (context) => {
  await whileOthersAreServed(context, direct, async () => {
    await expect.poll(() => slow.open).toBe(0);
    return { tried: `${slow.count} connections`, "got in": 0 };
  });
});

it("answers that nobody reads", { timeout: 8 * unreadAnswerMs }, async (context) => {
  await whileOthersAreServed(context, library, async () => {
    const { endedAnswers } = await health(library);
    expect(endedAnswers).toBeGreaterThan(0);
    // What looks is an answer on its way itself.
    await expect.poll(async () => (await health(library)).unreadAnswers, { timeout: 6 * unreadAnswerMs }).toBe(1);
    return { tried: `${deaf.count} connections`, "got in": 0 };
  });
});
