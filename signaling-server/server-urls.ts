// Under which URLs this server can be reached, and which pages may therefore signal here.
// Asked again each time: a laptop changes its network while the server runs.
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
 * Whether a URL with this host, as the URL class writes it, can mean this machine: one of its names or addresses, also those
 * that change too often to be in a certificate, as IPv6 addresses do.
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
   * Whether a request may name this host. Under any other name a page of somebody else could be in front of this server: it
   * lets its own name point to this machine and reads all answers ("DNS rebinding"). Only the name counts, because a port may
   * be another one outside of a container. Browsers always name a host.
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
   * Browsers send an Origin with every WebSocket, and no page can forge it. What sends none is not a browser (a native phone of
   * the test bench), and cannot be misused by a page that somebody visits.
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
