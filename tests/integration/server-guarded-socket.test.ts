// A socket that takes nothing more must not make the server keep everything for it.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { GuardedSocket } from "../../signaling-server/guarded-socket.ts";
import { maxUnsentBytes } from "../../signaling-server/limits.ts";

it("should end a socket that does not read, before what waits for it fills the memory", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, WebSocket: GuardedSocket });
  await once(server, "listening");
  const reader = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    reader.terminate();
    server.close();
  });
  const [socket] = (await once(server, "connection")) as [GuardedSocket];
  await once(reader, "open");
  reader.pause();
  const message = "x".repeat(64 * 1024);
  let mostWaiting = 0;
  for (let sent = 0; sent < 10_000 && socket.readyState === WebSocket.OPEN; sent++) {
    socket.send(message);
    mostWaiting = Math.max(mostWaiting, socket.bufferedAmount);
  }
  expect(socket.readyState).not.toBe(WebSocket.OPEN);
  expect(mostWaiting).toBeGreaterThan(maxUnsentBytes);
  expect(mostWaiting).toBeLessThan(maxUnsentBytes + 2 * message.length);
});
