import assert from "node:assert/strict";
import { test } from "node:test";
import { isRelayed } from "../../../web/scripts/media/stats.js";

/** @param {object[]} stats */
const report = (stats) => /** @type {any} */ (new Map(stats.map((one) => [/** @type {any} */ (one).id, one])));

test("a path by a TURN server is known, by the pair that is in use alone", () => {
  const direct = { id: "c1", type: "local-candidate", candidateType: "host" };
  const relay = { id: "c2", type: "local-candidate", candidateType: "relay" };
  const pairs = [
    { id: "p1", type: "candidate-pair", localCandidateId: "c1" }, { id: "p2", type: "candidate-pair", localCandidateId: "c2" }];
  /** @param {string} id */
  const chosen = (id) => report([direct, relay, ...pairs, { id: "t", type: "transport", selectedCandidatePairId: id }]);
  assert.deepEqual([isRelayed(chosen("p1")), isRelayed(chosen("p2"))], [false, true]);
});

test("Firefox names no pair in its transport, and marks the one in use", () => {
  const relay = { id: "c2", type: "local-candidate", candidateType: "relay" };
  assert.ok(isRelayed(report([relay, { id: "p2", type: "candidate-pair", localCandidateId: "c2", selected: true }])));
  assert.ok(!isRelayed(report([relay, { id: "p2", type: "candidate-pair", localCandidateId: "c2", selected: false }])));
  assert.ok(!isRelayed(report([])));
});

test("a relay behind an address translator is one by its protocol", () => {
  const learned = { id: "c3", type: "local-candidate", candidateType: "prflx", relayProtocol: "tls" };
  const pair = { id: "p3", type: "candidate-pair", localCandidateId: "c3", selected: true };
  assert.ok(isRelayed(report([learned, pair])));
  assert.ok(!isRelayed(report([{ ...learned, relayProtocol: undefined }, pair])));
});
