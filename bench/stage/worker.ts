// A process of native phones. It takes its commands over the pipe to the run that started it, and ends with it.
import { ownClockOffset } from "../meters/machine-clock.ts";
import { Crew } from "../roles/crew.ts";
import type { Command, Reply, Request } from "./host.ts";
import { endWebRtc, loadPeerJs, nativeConnections } from "./native-webrtc.ts";

const crew = new Crew({ Peer: loadPeerJs(), RTCPeerConnection: nativeConnections() });
const clock = ownClockOffset();
crew.offsetMs = clock.offsetMs;

const reply = (message: Reply): void => {
  process.send?.(message);
};

const run = (command: Command): Promise<unknown> | unknown => {
  switch (command.name) {
    case "join":
      return crew.join(command.spec);
    case "connected":
      return crew.connected();
    case "stand-by":
      return crew.standBy(command.plan);
    case "prepare":
      return crew.prepare(command.spec);
    case "play":
      return crew.play(command.startAtMs);
    case "progress":
      return crew.progress();
    case "cut-grace":
      return crew.cutGrace();
    case "close":
      return crew.close();
  }
};

process.on("message", async ({ id, command }: Request) => {
  try {
    reply({ id, value: await run(command) });
  } catch (error) {
    reply({ id, error: String(error) });
  }
});
// Ctrl-C reaches the whole process group. The run decides what to do: it still needs what was measured.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => {
  endWebRtc();
  process.exit();
});
reply({ ready: clock });
