// One connection has one data channel, the one that its dialer opened for the dial. Messages on any other would pass by
// every bound of data-channel.ts and of the gateway behind it: the browser delivers them, and PeerJS listens to every
// data channel.
import type { Connection } from "./data-channel.ts";

export const moreThanOneChannel = "more than one channel";

/**
 * Calls `onMore`, once, when the other end opens a data channel beside that of the dial. To be called in the task that
 * makes the connection.
 */
export const watchForMoreChannels = (connection: Connection, dialedBy: "us" | "them", onMore: () => void): void => {
  let isOneToCome = dialedBy === "them";
  const onChannel = (): void => {
    if (isOneToCome) {
      isOneToCome = false;
      return;
    }
    connection.removeEventListener("datachannel", onChannel);
    onMore();
  };
  connection.addEventListener("datachannel", onChannel);
};
