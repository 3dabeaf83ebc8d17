// The page's entry: draws the start screen with the little that it needs, and loads the rest behind it at once.
// Neighbours: main.ts is that rest. What it imports, everybody waits for before they see anything:
// tests/browser/first-load.test.ts limits its size.
import { FirstWish } from "./first-wish.ts";
import { serverApi } from "./mesh/server-api.ts";
import { hasWebRtc } from "./platform/webrtc.ts";
import { RoomStore } from "./store/room-store.ts";
import { openTextStorage } from "./store/text-storage.ts";
import { renderStart } from "./ui/shell.tsx";
import { tellInstead } from "./ui/tell-instead.ts";

const open = async (root: Element): Promise<void> => {
  const main = import("./main.ts");
  const server = serverApi(location.origin, (...request) => fetch(...request));
  const config = server.config();
  const wish = new FirstWish(new RoomStore(openTextStorage(() => localStorage)));
  // A person with an invite does not want to see the start screen.
  const isDrawn = location.hash === "";
  if (isDrawn) {
    root.replaceChildren();
    renderStart(root, { model: wish.model, actions: wish.actions, isWaiting: wish.isWaiting });
  }
  const { start } = await main;
  const end = await start({ root, isDrawn, server, config, wish });
  window.addEventListener("pagehide", end, { once: true });
};

const root = document.querySelector("#app");
if (root !== null) {
  // Without a secure context there is no cryptography, and without cryptography no room.
  if (!isSecureContext) tellInstead(root, "insecure-context");
  else if (!hasWebRtc()) tellInstead(root, "webrtc-unsupported");
  else
    open(root).catch((error: unknown) => {
      console.error(error);
      tellInstead(root, "page-not-started");
    });
  // A page that comes back from the back/forward cache has said goodbye, so it starts again.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload();
  });
}
