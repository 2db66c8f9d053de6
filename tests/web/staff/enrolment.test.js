import assert from "node:assert/strict";
import { test } from "node:test";
import { enrolmentFields } from "../../../web/scripts/staff/enrolment.js";

test("the form says the public key and the signature, and nothing else", () => {
  const jwk = { kty: "EC", crv: "P-256", x: "the-x", y: "the-y" };
  assert.deepEqual(enrolmentFields({ jwk, signature: "signed" }), [
    ["x", "the-x"],
    ["y", "the-y"],
    ["signature", "signed"],
  ]);
});
