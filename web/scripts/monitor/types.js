/**
 * The shapes of the namespace /monitor in `signalling/PROTOCOL.md`, and the state the page keeps.
 * Types only; nothing here runs.
 *
 * @typedef {{id: string, name: string, role: string, camera: boolean, is_presenting: boolean,
 *   is_connected: boolean, is_handed_over: boolean, picture: string|null}} WallPerson
 * @typedef {{kind: string, participant: string|null, count: number}} WallAlert
 * @typedef {{meeting: string, stage: string, since: number, ends_at: number|null,
 *   paused: string|null, is_unwatched: boolean, watchers: {officer: string, is_watching: boolean}[],
 *   people: WallPerson[], knocks: number, alerts: WallAlert[]}} WallMeeting
 * @typedef {{id: string, name: string, policy: string, server: string|null,
 *   meeting: WallMeeting|null}} WallRoom
 * @typedef {{officer: {id: string, name: string}, establishment: string, wall_max: number,
 *   server: string|null, servers: string[], rooms: WallRoom[]}} WallFacts
 * @typedef {{room: string, meeting: string|null, is_watching: boolean, why_not: string|null,
 *   shown: string|null, is_focused: boolean, is_starved: boolean,
 *   withheld: Record<string, string>}} TileFacts
 * @typedef {import("../types.js").Slot} Slot
 * @typedef {{token: string|null, deadline: number|null}} Asked
 * @typedef {"connecting"|"open"|"lost"|"refused"} WallLink
 * @typedef {{link: WallLink, linkAtMs: number, code: string, facts: Omit<WallFacts, "rooms">|null,
 *   rooms: Record<string, WallRoom>, wall: string[], tiles: Record<string, TileFacts>,
 *   slots: Record<string, Slot[]>, focused: string|null, asked: Record<string, Asked>, hasAnswered: boolean,
 *   health: Record<string, Record<string, string>>, clockOffset: number, problem: string}} WallState
 * @typedef {{kind: "pause"|"end"|"concern"|"player"|"rooms", room?: WallRoom}} WallDialog
 */
export {};
