// A listener on a port of the system's choice, for tests of what happens when a port is taken.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

export const occupyPort = async (): Promise<{ readonly port: number; free(): Promise<void> }> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    free: async () => {
      server.close();
      await once(server, "close");
    },
  };
};
