// PeerServer as npm gives it, without our door, in a process of its own: what the attacks are shown to work on.
import type { AddressInfo } from "node:net";
import { PeerServer } from "peer";

PeerServer({ host: "127.0.0.1", port: 0, path: "/", allow_discovery: true }, (server) => {
  console.log(`ready ${(server.address() as AddressInfo).port}`);
});
