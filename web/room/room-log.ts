// What happens in a room, as sentences in the page's log, and as notices if the person has to know at once. It
// continues while the screen is dark.
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { buttonActions, decodeButton } from "../../firmware-bridge/frames/payloads.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import type { Response } from "../../gateway/probes/effects.ts";
import type { OwnProbe } from "../../gateway/probes/own-probe.ts";
import type { LogLine } from "../ui/app-model.ts";
import { type LogBook, strangers } from "./log-book.ts";
import { nameInText } from "./names-text.ts";
import type { NoticeBoard } from "./notice-board.ts";
import { refusalNotices, refusalTexts } from "./refusals.ts";

export interface RoomLogOptions {
  readonly log: LogBook;
  readonly notices: NoticeBoard;
  /** The gateway of the room that the page is in; it knows the names. */
  readonly gateway: () => Gateway | undefined;
}

export class RoomLog {
  readonly #options: RoomLogOptions;

  constructor(options: RoomLogOptions) {
    this.#options = options;
  }

  onEvent(event: GatewayEvent): void {
    const { log, notices } = this.#options;
    switch (event.kind) {
      case "gesture":
        return log.add("info", `${this.#bandName(event.probe)}: ${event.gesture}`);
      case "peer-gesture":
        return this.#ofPeer("info", event.peer, `: ${event.gesture}`);
      case "peer-record":
        if (isButtonPressed(event)) this.#ofPeer("info", event.peer, ": button");
        return;
      case "response":
        return log.add(event.response === "written" ? "good" : "warning", this.#responseText(event), event.gatewayId);
      case "peer-joined":
        return this.#ofPeer("good", event.peer, " is connected");
      case "peer-gone":
        return this.#ofPeer("warning", event.peer, ` ${departureTexts[event.how]}`);
      case "refused": {
        const code = refusalNotices[event.reason];
        log.add(code === undefined ? "warning" : "problem", refusalTexts[event.reason], strangers);
        if (code !== undefined) notices.raise(code);
        return;
      }
      case "woke":
        return log.add("info", "This page was asleep; it compares clocks again before anything vibrates");
      case "motion":
      case "room-key-settled":
      case "left-behind":
      case "removed":
      case "probes-changed":
      case "peers-changed":
        return;
    }
  }

  #ofPeer(tone: LogLine["tone"], { gatewayId, name }: Peer, whatItDid: string): void {
    this.#options.log.add(tone, `${nameInText(name)}${whatItDid}`, gatewayId);
  }

  #responseText({ gatewayId, probe, response }: Extract<GatewayEvent, { kind: "response" }>): string {
    const from = this.#options.gateway()?.peers.find((peer) => peer.gatewayId === gatewayId)?.name ?? "";
    const band = probe === undefined ? "no band" : this.#bandName(probe);
    return responseTexts[response](band, nameInText(from));
  }

  #bandName({ index }: OwnProbe): string {
    return this.#options.gateway()?.probeName(index) ?? "";
  }
}

const isButtonPressed = ({ record }: Extract<GatewayEvent, { kind: "peer-record" }>): boolean =>
  record.kind === kinds.button && decodeButton(record.payload)?.action === buttonActions.pressed;

const departureTexts: Readonly<Record<Extract<GatewayEvent, { kind: "peer-gone" }>["how"], string>> = {
  left: "left the room",
  "let-go": "disconnected this page for a while, because it sent too much",
  lost: "is gone",
};

const responseTexts: Readonly<Record<Response, (band: string, from: string) => string>> = {
  written: (band, from) => `${band} buzzed, from ${from}`,
  muted: (band, from) => `${band} stayed still for ${from}: you are muted`,
  "peer-muted": (_, from) => `${from} is muted`,
  "no-rule": (_, from) => `No rule answers ${from}`,
  "rate-limited": (band, from) => `${band} stayed still for ${from}: your limit was reached`,
  "cannot-vibrate": (band) => `${band} cannot vibrate`,
  expired: (band, from) => `${band} stayed still for ${from}: it would have been too late`,
  superseded: (band, from) => `${band} stayed still for ${from}: something newer came`,
  failed: (band, from) => `${band} could not be reached for ${from}`,
};
