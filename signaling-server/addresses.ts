// The addresses of this machine, and the addresses of clients as the limits count them.
import type { IncomingMessage } from "node:http";
import { isIP, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

/** Interfaces of containers, virtual machines and tunnels: no phone in the room is behind them, so they come last. */
const virtualInterface = /^(docker|br-|veth|virbr|vmnet|vboxnet|podman|cni|tun|tap|utun|wg|zt|tailscale)/;

/** The IPv4 addresses that others in the network can try, likeliest first. */
export const lanAddresses = (interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces()): string[] =>
  Object.entries(interfaces)
    .flatMap(([name, addresses = []]) => addresses.map((address) => ({ name, ...address })))
    .filter(({ family, internal, address }) => family === "IPv4" && !internal && !isLinkLocal(address))
    .sort((a, b) => Number(virtualInterface.test(a.name)) - Number(virtualInterface.test(b.name)))
    .map(({ address }) => address);

/** All that the system lists, IPv6 too, without zones. */
export const interfaceAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));

/** 169.254/16: what a machine gives itself when the network gave it nothing. */
const isLinkLocal = (address: string): boolean => address.startsWith("169.254.");

/** Whether it is an IP address of this machine itself; a name such as 127.example is no address. */
export const isLoopback = (address: string): boolean => /^(::ffff:)?127(\.\d+){3}$|^::1$/.test(address);

/**
 * The client's address. A proxy on this machine appends the address that it saw; the client itself wrote what stands
 * before.
 */
export const clientAddress = (request: IncomingMessage, isBehindProxy: boolean): string => {
  const direct = request.socket.remoteAddress ?? "";
  if (!isBehindProxy || !isLoopback(direct)) return direct;
  const forwarded = [request.headers["x-forwarded-for"]].flat().at(-1)?.split(",").at(-1)?.trim() ?? "";
  return isIP(forwarded) === 0 ? direct : forwarded;
};

/**
 * One text for all the addresses that one customer can take at will: an IPv4 address, or the /64 of an IPv6 address
 * (the smallest block that is handed out).
 */
export const addressGroup = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("%", 1).join("").split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array.from({ length: Math.max(0, missing) }, () => "0"), ...groups(tail ?? "")];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
};

/** Brackets around IPv6, as URLs want it. */
export const urlHost = (address: string): string => (isIPv6(address) ? `[${address}]` : address);
