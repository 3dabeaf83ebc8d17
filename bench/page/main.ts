// The page under test: the product's gateway, mesh and links in a real browser, driven as a worker process is.
import { Peer } from "peerjs";
import { Crew } from "../roles/crew.ts";

declare global {
  var benchCrew: Crew;
}

globalThis.benchCrew = new Crew({ Peer, RTCPeerConnection });
