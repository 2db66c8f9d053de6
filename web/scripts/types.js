/**
 * The shapes that travel: the views and events of `signalling/PROTOCOL.md`, and the state the
 * page keeps. Types only; nothing here runs.
 *
 * @typedef {{name: string, establishment: string, policy: string, phone: string,
 *   safer_custody: string, recording: string}} RoomView
 * @typedef {{place: "pin", room: RoomView, attempts_left: number, deadline: number,
 *   confirmations: string[], is_closed: boolean}} PinView
 * @typedef {{place: "waiting", room: RoomView, you: string, name: string, host_arrived: boolean,
 *   knocking: boolean, host_pin_verified: boolean, since: number, deadline: number|null,
 *   knock_count: number, may_knock_at: number, slot_starts_at: number|null, expected: number,
 *   arrived: number}} WaitingView
 * @typedef {{id: string, name: string, is_attested: boolean}} PersonView
 * @typedef {{id: string, name: string, role: string, persons: PersonView[], microphone: boolean,
 *   camera: boolean, is_presenting: boolean, is_connected: boolean, is_checking: boolean,
 *   is_handed_over: boolean, has_encoder: boolean}} ParticipantView
 * @typedef {{id: string, name: string, role: string, persons: PersonView[], since: number,
 *   count: number, is_expected: boolean, host_pin_verified: boolean, page_gone: boolean,
 *   like: string[], is_like_banned: boolean}} KnockView
 * @typedef {{name: string, part: string, is_under_18: boolean, arrived_as: string|null,
 *   is_inside: boolean, is_sure: boolean, is_attested: boolean, self_test: SelfTest|null}} ExpectedView
 * @typedef {{at: number, browser: string, version: number, problems: string[]}} SelfTest
 * @typedef {{seen_by: string[], heard_by: string[], monitors: number,
 *   is_recorded: boolean}} PresenceView
 * @typedef {{place: "inside", room: RoomView, you: string, may: string[], stage: string,
 *   was_locked: boolean, paused: string|null, is_unwatched: boolean, is_handed_over: boolean,
 *   stepped_up_until: number|null, step_up_closed: boolean, step_up_attempts_left: number,
 *   participants: ParticipantView[], at_door: number, knocks: KnockView[],
 *   expected: ExpectedView[], unattested: string[],
 *   presenter: string|null, guests_may_present: boolean, raised_hands: string[],
 *   encoder: "off"|"expected"|"connecting"|"sending",
 *   presence: PresenceView, opened_at: number,
 *   ends_at: number|null}} InsideView
 * @typedef {PinView|WaitingView|InsideView} View
 *
 * @typedef {"audio"|"camera"|"screen"} Kind
 * @typedef {{mid: string, kind: Kind, participant: string|null}} Slot
 * @typedef {{version: string, sentences: string[]}} Declaration
 * @typedef {{protocol: number, lang: string, address: string, room: RoomView,
 *   declaration: Declaration, has_relays: boolean, servers: string[]}} Facts
 * @typedef {{person: string, method: string, documents: string[],
 *   verified_name: string}} Claim
 *
 * @typedef {{names: string[], role: "guest"|"host", agreed: boolean}} JoinForm
 * @typedef {{code: string, message: string}} Problem
 * @typedef {{code: string, canReturn: boolean, reason: string}} Ending
 * @typedef {{step: "prejoin"|"joining"|"joined"|"ended", problem: Problem|null,
 *   ending: Ending|null, isReturn?: boolean}} Journey of a terminal that was handed over and loads anew: isReturn
 * @typedef {{view: View|null, slots: Slot[], pausedSlots: string[],
 *   dominant: string|null, speaking: string[], quality: Grade|null}} MeetingState
 * @typedef {"info"|"good"|"warning"} Tone
 * @typedef {{id: number, tag: string, key: string, values: Record<string, string|number>,
 *   tone: Tone, assertive: boolean, at: number}} Alert
 * @typedef {{tag: string, key: string, values?: Record<string, string|number>, tone?: Tone,
 *   assertive?: boolean}} AlertText
 * @typedef {{list: Alert[], next: number}} Alerts
 * @typedef {{shown: string|null, since: number, next: string|null, enlarged: string|null,
 *   layout: "speaker"|"grid", selfPlace: SelfPlace, isSelfHidden: boolean}} StageState
 * @typedef {"strip"|"bottom-right"|"bottom-left"|"top-left"|"top-right"} SelfPlace
 * @typedef {"detail"|"motion"} Content what is presented: a document, or moving pictures
 * @typedef {{surface: "monitor"|"window"|"browser"|"other", content: Content}} Shown
 * @typedef {{url: string, token: string}} EncoderAccess where an encoder sends, and by what
 * @typedef {"connecting"|"open"|"lost"|"refused"} LinkPhase
 * @typedef {"unknown"|"good"|"fair"|"poor"|"bad"} Grade
 * @typedef {"idle"|"connecting"|"connected"|"broken"} MediaPhase
 * @typedef {"all"|"speaker"|"none"} Pictures which pictures are received
 * @typedef {{left: Slot[], fresh: Slot[], started: string[], view: InsideView|null}} Moving
 *   the meeting goes on at another server: what the connection to the one before still brings (by
 *   mids of its own), what the new one is to bring, what of that has come, and the view as it is there
 * @typedef {{journey: Journey, link: LinkPhase, media: MediaPhase, meeting: MeetingState, moving: Moving|null,
 *   stage: StageState, alerts: Alerts, frozen: string[], grade: Grade, isPresenting: boolean,
 *   screen: Shown,
 *   soundBlocked: boolean, encoder: EncoderAccess|null, clockOffset: number,
 *   isOffline: boolean, isClosedByServer: boolean, mediaTries: number, isRelayed: boolean,
 *   saving: Pictures}} AppState
 */
export {};
