// The page speaks to its own server and to the phones of its room, and to nobody else; and even its own server never
// hears the room key.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { deriveRoom, parseInvite } from "../../gateway/wire/room-key.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { launchChromium } from "../support/chromium.ts";
import { Eavesdropper } from "../support/eavesdropper.ts";
import { expectWaveToReach } from "../support/gesture-exchange.ts";
import { labels } from "../support/page-labels.ts";
import { RoomPage } from "../support/room-page.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";

/** Less than a second at the 1.6 Mbit/s of a slow mobile network. */
const maxFirstLoadBytes = 150_000;

let browser: Browser;
let server: ServerProcess | undefined;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "earl-mesh-net-log-"));
  browser = await launchChromium([`--log-net-log=${join(folder, "log.json")}`]);
});
afterEach(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What Chromium has written down of all its network, names that it looked up for WebRTC among it. */
const closeAndReadLog = async (): Promise<string> => {
  await browser.close();
  return readFile(join(folder, "log.json"), "utf8");
};

interface Visit {
  readonly phone: RoomPage;
  readonly ear: Eavesdropper;
}

const open = async (name: string): Promise<Visit> => {
  const phone = await RoomPage.open(browser, name);
  return { phone, ear: await Eavesdropper.listen(phone.page) };
};

const start = async (...args: readonly string[]): Promise<ServerProcess> => {
  server = await startServer({ page: "built", args });
  return server;
};

/** Two pages meet, wave to each other, and stay. */
const meet = async (origin: string) => {
  const anna = await open("Anna");
  const ben = await open("Ben");
  const invite = await anna.phone.createRoom(origin);
  await ben.phone.join(invite);
  for (const { phone } of [anna, ben]) await phone.addSimulatedArm();
  for (const { phone } of [anna, ben]) await expect.poll(() => phone.connectedPeers()).toBe(1);
  await expectWaveToReach(anna.phone, ben.phone);
  await expectWaveToReach(ben.phone, anna.phone);
  return { invite, visits: [anna, ben] };
};

const leave = async ({ page }: RoomPage): Promise<void> => {
  await page.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("button", { name: labels.createRoom }).waitFor();
};

/** The ways in which bytes are usually written down. */
const spellings = (bytes: Uint8Array): readonly string[] => {
  const buffer = Buffer.from(bytes);
  const base64 = buffer.toString("base64");
  return [buffer.toString("base64url"), base64, encodeURIComponent(base64), buffer.toString("hex")];
};

it("should speak to its own server alone, and never of the room key", async () => {
  const { origin } = await start();
  const { invite, visits } = await meet(origin);
  for (const { phone } of visits) await leave(phone);

  for (const { ear } of visits) expect([...ear.origins].sort()).toEqual([origin, origin.replace("http", "ws")]);
  const { roomKey } = parseInvite(invite) ?? {};
  if (roomKey === undefined) throw new Error("the page shows no invite");
  const { roomId, authKey } = await deriveRoom(webCrypto, roomKey);
  const said = visits.map(({ ear }) => ear.words).join("\n");
  // What may be said is found in requests, headers and frames; so would be what may not.
  for (const known of [`/rooms/${roomId}/members`, "Sec-WebSocket-Key", "OFFER"]) expect(said).toContain(known);
  const told = `${said}\n${server?.stdout}\n${server?.stderr}`;
  for (const secret of [roomKey, authKey].flatMap(spellings)) expect(told).not.toContain(secret);
  for (const { phone } of visits) expect(phone.problems).toEqual([]);
});

const stun = { urls: ["stun:stun.mesh.example:3478"] };
const turn = { urls: ["turn:turn.mesh.example:3478"], username: "earl", credential: "mesh" };

it.each([
  { what: "none", given: [], asked: [], neverAsked: ["stun.mesh.example", "turn.mesh.example"] },
  { what: "STUN", given: [stun], asked: ["stun.mesh.example"], neverAsked: ["turn.mesh.example"] },
  { what: "STUN and TURN", given: [stun, turn], asked: ["stun.mesh.example", "turn.mesh.example"], neverAsked: [] },
])("should ask just those ICE servers that its own server was given: $what", async ({ given, asked, neverAsked }) => {
  const { origin } = await start(...(given.length === 0 ? [] : ["--ice-servers", JSON.stringify(given)]));
  const { iceServers } = (await (await fetch(`${origin}/config.json`)).json()) as { iceServers: RTCIceServer[] };
  expect(iceServers).toEqual(given);
  const { visits } = await meet(origin);
  for (const { phone, ear } of visits) {
    // PeerJS makes one connection more while it loads, to try out the browser. It names public servers, but is closed
    // before it asks them.
    const asking = (await ear.connections()).filter(({ hasGathered }) => hasGathered);
    expect(asking.length).toBeGreaterThan(0);
    const asChromiumTellsThem = iceServers.map((server) => ({ username: "", credential: "", ...server }));
    for (const connection of asking) expect(connection.iceServers).toEqual(asChromiumTellsThem);
    expect(phone.problems).toEqual([]);
  }
  const lookups = await closeAndReadLog();
  for (const name of asked) expect(lookups).toContain(name);
  for (const name of ["stun.l.google.com", "peerjs.com", ...neverAsked]) expect(lookups).not.toContain(name);
});

it("should need little JavaScript before anybody does anything", async () => {
  const { origin } = await start();
  const { phone, ear } = await open("Anna");
  await phone.page.goto(origin, { waitUntil: "networkidle" });
  expect(ear.scripts.length).toBeGreaterThan(0);
  let bytes = 0;
  for (const url of ear.scripts) bytes += gzipSync(await (await fetch(url)).arrayBuffer()).length;
  console.log(`first load: ${(bytes / 1000).toFixed(1)} kB of JavaScript (gzip) in ${ear.scripts.length} file(s)`);
  expect(bytes).toBeLessThanOrEqual(maxFirstLoadBytes);
});
