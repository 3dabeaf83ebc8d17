// Under which URLs this server can be reached, and which pages may therefore signal here.
// Asked again each time: a laptop changes its network while the server runs.
import { hostname } from "node:os";
import { isLoopback, lanAddresses, urlHost } from "./addresses.ts";
import type { ServerConfig } from "./config.ts";

export interface ListeningPorts {
  readonly http: number;
  readonly https: number | undefined;
}

/** The names and addresses that a certificate for this machine should hold. */
export const machineNames = (host: string): { readonly names: string[]; readonly addresses: string[] } => {
  const name = hostname().toLowerCase();
  return {
    names: ["localhost", ...(/^[a-z0-9-]+$/.test(name) ? [name, `${name}.local`] : [])],
    addresses: ["127.0.0.1", ...listeningAddresses(host)],
  };
};

/** `host` itself, or every address of the network when it stands for all. */
const listeningAddresses = (host: string): string[] => (host === "0.0.0.0" || host === "::" ? lanAddresses() : [host]);

export class ServerUrls {
  readonly #config: ServerConfig;
  readonly #ports: ListeningPorts;

  constructor(config: ServerConfig, ports: ListeningPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  /** For a browser on this machine. */
  get local(): string {
    return `http://localhost:${this.#ports.http}`;
  }

  /** For phones in the network, likeliest first. */
  lan(): string[] {
    const { https } = this.#ports;
    if (https === undefined) return [];
    return listeningAddresses(this.#config.host)
      .filter((address) => !isLoopback(address))
      .map((address) => originOf("https", address, https));
  }

  /** What invites name; undefined when no phone could reach it. */
  public(): string | undefined {
    return this.#config.publicUrl ?? this.lan()[0];
  }

  /**
   * Browsers send an Origin with every WebSocket, and it cannot be forged by a page. Who sends none is not a browser (a native
   * phone of the test bench), and no page's visitor can be misused through it.
   */
  mayOpenSocket(origin: string | undefined): boolean {
    if (origin === undefined) return true;
    return this.#ownOrigins().includes(origin) || this.#config.allowedOrigins.includes(origin);
  }

  #ownOrigins(): string[] {
    const { http, https } = this.#ports;
    const { names, addresses } = machineNames(this.#config.host);
    return [
      originOf("http", "localhost", http),
      originOf("http", "127.0.0.1", http),
      ...(https === undefined ? [] : [...names, ...addresses].map((host) => originOf("https", host, https))),
      ...(this.#config.publicUrl === undefined ? [] : [this.#config.publicUrl]),
    ];
  }
}

/** As a browser writes it: without the port that the protocol implies. */
const originOf = (protocol: "http" | "https", host: string, port: number): string =>
  new URL(`${protocol}://${urlHost(host)}:${port}`).origin;
