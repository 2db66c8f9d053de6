/** Sample notifications for each view, as a server would send them. */

const GUEST_MAY = ["speak", "show", "present", "raise_hand", "leave", "call_staff", "ready_to_leave", "encode"];
const HOST_MAY = [
  "speak", "show", "present", "leave", "call_staff", "ready_to_leave", "admit", "check", "hand_over",
  "mute_other", "send_back", "remove", "pause", "end", "lower_hand", "allow_presenting",
];
const SEAT_MAY = ["speak", "show", "leave", "call_staff", "ready_to_leave", "step_up"];
const NAMES = ["Officer Hughes", "Amara Okafor", "Witness A", "Tomasz Kowalczyk-Wisniewski", "Siân Prys", "Dr Imogen Featherstonehaugh"];

function person(id, name, attested = true) {
  return { id: `${id}-a`, name, is_attested: attested };
}

function participant(index, change = {}) {
  const id = `p${index + 1}`;
  const name = NAMES[index];
  return {
    id, name, role: index === 0 ? "host" : "guest", persons: [person(id, name)], microphone: true, camera: true,
    is_presenting: false, is_connected: true, is_checking: false, is_handed_over: false, has_encoder: false, ...change,
  };
}

function room(count, changes = {}) {
  return Array.from({ length: count }, (_, index) => participant(index, changes[index]));
}

function inside(facts, now, change = {}) {
  return ["meeting.updated", {
    place: "inside", room: facts, you: "p2", may: GUEST_MAY, stage: "open", was_locked: false, paused: null, is_unwatched: false,
    is_handed_over: false, stepped_up_until: null, step_up_closed: false, step_up_attempts_left: 3,
    participants: room(3), at_door: 0, knocks: [], expected: [], unattested: [], presenter: null,
    guests_may_present: true, raised_hands: [], encoder: "off",
    presence: { seen_by: ["p1", "p3"], heard_by: ["p1", "p3"], monitors: 0, is_recorded: false },
    opened_at: now - 754, ends_at: now + 2891, ...change,
  }];
}

function slots(view) {
  const others = view.participants.filter((one) => one.id !== view.you);
  const bound = others.flatMap((one, index) => [
    { mid: `a${index}`, kind: "audio", participant: one.id },
    { mid: `c${index}`, kind: "camera", participant: one.camera ? one.id : null },
  ]);
  const screen = view.presenter && view.presenter !== view.you ? view.presenter : null;
  return ["slot.bound", { slots: [...bound, { mid: "s", kind: "screen", participant: screen }] }];
}

function scene(change, more = []) {
  return (facts, now) => {
    const view = inside(facts, now, typeof change === "function" ? change(now) : change);
    return [view, slots(view[1]), ["speaker.changed", { dominant: "p3", speaking: ["p3"] }], ...more];
  };
}

function knock(id, name, now, change = {}) {
  return {
    id, name, role: "guest", persons: [person(id, name, false)], since: now - 95, count: 1, is_expected: false,
    host_pin_verified: false, page_gone: false, like: [], is_like_banned: false, ...change,
  };
}

function expected(name, part, change = {}) {
  return { name, part, is_under_18: false, arrived_as: null, is_inside: false, is_sure: false, is_attested: false, self_test: null, ...change };
}

const waiting = (facts, now, change) => [["meeting.updated", {
  place: "waiting", room: facts, you: "p2", name: "Amara Okafor", host_arrived: false, knocking: false,
  host_pin_verified: false, since: now - 133, deadline: now + 767, knock_count: 0, may_knock_at: now,
  slot_starts_at: Math.ceil(now / 900) * 900, expected: 3, arrived: 1, ...change,
}]];
const HOST = { you: "p1", may: [...HOST_MAY, "lock"] };
const HOST_LOCKED = { you: "p1", may: [...HOST_MAY, "unlock"], stage: "locked", was_locked: true };
const SEAT = { you: "p1", may: SEAT_MAY, stage: "locked", was_locked: true, is_handed_over: true };

