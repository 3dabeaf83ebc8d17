// Everything that can be set: the type, its defaults, its verifier and its help, here and nowhere else.
// The command line wins over the environment. Values from both are verified.
import { isIP } from "node:net";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { IceServer } from "../gateway/wire/ice-servers.ts";
import { commaList } from "./comma-list.ts";
import { iceServersOption } from "./ice-servers-option.ts";
import { StartProblem, WrongValue } from "./start-problem.ts";

export interface ServerConfig {
  /** HTTPS for the phones of the network; 0: assigned by the system. */
  readonly httpsPort: number;
  /** Plain HTTP, on loopback only; 0: assigned by the system. */
  readonly httpPort: number;
  /** The address on which HTTPS listens. */
  readonly host: string;
  readonly hasTls: boolean;
  /** Undefined: a self-signed one, kept in the data folder. */
  readonly certificateFiles: { readonly cert: string; readonly key: string } | undefined;
  /** The origin that invites name; undefined: the first HTTPS address in the network. */
  readonly publicUrl: string | undefined;
  /** The page receives them whole: everybody who can open the page knows a credential in them. */
  readonly iceServers: readonly IceServer[];
  /** Origins of pages, beside our own, that may open a signaling socket here. */
  readonly allowedOrigins: readonly string[];
  readonly isBehindProxy: boolean;
  readonly dataFolder: string;
  /** A page that is built already; undefined: ours, built when its sources are newer. */
  readonly pageFolder: string | undefined;
  readonly isDev: boolean;
}

interface OptionText {
  /** What stands for the value in the help; undefined: a switch. */
  readonly value?: string;
  readonly initial?: string;
  readonly help: string;
}

const options = {
  "https-port": { value: "<port>", initial: "8443", help: "HTTPS for the phones of the network; 0: any free port" },
  "http-port": { value: "<port>", initial: "8080", help: "plain HTTP, on this machine only; 0: any free port" },
  host: { value: "<address>", initial: "0.0.0.0", help: "the address on which HTTPS listens" },
  "no-tls": { help: "only plain HTTP on this machine" },
  cert: { value: "<file>", help: "certificate chain (PEM) in place of the self-signed one" },
  key: { value: "<file>", help: "private key (PEM) of --cert" },
  "public-url": { value: "<url>", help: "where phones reach this server, such as https://mesh.example" },
  "ice-servers": { value: "<list>", initial: "", help: "STUN and TURN: URLs with commas between, or JSON" },
  "allowed-origins": { value: "<list>", initial: "", help: "origins of other pages that may signal here, with commas" },
  "behind-proxy": { help: "a proxy on this machine adds X-Forwarded-For; count limits by that address" },
  "data-folder": { value: "<folder>", initial: ".earl-mesh", help: "where the self-signed certificate is kept" },
  page: { value: "<folder>", help: "a page that is built already, in place of building it" },
  dev: { help: "serve the page from its sources and reload it as they change" },
  help: { help: "this text" },
} as const satisfies Record<string, OptionText>;

type OptionName = keyof typeof options;

const optionNames = Object.keys(options) as readonly OptionName[];
const textOf = (name: OptionName): OptionText => options[name];
const isOptionName = (name: string): name is OptionName => Object.hasOwn(options, name);
const environmentName = (name: OptionName): string => `EARL_MESH_${name.replaceAll("-", "_").toUpperCase()}`;

