// Firefox connects when any of several fingerprint lines matches, and shows the first: the browser in which the rule of
// exactly one line matters most. Where there is no Firefox the rule is held against the same descriptions alone, as
// decoders.test.ts does everywhere.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import { deriveRoom, makeInvite, makeRoomKey } from "../../gateway/wire/room-key.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { readFingerprint } from "../../web/mesh/sdp-fingerprint.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { errorTexts } from "../../web/ui/errors.ts";
import { tell } from "../support/case-table.ts";
import { Firefox, type FirefoxPage, findFirefox } from "../support/firefox.ts";
import { HostileServer } from "../support/hostile-server.ts";
import { type Forgery, forgedDescription, ManInTheMiddle } from "../support/man-in-the-middle.ts";
import { sized } from "../support/run-length.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";

const patience = { interval: 100 };
const twoLines: readonly Forgery[] = ["true-before-own", "own-before-true", "true-above-own", "own-above-true"];
const path = findFirefox();

const description = (byte: string): string =>
  `v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=fingerprint:sha-256 ${Array(32).fill(byte).join(":")}\r\n`;

it("two fingerprint lines in one description, wherever they stand, are refused by the rule", ({ task }) => {
  for (const forgery of twoLines) {
    const forged = forgedDescription(forgery, description("AA"), description("BB"));
    expect(readFingerprint(forged), forgery).toEqual({ refused: "several-fingerprints" });
  }
  tell(task, { tried: `${twoLines.length} descriptions`, "got in": 0, browser: "none" });
});

describe.skipIf(path === undefined)("with a Firefox here", () => {
  let firefox: Firefox;
  let real: ServerProcess;
  let server: HostileServer;
  let page: FirefoxPage | undefined;
  let phone: RoomSession | undefined;
  let man: ManInTheMiddle | undefined;

  beforeAll(async () => {
    real = await startServer({ page: "built" });
    firefox = await Firefox.launch(path ?? "");
  });
  afterAll(async () => {
    await firefox?.close();
    await real?.stop();
    endWebRtc();
  });
  beforeEach(async () => {
    server = await HostileServer.start(real);
  });
  afterEach(async () => {
    await page?.close();
    await phone?.close();
    man?.close();
    man = undefined;
    await server.close();
  });

  const meet = async (): Promise<FirefoxPage> => {
    const roomKey = makeRoomKey(webCrypto.randomBytes);
    page = await firefox.open(makeInvite(server.origin, roomKey));
    await expect.poll(() => server.sessionIds.length, patience).toBe(1);
    phone = await startNativePhone({ origin: server.origin, room: await deriveRoom(webCrypto, roomKey), name: "Hal" });
    return page;
  };

  const peersOf = (of: FirefoxPage) => of.evaluate("window.earlMesh?.report()?.peers.map(({ state }) => state.kind)");

  it("Firefox meets another phone as long as the server is honest", async ({ task }) => {
    const opened = await meet();
    await expect.poll(() => peersOf(opened), patience).toEqual(["connected"]);
    tell(task, { tried: "an honest dial", "got in": "yes", ...firefox.figures() });
  });

  for (const forgery of sized({ short: twoLines.slice(0, 1), long: twoLines })) {
    it(`Firefox does not get past the handshake with a second fingerprint: ${forgery}`, async ({ task }) => {
      const sitting = new ManInTheMiddle({ forgery, say: (sessionId, message) => server.say(sessionId, message) });
      man = sitting;
      server.relay = (message) => sitting.receive(message);
      const opened = await meet();
      await expect.poll(() => sitting.dials, patience).toBeGreaterThanOrEqual(1);
      const refused = () => opened.evaluate('window.earlMesh.report().refusals["not-safe"] ?? 0');
      await expect.poll(refused, patience).toBeGreaterThanOrEqual(1);
      expect(await peersOf(opened)).toEqual([]);
      expect(phone?.gateway.peers).toEqual([]);
      expect(sitting.carried).not.toContain("proof");
      const text = () => opened.evaluate("document.body.innerText");
      await expect.poll(text, patience).toContain(errorTexts["connection-not-safe"].sentence);
      tell(task, { tried: `${sitting.dials} dials`, "got in": "no proof", ...firefox.figures() });
    });
  }
});
