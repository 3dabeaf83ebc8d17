// The URLs under which clients reach this server, and so the hosts that it answers to and the pages that may signal
// here. They are computed each time, because a laptop may change its network while the server runs.
import { hostname } from "node:os";
import { interfaceAddresses, isLoopback, lanAddresses, urlHost } from "./addresses.ts";
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

const isEveryAddress = (host: string): boolean => host === "0.0.0.0" || host === "::";

/** `host` itself, or every address of the network when it stands for all. */
const listeningAddresses = (host: string): string[] => (isEveryAddress(host) ? lanAddresses() : [host]);

/** A name means the same with the dot of the root behind it. */
const withoutDot = (name: string): string => name.replace(/\.$/, "");

/**
 * Whether a URL with this host, as the URL class writes it, can mean this machine: one of its names or addresses. IPv6
 * addresses count too, although they change too often to be in the certificate.
 */
const isOwnName = (urlHostname: string, host: string): boolean => {
  const name = withoutDot(urlHostname).replace(/^\[|\]$/g, "");
  const { names, addresses } = machineNames(host);
  const [machine = ""] = hostname().toLowerCase().split(".");
  const isName = [...names, machine, `${machine}.local`, hostname().toLowerCase()].includes(name);
  if (isName || isLoopback(name) || addresses.includes(name)) return name !== "";
  return isEveryAddress(host) && interfaceAddresses().includes(name);
};

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
   * Whether a request may name this host. A foreign page could let its own name point to this machine and then read all
   * answers ("DNS rebinding"), so other names are refused. Only the name counts, because the port may differ outside of
   * a container. Browsers always name a host.
   */
  isOwnHost(host: string | undefined): boolean {
    if (host === undefined) return true;
    const url = `http://${host}`;
    if (!URL.canParse(url)) return false;
    const { hostname: name, username, pathname } = new URL(url);
    if (username !== "" || pathname !== "/") return false;
    const { publicUrl } = this.#config;
    const isPublic = publicUrl !== undefined && withoutDot(new URL(publicUrl).hostname) === withoutDot(name);
    return isPublic || isOwnName(name, this.#config.host);
  }

  /**
   * Browsers send an Origin with every WebSocket, and no page can forge it. A client without one is not a browser, such
   * as a native phone of the test bench, and no page can misuse it.
   */
  mayOpenSocket(origin: string | undefined): boolean {
    if (origin === undefined) return true;
    const { publicUrl, allowedOrigins } = this.#config;
    return origin === publicUrl || allowedOrigins.includes(origin) || this.#isOwnOrigin(origin);
  }

  #isOwnOrigin(origin: string): boolean {
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    if (url.origin !== origin) return false;
    const { http, https } = this.#ports;
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    // Plain HTTP is there for this machine alone.
    if (url.protocol === "http:") return port === http && (url.hostname === "localhost" || isLoopback(url.hostname));
    return url.protocol === "https:" && port === https && isOwnName(url.hostname, this.#config.host);
  }
}

/** As a browser writes it: without the port that the protocol implies. */
const originOf = (protocol: "http" | "https", host: string, port: number): string =>
  new URL(`${protocol}://${urlHost(host)}:${port}`).origin;
