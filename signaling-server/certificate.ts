// The certificate of HTTPS: a real one from files, or a self-signed one. The self-signed one is made once and kept, so
// that a phone that accepted it does not ask again. It is made again when it no longer names this machine or will
// expire soon.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { generate } from "selfsigned";
import { StartProblem } from "./start-problem.ts";
import { writeWhole } from "./write-whole.ts";

export interface Certificate {
  /** PEM */
  readonly cert: string;
  /** PEM */
  readonly key: string;
}

/** The machine that the certificate is for. */
export interface CertificateSubject {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

const dayMs = 24 * 60 * 60 * 1000;
/** Apple's systems refuse more than 825 days, and browsers move towards less. */
const validityMs = 397 * dayMs;
/** A phone whose clock is slow must not find that the certificate is not valid yet. */
const backdatedMs = dayMs;
/** The certificate is made again when less than this is left. No event lasts longer. */
const leastRemainingMs = 14 * dayMs;

/** @throws StartProblem when a file cannot be read, or when a browser would refuse the pair today. */
export const readCertificate = async (files: { cert: string; key: string }, now: Date): Promise<Certificate> => {
  const certificate = { cert: await readPem("--cert", files.cert), key: await readPem("--key", files.key) };
  const problem = problemOf(certificate) ?? problemOfDates(certificate, now);
  if (problem !== undefined) throw new StartProblem(`--cert ${files.cert}, --key ${files.key}: ${problem}`);
  return certificate;
};

/** @throws StartProblem when the folder cannot be written. */
export const keptCertificate = async (folder: string, subject: CertificateSubject, now: Date): Promise<Certificate> => {
  const certFile = join(folder, "certificate.pem");
  const keyFile = join(folder, "private-key.pem");
  const kept = await readKept(certFile, keyFile);
  if (kept !== undefined && isStillGood(kept, subject, now)) return kept;
  const made = await makeCertificate(subject, now);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeWhole(keyFile, made.key, 0o600);
    await writeWhole(certFile, made.cert, 0o644);
  } catch (error) {
    throw new StartProblem(`--data-folder ${folder}: cannot be written (${codeOf(error)})`, { cause: error });
  }
  return made;
};

const makeCertificate = async ({ names, addresses }: CertificateSubject, now: Date): Promise<Certificate> => {
  const made = await generate([{ name: "commonName", value: "Earl Mesh" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now.getTime() - backdatedMs),
    notAfterDate: new Date(now.getTime() - backdatedMs + validityMs),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...names.map((value) => ({ type: 2, value }) as const),
          ...addresses.map((ip) => ({ type: 7, ip }) as const),
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
};

/** Undefined when there is no certificate, or a broken one. It is then made as if for the first time. */
const readKept = async (certFile: string, keyFile: string): Promise<Certificate | undefined> => {
  try {
    const kept = { cert: await readFile(certFile, "utf8"), key: await readFile(keyFile, "utf8") };
    return problemOf(kept) === undefined ? kept : undefined;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new StartProblem(`${certFile}, ${keyFile}: cannot be read (${codeOf(error)})`, { cause: error });
  }
};

const isStillGood = ({ cert }: Certificate, { names, addresses }: CertificateSubject, now: Date): boolean => {
  const parsed = new X509Certificate(cert);
  return (
    Date.parse(parsed.validTo) - now.getTime() > leastRemainingMs &&
    names.every((name) => parsed.checkHost(name) !== undefined) &&
    addresses.every((address) => isIP(address) !== 0 && parsed.checkIP(address) !== undefined)
  );
};

const noPair = "not a certificate and its private key in PEM";

/** Why Node or a browser would refuse the pair at any time. */
const problemOf = ({ cert, key }: Certificate): string | undefined => {
  const [first, ...others] = chainOf(cert);
  if (first === undefined) return noPair;
  const broken = others.indexOf(undefined);
  if (broken >= 0) return `certificate ${broken + 2} of the chain is broken`;
  try {
    if (!first.checkPrivateKey(createPrivateKey(key))) return "the key is not the certificate's";
  } catch {
    return noPair;
  }
  try {
    createSecureContext({ cert, key });
    return undefined;
  } catch (error) {
    // For example, a key that is too short.
    return `cannot be used for TLS: ${error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : String(error)}`;
  }
};

const problemOfDates = ({ cert }: Certificate, now: Date): string | undefined => {
  for (const [place, each] of chainOf(cert).entries()) {
    if (each === undefined) continue;
    const which = place === 0 ? "the certificate" : `certificate ${place + 1} of the chain`;
    if (Date.parse(each.validTo) <= now.getTime()) return `${which} expired on ${each.validTo}`;
    if (Date.parse(each.validFrom) > now.getTime())
      return `${which} is valid from ${each.validFrom} on; the clock of this machine says ${now.toUTCString()}`;
  }
  return undefined;
};

/** Each certificate of a PEM file; undefined where one is broken. */
const chainOf = (pem: string): readonly (X509Certificate | undefined)[] =>
  pem
    .split(/(?=-----BEGIN CERTIFICATE-----)/)
    .filter((part) => part.startsWith("-----BEGIN CERTIFICATE-----"))
    .map((part) => {
      try {
        return new X509Certificate(part);
      } catch {
        return undefined;
      }
    });

const readPem = async (option: string, file: string): Promise<string> => {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new StartProblem(`${option} ${file}: cannot be read (${codeOf(error)})`, { cause: error });
  }
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);
