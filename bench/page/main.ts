// The page under test: the product's gateway, mesh and links in a real browser. The run drives it as it drives a worker
// process.
import { Peer } from "peerjs";
import { Crew } from "../roles/crew.ts";

declare global {
  var benchCrew: Crew;
}

globalThis.benchCrew = new Crew({ Peer, RTCPeerConnection });
