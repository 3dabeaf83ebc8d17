// A channel as the mux sees it, with its messages kept: whether it is open and how full it is, the test says.
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import type { GatewayRecord } from "../../gateway/wire/record.ts";

export class MemoryPort {
  readonly messages: Uint8Array[] = [];
  isOpen = true;
  buffered = 0;

  send(message: Uint8Array): boolean {
    if (this.isOpen) this.messages.push(message);
    return this.isOpen;
  }

  bufferedBytes(): number {
    return this.buffered;
  }

  /** The records of each message so far, message by message. */
  recordsByMessage(): readonly (readonly GatewayRecord[])[] {
    return this.messages.map((message) => {
      const decoded = decodeMessage(message);
      if ("malformed" in decoded) throw new Error(decoded.malformed);
      return decoded.frames.flatMap((frame) => (frame.type === "aggregate" ? frame.records : []));
    });
  }

  /** Their sequences, message by message. */
  sequences(): readonly (readonly number[])[] {
    return this.recordsByMessage().map((records) => records.map(({ sequence }) => sequence));
  }
}
