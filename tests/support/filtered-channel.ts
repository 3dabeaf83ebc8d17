// A channel whose messages a test looks at, changes or keeps back, in either direction: how a peer that deafens or lies
// is made from an honest one.
import type { Channel } from "../../gateway/wire/channel.ts";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import type { GatewayFrame } from "../../gateway/wire/frame-types.ts";

/**
 * @param mayArrive whether the listener is given the message
 * @param leaving what is sent in place of a message; undefined: nothing, and the sender believes that it was
 */
export const filteredChannel = (
  channel: Channel,
  mayArrive: (message: Uint8Array) => boolean,
  leaving: (message: Uint8Array) => Uint8Array | undefined = (message) => message,
): Channel => ({
  localSessionId: channel.localSessionId,
  remoteSessionId: channel.remoteSessionId,
  dialedBy: channel.dialedBy,
  signaledBy: channel.signaledBy,
  fingerprints: () => channel.fingerprints(),
  listen: (listener) =>
    channel.listen({
      onMessage: (message) => {
        if (mayArrive(message)) listener.onMessage(message);
      },
      onDrain: () => listener.onDrain(),
      onClose: (reason) => listener.onClose(reason),
    }),
  send: (message) => {
    const changed = leaving(message);
    return changed === undefined || channel.send(changed);
  },
  bufferedBytes: () => channel.bufferedBytes(),
  close: (reason) => channel.close(reason),
});

/** The types of a message between gateways; none when it cannot be read. */
export const framesOf = (message: Uint8Array): readonly GatewayFrame[] => {
  const decoded = decodeMessage(message);
  return "malformed" in decoded ? [] : decoded.frames;
};
