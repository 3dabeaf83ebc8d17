// Where most browser tests play: the real server with the built page, and Chromium's engine. What goes wrong with
// Bluetooth, storage or the rest of a browser plays on stage.ts.
import type { Browser } from "playwright-core";
import { deriveRoom, makeInvite, makeRoomKey, type Room } from "../../gateway/wire/room-key.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { launchEngine } from "./chromium.ts";
import { RoomPage } from "./room-page.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

export interface Site {
  readonly server: ServerProcess;
  readonly browser: Browser;
  close(): Promise<void>;
}

export const openSite = async (): Promise<Site> => {
  const server = await startServer({ page: "built" });
  try {
    const browser = await launchEngine();
    const close = async (): Promise<void> => {
      await browser.close();
      await server.stop();
    };
    return { server, browser, close };
  } catch (error) {
    await server.stop();
    throw error;
  }
};

/** A person who has not opened their page yet, and the invite to a room that nobody is in. */
export interface Invited {
  readonly page: RoomPage;
  readonly room: Room;
  readonly invite: string;
}

export const inviteSomebody = async ({ server, browser }: Site, name: string): Promise<Invited> => {
  const roomKey = makeRoomKey(webCrypto.randomBytes);
  return {
    page: await RoomPage.open(browser, name),
    room: await deriveRoom(webCrypto, roomKey),
    invite: makeInvite(server.origin, roomKey),
  };
};
