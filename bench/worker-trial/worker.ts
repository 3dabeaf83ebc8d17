// The channels of the receiving page in a dedicated worker: only what has an effect goes on to the page, which alone may touch Bluetooth.
import { receiveOn } from "./receiver.ts";

globalThis.onmessage = ({ data: channel }: MessageEvent<RTCDataChannel>) => {
  receiveOn(channel, (dueMs) => globalThis.postMessage(dueMs));
};
