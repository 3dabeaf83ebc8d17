// The page of data-channel.test.ts: runs one clause of the channel contract on the browser's own connections.
import { channelContract } from "../contracts/channel-contract.ts";
import { openRtcPair, rtcHarness } from "../support/rtc-pair.ts";

const makeConnection = () => new RTCPeerConnection({ iceServers: [] });

/** The error's text, or undefined when the clause is met. */
const runClause = async (name: string): Promise<string | undefined> => {
  const harness = rtcHarness(makeConnection, { isGreeted: true });
  try {
    await channelContract.find((clause) => clause.name === name)?.run(harness);
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    harness.closeAll();
  }
};

/** What the callee hears when the dialer, once they have spoken, says one word and closes. */
const lastWords = async (): Promise<readonly string[]> => {
  const { dialer, callee } = await openRtcPair(makeConnection, { isGreeted: true });
  const told: string[] = [];
  dialer.listen({
    onMessage: () => {
      dialer.send(Uint8Array.of(7));
      dialer.close("goodbye");
    },
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  return new Promise((resolve) => {
    callee.listen({
      onMessage: (message) => void told.push(message.join()),
      onDrain: () => undefined,
      onClose: () => resolve(told),
    });
    callee.send(Uint8Array.of(1));
  });
};

/** Whether the browser itself holds the certificate that the description names, and whether we notice another. */
const certificateChecks = async (): Promise<{ heldCertificates: number; swapped: unknown }> => {
  const { dialer, connections } = await openRtcPair(makeConnection, { isGreeted: true });
  const [here] = connections;
  const heldCertificates = here.sctp?.transport.getRemoteCertificates().length ?? 0;
  const { currentRemoteDescription } = here;
  const swappedSdp = currentRemoteDescription?.sdp.replace(
    /(sha-256 )(..)/,
    (_, hash, pair) => hash + (pair === "00" ? "11" : "00"),
  );
  Object.defineProperty(here, "currentRemoteDescription", { value: { sdp: swappedSdp } });
  const swapped = await dialer.fingerprints();
  for (const connection of connections) connection.close();
  return { heldCertificates, swapped };
};

export interface ContractPage {
  readonly runClause: typeof runClause;
  readonly lastWords: typeof lastWords;
  readonly certificateChecks: typeof certificateChecks;
}

const contractPage: ContractPage = { runClause, lastWords, certificateChecks };
Object.assign(globalThis, { contractPage });
