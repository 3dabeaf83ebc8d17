// A client may ask to go on in another protocol and be content with HTTP/1.1: `curl --http2` asks for h2c so. Node hands every
// such request over as an upgrade and parses no more of the connection; here it is answered as if nothing had been asked.
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
  // These are what Node does for other connections and stopped doing for this one.
  socket.on("drain", () => response.emit("drain"));
  socket.on("error", () => socket.destroy());
  socket.setTimeout(unreadAnswerMs, () => socket.destroy());
  answer(request, response);
};
