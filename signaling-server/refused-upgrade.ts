// A client may ask for another protocol and still accept HTTP/1.1, as `curl --http2` asks for h2c. Node treats each
// such request as an upgrade and stops reading the connection. Here the request is answered as if it had asked for no
// upgrade.
import { type IncomingMessage, type RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { unreadAnswerMs } from "./limits.ts";

export const asksForWebSocket = ({ headers }: IncomingMessage): boolean =>
  (headers.upgrade ?? "").split(",").some((protocol) => protocol.trim().toLowerCase() === "websocket");

/** Answers this one request; then the connection is closed, because nobody reads what follows on it. */
export const answerWithoutUpgrade = (answer: RequestListener, request: IncomingMessage, socket: Socket): void => {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once("finish", () => socket.end(() => socket.destroy()));
  // Node does the same for other connections, but not for this one any more.
  socket.on("drain", () => response.emit("drain"));
  socket.on("error", () => socket.destroy());
  socket.setTimeout(unreadAnswerMs, () => socket.destroy());
  answer(request, response);
};
