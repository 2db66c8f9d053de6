/**
 * The shapes of the desk's namespace in `signalling/PROTOCOL.md`, and the state the page keeps.
 * Types only; nothing here runs.
 *
 * @typedef {import("../types.js").ParticipantView} ParticipantView
 * @typedef {import("../types.js").KnockView} KnockView
 * @typedef {{officer: string, name: string, since: number, acted_at: number}} Owner
 * @typedef {{id: number, kind: string, participant: string|null, count: number, raised_at: number,
 *   last_at: number, owner: Owner|null, may_be_closed: boolean}} DeskAlert
 * @typedef {{seat: ParticipantView, step_up_closed: boolean, hand: number|null, quality: string|null,
 *   picture: string|null}} DeskPerson
 * @typedef {{officer: string, is_watching: boolean}} Watcher
 * @typedef {{knock: KnockView, is_knocking: boolean, slot_starts_at: number|null,
 *   is_of_this_slot: boolean}} DeskWaiting
 * @typedef {{id: string, name: string, attempts_left: number, page_gone: boolean}} DeskTerminal
 * @typedef {{meeting: string, policy: string, stage: string, since: number, was_locked: boolean,
 *   slot: [number, number]|null, expected: import("../types.js").ExpectedView[],
 *   opened_at: number|null, ends_at: number|null, paused: string|null, is_unwatched: boolean, monitors: number,
 *   watchers: Watcher[], may: string[], confirmations: string[], needs_attestation: boolean,
 *   pin_closed_until: number|null, people: DeskPerson[], waiting: DeskWaiting[],
 *   terminals: DeskTerminal[], alerts: DeskAlert[]}} DeskMeeting
 * @typedef {{id: string, name: string, policy: string, ends_at: number|null,
 *   next_slot: {starts_at: number, ends_at: number}|null, lacks_terminal: boolean, record_waits: boolean, hosts_refused: {count: number, last_at: number}|null,
 *   meeting: DeskMeeting|null}} DeskRoom
 * @typedef {{officer: {id: string, name: string}, establishment: string, repeat_s: number,
 *   takeover_s: number, extension_max_min: number, rooms: DeskRoom[]}} DeskFacts
 * @typedef {"connecting"|"open"|"lost"|"refused"} DeskLink
 * @typedef {{link: DeskLink, linkAtMs: number, code: string, facts: Omit<DeskFacts, "rooms">|null,
 *   rooms: Record<string, DeskRoom>, order: string[], clockOffset: number,
 *   problem: string}} DeskState
 * @typedef {{room: DeskRoom, alert: DeskAlert}} Raised
 * @typedef {{kind: string, room: DeskRoom, participant?: string, name?: string}} DeskDialog
 */
export {};
