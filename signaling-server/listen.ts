// Opens a port. If that fails, it says in one line why, and which option to change. Later it reports problems of the
// open port.
import type { Server } from "node:http";
import { StartProblem } from "./start-problem.ts";

/** @param option that sets the port. @throws StartProblem */
export const listen = (server: Server, option: string, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const onProblem = (error: NodeJS.ErrnoException): void =>
      reject(new StartProblem(listenProblem(error, option, port, host), { cause: error }));
    server.once("error", onProblem);
    server.listen(port, host, () => {
      server.off("error", onProblem);
      // For example, no file handle is free for one more connection. Open connections go on.
      server.on("error", (error) => console.error(`earl-mesh: ${host} port ${port}: ${error.message}`));
      resolve();
    });
  });

const listenProblem = (
  { code, message }: NodeJS.ErrnoException,
  option: string,
  port: number,
  host: string,
): string => {
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} is in use; choose another with --${option}`;
    case "EACCES":
      return `port ${port} needs more rights; choose one from 1024 with --${option}`;
    case "EADDRNOTAVAIL":
      return `--host ${host}: not an address of this machine`;
    default:
      return `cannot listen on ${host} port ${port}: ${message}`;
  }
};
