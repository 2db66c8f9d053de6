import assert from "node:assert/strict";
import { test } from "node:test";
import { AskError } from "../../../web/scripts/check/ask.js";
import { sampleOf, serversOf, stateAfter } from "../../../web/scripts/check/probe.js";

test("the servers are those an answer names, each once, or those of the relay", () => {
  const line = "a=candidate:1 1 udp 2130706431 192.0.2.1 8081 typ host\r\n";
  const sdp = `v=0\r\n${line}a=end-of-candidates\r\n${line}a=candidate:2 1 tcp 1518280447 2001:db8::1 443 typ host tcptype passive\r\n`;
  assert.deepEqual(serversOf("udp", { sdp, ice_servers: [] }), ["UDP 192.0.2.1:8081", "TCP [2001:db8::1]:443"]);
  const urls = ["turns:turn.example.org:443?transport=tcp", "turn:192.0.2.9:3478"];
  assert.deepEqual(serversOf("relay", { sdp, ice_servers: [{ urls }] }), ["turn.example.org:443", "192.0.2.9:3478"]);
});

test("a full server, too many tests and no answer are told apart", () => {
  const after = ["media_full", "busy", "too_many_requests", "no_answer", "internal"].map((code) => stateAfter(new AskError(code)));
  assert.deepEqual(after, ["full", "full", "busy", "unasked", "unasked"]);
  assert.equal(stateAfter(new Error("no offer")), "unasked");
});

test("a sample counts the media alone, not what was sent again", () => {
  /** @type {any} */
  const report = new Map(Object.entries({
    o: { type: "outbound-rtp", bytesSent: 1000, headerBytesSent: 120, retransmittedBytesSent: 100, packetsSent: 10, retransmittedPacketsSent: 1 },
    r: { type: "remote-inbound-rtp", packetsLost: 2, jitter: 0.004, roundTripTime: 0.03, roundTripTimeMeasurements: 5, totalRoundTripTime: 0.2 },
    i: { type: "inbound-rtp", bytesReceived: 800, headerBytesReceived: 96, packetsReceived: 8, packetsLost: -1, jitter: 0.01 },
    c: { type: "candidate-pair", bytesSent: 99999, availableOutgoingBitrate: 3e6 },
  }));
  const { atMs, ...found } = sampleOf(report);
  assert.ok(atMs > 0);
  assert.deepEqual(found, {
    sentBytes: 1020, sentPackets: 9, upLost: 2, upJitterMs: 4, roundTrips: 5, roundTripsMs: 200, gotBytes: 896, gotPackets: 8,
    downLost: 0, downJitterMs: 10, mayBps: 3e6, lateMs: 0,
  });
});