/** Undefined when help is asked for. @throws StartProblem that names the option and what is expected. */
export const readConfig = (
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ServerConfig | undefined => {
  const given = new Map([...readEnvironment(environment), ...readArguments(args)]);
  if (given.has("help")) return undefined;
  const givenOrInitial = (name: OptionName): string | undefined => given.get(name) ?? textOf(name).initial;
  const verified = <Value>(name: OptionName, verify: (value: string) => Value): Value | undefined => {
    const value = givenOrInitial(name);
    if (value === undefined) return undefined;
    try {
      return verify(value);
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      throw new StartProblem(`--${name} ${JSON.stringify(value)}: ${error.message}`);
    }
  };
  const required = <Value>(name: OptionName, verify: (value: string) => Value): Value => {
    const value = verified(name, verify);
    if (value === undefined) throw new Error(`option ${name} has no initial value`);
    return value;
  };
  const cert = verified("cert", resolvedPath);
  const key = verified("key", resolvedPath);
  if ((cert === undefined) !== (key === undefined)) throw new StartProblem("--cert and --key: give both or neither");
  return {
    httpsPort: required("https-port", port),
    httpPort: required("http-port", port),
    host: required("host", ipAddress),
    hasTls: !given.has("no-tls"),
    certificateFiles: cert === undefined || key === undefined ? undefined : { cert, key },
    publicUrl: verified("public-url", (value) => webOrigin(value, ["https:"])),
    iceServers: required("ice-servers", iceServersOption),
    allowedOrigins: required("allowed-origins", (value) =>
      commaList(value).map((item) => webOrigin(item, ["https:", "http:"])),
    ),
    isBehindProxy: given.has("behind-proxy"),
    dataFolder: required("data-folder", resolvedPath),
    pageFolder: verified("page", resolvedPath),
    isDev: given.has("dev"),
  };
};

export const helpText = (): string => {
  const rows = optionNames.map((name) => {
    const { value, initial, help } = textOf(name);
    return [`--${name}${value ? ` ${value}` : ""}`, initial ? `${help} (${initial})` : help] as const;
  });
  const width = Math.max(...rows.map(([option]) => option.length));
  return [
    "npm start -- [options]",
    "",
    ...rows.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`),
    "",
    "Each option can be set in the environment too: --https-port is EARL_MESH_HTTPS_PORT; a switch is set by 1.",
  ].join("\n");
};

const readEnvironment = (environment: Readonly<Record<string, string | undefined>>): Map<OptionName, string> => {
  const given = new Map<OptionName, string>();
  for (const name of optionNames) {
    const value = environment[environmentName(name)];
    if (value === undefined || value === "") continue;
    if (textOf(name).value === undefined) {
      if (value === "0" || value === "false") continue;
      if (value !== "1" && value !== "true") throw new StartProblem(`${environmentName(name)} must be 1 or 0`);
    }
    given.set(name, value);
  }
  return given;
};

const readArguments = (args: readonly string[]): Map<OptionName, string> => {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      optionNames.map((name) => [name, { type: textOf(name).value === undefined ? "boolean" : "string" } as const]),
    ),
    strict: false, // The messages are ours: short, and with what to do.
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<OptionName, string>();
  for (const token of tokens) {
    if (token.kind === "positional") throw new StartProblem(`${token.value}: not an option; see --help`);
    if (token.kind === "option-terminator") continue;
    if (!isOptionName(token.name)) throw new StartProblem(`${token.rawName}: no such option; see --help`);
    const isSwitch = textOf(token.name).value === undefined;
    if (isSwitch && token.value !== undefined) throw new StartProblem(`${token.rawName}: takes no value`);
    if (!isSwitch && token.value === undefined) throw new StartProblem(`${token.rawName}: needs a value`);
    given.set(token.name, token.value ?? "1");
  }
  return given;
};

const port = (value: string): number => {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) throw new WrongValue("must be a port, 0 to 65535");
  return Number(value);
};

const ipAddress = (value: string): string => {
  if (isIP(value) === 0) throw new WrongValue("must be an IP address of this machine, such as 192.168.0.10");
  if (value.includes("%"))
    throw new WrongValue("must have no zone (from the % on), because no browser opens an address with one");
  return value;
};

const resolvedPath = (value: string): string => {
  if (value === "") throw new WrongValue("must be a path");
  return resolve(value);
};

/** An origin alone: the page lies at the root of its server, and a path or a fragment would be lost in an invite. */
const webOrigin = (value: string, protocols: readonly string[]): string => {
  const example = `must be ${protocols.map((protocol) => `${protocol}//host[:port]`).join(" or ")} and nothing more`;
  if (!URL.canParse(value)) throw new WrongValue(example);
  const url = new URL(value);
  if (!protocols.includes(url.protocol) || url.href !== `${url.origin}/`) throw new WrongValue(example);
  return url.origin;
};
