/** The meeting document over sample views: `?view=` names one of `samples.js`. */

import { render } from "/static/vendor/preact.js";
import { signal } from "/static/vendor/signals.js";
import { App } from "/static/scripts/components/app.js";
import { html } from "/static/scripts/html.js";
import { Players } from "/static/scripts/media/players.js";
import { createPreferences } from "/static/scripts/preferences.js";
import { createStore } from "/static/scripts/store.js";
import { loadText } from "/static/scripts/text.js";
import { face, screen } from "./faces.js";
import { SAMPLES } from "./samples.js";

const root = document.getElementById("app");
const facts = JSON.parse(document.getElementById("facts").textContent);
const name = new URLSearchParams(location.search).get("view") ?? "prejoin";
const sample = SAMPLES[name];

await loadText("en", ["meeting"]);
const store = createStore();
const now = Date.now() / 1000;
store.dispatch({ type: "link", phase: "open", nowMs: Date.now() });
if (sample.joined !== false) {
  store.dispatch({ type: "join_began" });
  store.dispatch({ type: "join_done" });
}
for (const [event, data] of sample.events(facts.room, now)) {
  store.dispatch({ type: "notified", name: event, data, at: now, nowMs: Date.now() });
}
for (const action of sample.actions ?? []) store.dispatch(action);

const streams = new Map();
function track(mid) {
  const slot = store.state.value.meeting.slots.find((one) => one.mid === mid);
  if (!slot?.participant || slot.kind === "audio") return null;
  if (!streams.has(mid)) streams.set(mid, slot.kind === "screen" ? screen() : face(slot.participant));
  return streams.get(mid);
}

const own = sample.noCamera ? null : face("self");
const list = (kind, labels) => labels.map((label, i) => ({ kind, label, deviceId: `${kind}${i}` }));
const devices = {
  state: signal({
    camera: sample.noCamera ? "refused" : "live", microphone: sample.noCamera ? "refused" : "live",
    cameras: sample.noCamera ? [] : list("camera", ["Integrated Camera (04f2:b6d0)", "USB Camera"]),
    microphones: sample.noCamera ? [] : list("microphone", ["Built-in Microphone"]),
    speakers: sample.noCamera ? [] : list("speaker", ["Built-in Speakers"]),
    cameraId: "camera0", microphoneId: "microphone0", speakerId: "speaker0", cameraTrack: own,
    microphoneTrack: sample.noCamera ? null : tone(), isMuted: Boolean(sample.muted),
    processing: { echoCancellation: true, noiseSuppression: true, autoGainControl: true }, blur: sample.noCamera ? "none" : "off",
    notTaken: null, change: null, ...sample.devices,
  }),
};
function tone() {
  const context = new AudioContext();
  const target = context.createMediaStreamDestination();
  const source = new OscillatorNode(context);
  source.connect(new GainNode(context, { gain: 0.05 })).connect(target);
  source.start();
  return target.stream.getAudioTracks()[0];
}
const players = new Players();
const actions = new Proxy({
  track, player: (one) => players.take(one), screenTrack: () => null, audioContext: () => new AudioContext(),
  dismiss: (id) => store.dispatch({ type: "dismissed", id }),
  enlarge: (id) => store.dispatch({ type: "enlarged", id }),
  moveSelf: (place) => store.dispatch({ type: "self_moved", place }),
  hideSelf: (isHidden) => store.dispatch({ type: "self_hidden", isHidden }),
  nextLayout: () => store.dispatch({ type: "layout" }),
  ask: async (...asked) => (console.info("ask", ...asked), null),
}, { get: (known, key) => known[key] ?? (async (...values) => console.info(String(key), ...values)) });

const tick = signal(Date.now());
setInterval(() => { tick.value = Date.now(); }, 1000);
const visit = { invite: "", role: sample.role ?? "guest", names: sample.names ?? [""], wasInside: false };
const preferences = createPreferences(localStorage);
const captions = {
  state: signal(sample.captions ?? { phase: "none", said: { lines: [], next: 1 } }), toggle: () => console.info("captions"),
};
const app = { captions, facts, visit, store, tick, preferences, volume: signal(1), devices, actions };
root.replaceChildren();
render(html`<${App} app=${app} root=${root} />`, root);
window.preview = { store };
