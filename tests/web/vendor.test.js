import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { test } from "node:test";

const WEB = new URL("../../web/", import.meta.url);
const LOCK = JSON.parse(readFileSync(new URL("vendor.lock.json", WEB), "utf8"));

test("every vendored file is the one of the lock", () => {
  const names = /** @type {string[]} */ (readdirSync(new URL("vendor/", WEB), { recursive: true }))
    .filter((name) => statSync(new URL(`vendor/${name}`, WEB)).isFile());
  assert.deepEqual(names.sort(), Object.keys(LOCK.sha256).sort());
  for (const name of names) {
    const content = readFileSync(new URL(`vendor/${name}`, WEB));
    assert.equal(createHash("sha256").update(content).digest("hex"), LOCK.sha256[name], name);
  }
});

test("the styles carry no crown, crest or typeface of gov.uk, and fetch nothing", () => {
  const styles = readFileSync(new URL("vendor/govuk-frontend.css", WEB), "utf8");
  assert.doesNotMatch(styles, /GDS Transport|crest|crown|@import|url\(/);
});

test("no script or page reaches for another origin, and nothing is inline", () => {
  const own = ["scripts", "pages", "styles"].flatMap((folder) =>
    /** @type {string[]} */ (readdirSync(new URL(folder, WEB), { recursive: true }))
      .filter((name) => /\.(js|html|css)$/.test(name)).map((name) => `${folder}/${name}`));
  for (const name of own) {
    const text = readFileSync(new URL(name, WEB), "utf8");
    assert.doesNotMatch(text, /https?:\/\/(?!www\.w3\.org)/, name);
    if (name.endsWith(".html")) assert.doesNotMatch(text, /\sstyle=|\son[a-z]+=|<style|<script(?![^>]*(src=|application\/json))/, name);
  }
});
