/**
 * One way to the server, tested by a real peer connection that sends a picture and gets it back.
 *
 * @typedef {import("./state/test.js").Way} Way
 * @typedef {import("./state/test.js").WayResult} WayResult
 * @typedef {import("./state/figures.js").Sample} Sample
 */

import { codecsToOffer } from "../media/peer.js";
import { AskError, ask } from "./ask.js";

const CONNECT_MS = 8000;
const SEND_BPS = 1_600_000;
const CANDIDATE = /^a=candidate:\S+ 1 (udp|tcp) \d+ (\S+) (\d+)/gim;
const TURN = /^turns?:(.+?)(?:\?|$)/;

/** @type {Record<string, WayResult["state"]>} */
const STATE_AFTER = { media_full: "full", busy: "full", too_many_requests: "busy" };

/** What became of a way whose asking failed. @param {unknown} error @returns {WayResult["state"]} */
export function stateAfter(error) {
  return error instanceof AskError ? STATE_AFTER[error.code] ?? "unasked" : "unasked";
}

export class Probe {
  /** @type {string[]} */
  #servers = [];

  /** @param {Way} way */
  constructor(way) {
    this.way = way;
    /** @type {RTCConfiguration} */
    this.configuration = { bundlePolicy: "max-bundle", iceTransportPolicy: way === "relay" ? "relay" : "all" };
    this.pc = new RTCPeerConnection(this.configuration);
    const { pc } = this;
    this.sender = pc.addTransceiver("video", { direction: "sendonly", sendEncodings: [{ maxBitrate: SEND_BPS }] }).sender;
    pc.addTransceiver("video", { direction: "recvonly" });
    for (const one of pc.getTransceivers()) {
      const codecs = codecsToOffer(RTCRtpReceiver.getCapabilities("video")?.codecs ?? []);
      if (codecs.length) one.setCodecPreferences(codecs);
    }
  }

  /** Connect; never raises, and takes ten seconds at the longest. @returns {Promise<WayResult>} */
  async open() {
    const startedAt = performance.now();
    const result = (/** @type {WayResult["state"]} */ state) => this.#result(state, performance.now() - startedAt);
    try {
      const offer = await this.pc.createOffer();
      const answer = await ask("/check/probe", { over: this.way, sdp: offer.sdp });
      if (!answer.is_offered) return result("absent");
      this.#servers = serversOf(this.way, answer);
      this.pc.setConfiguration({ ...this.configuration, iceServers: answer.ice_servers });
      await this.pc.setLocalDescription(offer);
      await this.pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    } catch (error) {
      return result(stateAfter(error));
    }
    return result((await connected(this.pc)) ? "reached" : "failed");
  }

  /** @param {MediaStreamTrack} track */
  async send(track) {
    await this.sender.replaceTrack(track);
  }

  get isOpen() {
    return this.pc.connectionState === "connected";
  }

  /** @returns {Promise<Sample>} */
  async sample() {
    return sampleOf(await this.pc.getStats());
  }

  close() {
    this.pc.close();
  }

  /** This browser's own ends, for the report alone. @returns {Promise<string[]>} */
  async #ownAddresses() {
    /** @type {string[]} */
    const found = [];
    (await this.pc.getStats()).forEach((/** @type {any} */ stat) => {
      const address = stat.address ?? stat.ip;
      if (stat.type !== "local-candidate" || !address || (this.way !== "relay" && stat.protocol !== this.way)) return;
      const relay = stat.relayProtocol ? ` (${stat.relayProtocol})` : "";
      found.push(`${stat.candidateType} ${stat.protocol} ${address}${relay}`);
    });
    return [...new Set(found)];
  }

  /** @param {WayResult["state"]} state @param {number} tookMs @returns {Promise<WayResult>} */
  async #result(state, tookMs) {
    return { state, tookMs, servers: this.#servers, own: await this.#ownAddresses() };
  }
}

/** @param {RTCPeerConnection} pc @returns {Promise<boolean>} */
function connected(pc) {
  return new Promise((resolve) => {
    const look = () => {
      if (pc.connectionState === "connected") end(true);
      else if (pc.connectionState === "failed" || pc.connectionState === "closed") end(false);
    };
    const timer = setTimeout(() => end(false), CONNECT_MS);
    const end = (/** @type {boolean} */ isConnected) => {
      clearTimeout(timer);
      pc.removeEventListener("connectionstatechange", look);
      resolve(isConnected);
    };
    pc.addEventListener("connectionstatechange", look);
    look();
  });
}

/** Addresses and ports that a firewall has to let through. @param {Way} way @param {{sdp: string, ice_servers: {urls: string[]}[]}} answer */
export function serversOf(way, { sdp, ice_servers: iceServers }) {
  if (way === "relay") return iceServers.flatMap(({ urls }) => urls.map((url) => TURN.exec(url)?.[1] ?? url));
  const found = [...sdp.matchAll(CANDIDATE)].map(([, protocol = "", host = "", port]) =>
    `${protocol.toUpperCase()} ${host.includes(":") ? `[${host}]` : host}:${port}`);
  return [...new Set(found)];
}

/** @param {RTCStatsReport} report @returns {Sample} */
export function sampleOf(report) {
  /** @type {Sample} */
  const sample = {
    atMs: performance.now(), sentBytes: 0, sentPackets: 0, upLost: 0, upJitterMs: 0, gotBytes: 0, gotPackets: 0,
    downLost: 0, downJitterMs: 0, roundTripsMs: 0, roundTrips: 0, mayBps: 0, lateMs: 0,
  };
  report.forEach((/** @type {any} */ stat) => {
    if (stat.type === "outbound-rtp") {
      sample.sentBytes = stat.bytesSent + (stat.headerBytesSent ?? 0) - (stat.retransmittedBytesSent ?? 0);
      sample.sentPackets = stat.packetsSent - (stat.retransmittedPacketsSent ?? 0);
    } else if (stat.type === "remote-inbound-rtp") {
      sample.upLost = Math.max(0, stat.packetsLost ?? 0);
      sample.upJitterMs = (stat.jitter ?? 0) * 1000;
      sample.roundTrips = stat.roundTripTimeMeasurements ?? (stat.roundTripTime ? 1 : 0);
      sample.roundTripsMs = (stat.totalRoundTripTime ?? stat.roundTripTime ?? 0) * 1000;
    } else if (stat.type === "inbound-rtp") {
      sample.gotBytes = stat.bytesReceived + (stat.headerBytesReceived ?? 0);
      sample.gotPackets = stat.packetsReceived;
      sample.downLost = Math.max(0, stat.packetsLost ?? 0);
      sample.downJitterMs = (stat.jitter ?? 0) * 1000;
    } else if (stat.type === "candidate-pair") {
      sample.mayBps = Math.max(sample.mayBps, stat.availableOutgoingBitrate ?? 0);
    }
  });
  return sample;
}
