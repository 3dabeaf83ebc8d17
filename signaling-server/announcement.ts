// What the server prints once it runs: a person at a terminal reads where to go, a program that started it reads one
// line.
import { generate } from "lean-qr";
import type { RunningServer } from "./server.ts";

/** Before the JSON of the line that programs read. */
export const readyPrefix = "earl-mesh ready ";

export interface ReadyLine {
  readonly httpPort: number;
  readonly httpsPort: number | undefined;
  readonly publicUrl: string | undefined;
}

export const readyLine = ({ ports, urls }: RunningServer): string => {
  const ready: ReadyLine = { httpPort: ports.http, httpsPort: ports.https, publicUrl: urls.public() };
  return readyPrefix + JSON.stringify(ready);
};

export const announcement = ({ urls }: RunningServer, withCode: boolean): string => {
  const invited = urls.public();
  const lines = [`  on this computer  ${urls.local}`];
  if (invited === undefined) {
    lines.push("  for phones        not reachable: connect to their network and start again, or give --public-url");
  } else {
    const others = urls.lan().filter((url) => url !== invited);
    lines.push(`  for phones        ${[invited, ...others].join("\n                    ")}`);
    if (withCode) lines.push("", qrCode(invited));
    const how = withCode ? "Scan the code" : "Open the address";
    lines.push("", `  ${how} with each phone; where the browser warns of the certificate, accept it once.`);
  }
  return ["", ...lines, ""].join("\n");
};

/** Modules around the code that scanners need to find it. */
const quietZone = 4;
/** Black on white whatever the colours of the terminal. */
const blackOnWhite = "\u001b[38;5;16;48;5;231m";
const usualColours = "\u001b[0m";

/** Two modules above each other in one character: characters are about twice as high as wide. */
const qrCode = (text: string): string => {
  const code = generate(text);
  const end = code.size + quietZone;
  const lines: string[] = [];
  for (let y = -quietZone; y < end; y += 2) {
    let line = "";
    for (let x = -quietZone; x < end; x++) {
      const halves = Number(code.get(x, y)) + 2 * Number(code.get(x, y + 1));
      line += " ▀▄█".charAt(halves);
    }
    lines.push(`  ${blackOnWhite}${line}${usualColours}`);
  }
  return lines.join("\n");
};