const ENCODER = {
  type: "encoder_allowed",
  encoder: { url: "https://vmr.example.org/whip", token: "pFbpOhWwXwVxRZxMrPWJt0GBqYT5RXyh8wcj5SpXbQw" },
};

export const SAMPLES = {
  "prejoin": { joined: false, events: () => [] },
  "prejoin-host": { joined: false, role: "host", names: ["Officer Hughes"], events: () => [] },
  "prejoin-no-camera": { joined: false, noCamera: true, names: ["Amara Okafor", "Jonas Weber"], events: () => [] },
  "prejoin-in-use": {
    joined: false, events: () => [],
    devices: { camera: "busy", cameraTrack: null, microphone: "missing", microphoneTrack: null, microphones: [] },
  },
  "prejoin-unplugged": {
    joined: false, events: () => [],
    devices: { camera: "unplugged", cameraTrack: null, change: { kind: "camera", lost: "USB Camera", now: "" } },
  },
  "pin": {
    role: "host", events: (facts, now) => [["meeting.updated", {
      place: "pin", room: facts, attempts_left: 3, deadline: now + 112, confirmations: [], is_closed: false }]],
  },
  "pin-compassionate": {
    events: (facts, now) => [["meeting.updated", {
      place: "pin", room: facts, attempts_left: 1, deadline: now + 64, is_closed: false,
      confirmations: ["supervisor_and_chaplain_inside", "no_non_contact_person"] }]],
  },
  "waiting": { events: (facts, now) => waiting(facts, now) },
  "waiting-knocking": {
    events: (facts, now) => waiting(facts, now, { host_arrived: true, knocking: true, deadline: null, may_knock_at: now + 8 }),
  },
  "meeting-1": { events: scene({ participants: [participant(1)], ends_at: null, presence: { seen_by: [], heard_by: [], monitors: 0, is_recorded: false } }) },
  "meeting-2": { events: scene({ participants: room(2) }) },
  "self-corner": { events: scene({ participants: room(4) }), actions: [{ type: "self_moved", place: "bottom-left" }] },
  "self-hidden": { events: scene({}), actions: [{ type: "self_hidden", isHidden: true }] },
  "grid-corner": { events: scene({ participants: room(4) }), actions: [{ type: "layout" }, { type: "self_moved", place: "bottom-right" }] },
  "pinned": { events: scene({ participants: room(5), raised_hands: ["p1"] }), actions: [{ type: "enlarged", id: "p4" }] },
  "camera-off": { events: scene({ participants: room(3, { 2: { camera: false }, 0: { camera: false, microphone: false } }) }) },
  "frozen": { events: scene({}), actions: [{ type: "frozen", pictures: ["c0 p1", "c1 p3"] }] },
  "saving": { events: scene({ participants: room(4) }, [["slot.paused", { mids: ["c0", "c2"] }]]) },
  "presentation-6": { events: scene({ participants: room(6, { 0: { is_presenting: true } }), presenter: "p1" }) },
  "meeting-3": { events: scene({}), actions: [{ type: "graded", grade: "good" }] },
  "meeting-6": { events: scene({ participants: room(6, { 3: { camera: false, microphone: false }, 4: { is_connected: false } }) }), actions: [{ type: "graded", grade: "fair" }] },
  "meeting-8": { events: scene({ participants: [...room(6), participant(2, { id: "p7", name: "Joy" }), participant(3, { id: "p8", name: "Ben" })] }) },
  "grid-6": { events: scene({ participants: room(6, { 3: { camera: false } }) }), actions: [{ type: "layout" }] },
  "grid-3": { events: scene({ participants: room(3) }), actions: [{ type: "layout" }] },
  "presentation": {
    events: scene({ participants: room(4, { 2: { is_presenting: true } }), presenter: "p3" },
      [["presentation.started", { participant: "p3", name: "Witness A" }]]),
  },
  "captions": {
    events: scene({}), captions: { phase: "on", said: { next: 3, lines: [
      { id: 1, speaker: "Witness A", text: "I came home at about half past six.", isFinal: true, atMs: 0 },
      { id: 2, speaker: "Officer Hughes", text: "And who else was there when you", isFinal: false, atMs: 0 }] } },
  },
  "hands": { events: scene({ raised_hands: ["p3", "p2"] }, [["hand.raised", { participant: "p3", name: "Witness A" }]]) },
  "host-hands": { events: scene({ ...HOST, raised_hands: ["p3", "p2"] }, [["hand.raised", { participant: "p3", name: "Witness A" }]]) },
  "presenting": { events: scene({ presenter: "p2" }), actions: [{ type: "presenting", isPresenting: true }] },
  "encoder-off": { events: scene({}) },
  "encoder-expected": { events: scene({ encoder: "expected" }), actions: [ENCODER] },
  "encoder-sending": {
    noCamera: true, actions: [ENCODER],
    events: scene({ encoder: "sending", participants: room(3, { 1: { has_encoder: true } }) }),
  },
  "locked": { events: scene({ stage: "locked", was_locked: true }, [["meeting.locked", { by: "host" }]]), actions: [{ type: "graded", grade: "good" }] },
  "knock": {
    events: scene({ stage: "locked", was_locked: true, at_door: 1 }, [
      ["participant.joined", { participant: "p3", name: "Witness A", how: "returned", by: "" }],
      ["meeting.locked", { by: "host" }], ["knock.received", { at_door: 1 }]]),
  },
  "unwatched": { events: scene({ is_unwatched: true }) },
  "paused": { events: scene({ paused: "Technical fault in the wing" }) },
  "lost": { events: scene({}), actions: [{ type: "media", phase: "broken", nowMs: Date.now() }] },
  "link-lost": { events: scene({}), actions: [{ type: "link", phase: "lost", nowMs: Date.now() }] },
  "waiting-link-lost": { events: (facts, now) => waiting(facts, now), actions: [{ type: "link", phase: "lost", nowMs: Date.now() }] },
  "loss": { events: scene({}, [["quality.changed", { quality: "bad" }]]), actions: [{ type: "media", phase: "connected", nowMs: Date.now() }] },
  "sound-off": { events: scene({}), actions: [{ type: "sound_blocked", isBlocked: true }] },
  "host": {
    events: scene((now) => ({
      ...HOST, at_door: 2, unattested: ["p2-a", "p3-a", "p3-b"],
      participants: room(3, {
        1: { persons: [person("p2", NAMES[1], false)] },
        2: { persons: [person("p3", NAMES[2], false), { id: "p3-b", name: "Interpreter B", is_attested: false }] },
      }),
      knocks: [knock("k1", "Siân Prys", now, { is_expected: true }), knock("k2", "R. Ashworth", now, { count: 3, like: ["Rowan Ashworth"] })],
      expected: [
        expected(NAMES[1], "lawyer", { arrived_as: "p2", is_sure: true, is_inside: true }),
        expected(NAMES[2], "expert"), expected("Siân Prys", "interpreter", { arrived_as: "k1", is_sure: true }),
        expected("Rowan Ashworth", "family", { arrived_as: "k2", is_under_18: true }),
      ],
    }), [["knock.received", { at_door: 2 }]]),
  },
  "host-check": {
    events: scene({
      ...HOST, unattested: ["p2-a"],
      participants: room(3, { 1: { persons: [person("p2", NAMES[1], false)], is_checking: true } }),
    }),
  },
  "host-locked": {
    events: scene((now) => ({ ...HOST_LOCKED, at_door: 1, knocks: [knock("k1", "Siân Prys", now)] })),
  },
  "handed-over": { events: scene({ ...SEAT, participants: room(3, { 0: { is_handed_over: true } }) }) },
  "stepped-up": {
    events: scene((now) => ({
      ...HOST_LOCKED, is_handed_over: true, stepped_up_until: now + 100, at_door: 1,
      participants: room(3, { 0: { is_handed_over: true } }), knocks: [knock("k1", "Siân Prys", now)] })),
  },
  "ended": { events: () => [["session.ended", { code: "meeting_ended", can_return: false, reason: "The consultation is finished" }]] },
  "ended-return": { events: () => [["session.ended", { code: "waited_too_long", can_return: true, reason: "" }]] },
};
