"""What a browser is told when a request was not done: one table, code to sentence.

RequestError is the only exception that reaches the wire, as its code and the sentence here;
anything else becomes `internal`. A room that does not exist, is closed, or a personal link that
is wrong or over look alike.
"""

from signalling.wire import JsonObject


class RequestError(Exception):
    """A request that is refused; `nonce` goes back with a refused `room.join`, `server` is where
    to ask instead (`other_server`)."""

    def __init__(self, code: str, nonce: str | None = None, *, server: str = "") -> None:
        assert code in SENTENCES, code
        super().__init__(code)
        self.code = code
        self.nonce = nonce
        self.server = server


EDGE: dict[str, str] = {
    "bad_message": "The page sent something the server does not understand. Reload the page.",
    "bad_name": "A name has a hidden character. Type it instead of pasting it.",
    "bad_text": "The text has a hidden character. Type it instead of pasting it.",
    "unknown_request": "The page asked for something the server does not know. Reload the page.",
    "too_large": "That is too long.",
    "too_many_requests": "Too many requests. Wait a moment.",
    "busy": "The server is busy. Try again in a moment.",
    "database_away": "The server cannot reach its database. Meetings go on. New ones can start when"
    " it is back.",
    "no_such_room": "This link does not work. Check it, or call the number you were given.",
    "other_server": "Another server runs this room. The page goes there by itself.",
    "server_full": "No new meeting can begin here now. Call the number you were given, or try again"
    " soon.",
    "room_moving": "No server can take this room yet. The page tries again by itself.",
    "ticket_over": "That way to another server is over. The page asks for another by itself.",
    "unknown_server": "There is no such server.",
    "newer_meeting": "A newer server began this meeting, so the room waits for one. The page tries"
    " again.",
    "broken_off": "The server that ran the meeting stopped, and the meeting was ended. Join again.",
    "unknown_room": "Your establishment has no such room.",
    "room_booked": "The room is booked by then. Choose less time.",
    "slot_cancelled": "This slot was cancelled: it cannot be extended.",
    "wall_full": "The wall is full. Take a room off it first.",
    "not_watched": "This room is not on your wall any more.",
    "not_asked": "That question is over.",
    "signed_out": "You are signed out. Sign in again.",
    "not_joined": "Join the room first.",
    "not_admitted": "You have not been let in.",
    "bad_device": "This browser could not prove who it is. Try again.",
    "bad_offer": "The connection for picture and sound could not be set up.",
    "offer_without_slots": "This browser did not ask to receive picture or sound.",
    "unfit_offer": "An encoder sends one sound and one picture at most, in codecs we take.",
    "media_full": "The server cannot carry another picture and sound now. Try again later.",
    "transport_gone": "That connection for picture and sound is over. Make another.",
    "record_unavailable": "The server cannot write the record now, so nothing was changed.",
    "protocol_version": "This page is out of date. Reload it.",
    "internal": "Something went wrong on the server. Try again.",
}

LOBBY: dict[str, str] = {
    "not_here": "You are not in this meeting any more.",
    "not_permitted": "You cannot do that from here.",
    "meeting_over": "The meeting has ended.",
    "not_open": "The meeting has not started yet.",
    "already_open": "The room is already open.",
    "already_locked": "The room is already locked.",
    "not_locked": "The room is not locked.",
    "room_locked": "The room is locked. Let people in one by one.",
    "meeting_paused": "The meeting is paused. Nobody can be let in now.",
    "no_lease": "The server has lost touch with the others. Nobody new can be let in until it is"
    " back.",
    "already_paused": "The meeting is already paused.",
    "not_paused": "The meeting is not paused.",
    "no_end_time": "This meeting has no end time.",
    "bad_extension": "The meeting cannot be extended by that long.",
    "already_joined": "This page has already joined the room.",
    "already_inside": "You are already in this meeting on another page. Move here?",
    "room_closed": "This link does not work. Check it, or call the number you were given.",
    "role_not_offered": "Join as a guest or as a host.",
    "terminal_not_enrolled": "Hosts of this establishment join at an enrolled terminal. "
    "Ask the duty desk.",
    "name_missing": "Enter a name.",
    "declaration_required": "Read the declaration again and agree to it.",
    "too_many_persons": "There are too many people for this room.",
    "room_full": "The room is full.",
    "lobby_full": "Too many people are waiting. Try again later.",
    "knock_too_soon": "You knocked a moment ago. Wait before you knock again.",
    "not_knocking": "You do not need to knock now.",
    "wrong_pin": "The Host PIN is not right.",
    "pin_attempts_used": "The Host PIN was wrong too often.",
    "step_up_closed": "The Host PIN was wrong too often. The duty desk can allow another try.",
    "pin_closed": "Too many wrong Host PINs were entered for this room. Call the duty desk.",
    "pin_not_closed": "The Host PIN entry of this room is not closed.",
    "no_pin_asked": "No Host PIN is needed now.",
    "confirmation_missing": "Confirm every point before you open the room.",
    "monitor_required": "This room cannot open without a monitoring terminal.",
    "already_watching": "This terminal shows that room already.",
    "recording_required": "This room cannot open, because it cannot be recorded yet.",
    "slot_over": "The booked time is over.",
    "no_such_knock": "This person is not waiting any more.",
    "already_answered": "Somebody has already answered this knock.",
    "page_gone": "This person has lost their connection. Wait until they are back.",
    "nobody_expected": "Nobody who was invited is waiting.",
    "attestation_required": "Record the ID of every person before you let them in.",
    "no_such_alert": "This alert has ended.",
    "already_acknowledged": "Somebody has already acknowledged this alert.",
    "alert_not_taken": "Nobody has acknowledged this alert yet. Acknowledge it.",
    "take_over_too_soon": "Another officer is dealing with this alert. Wait a minute.",
    "alert_stands": "This alert ends when what it is about is dealt with.",
    "message_missing": "Enter a message.",
    "no_such_participant": "This person is not in the meeting any more.",
    "no_such_person": "This person is not in the meeting any more.",
    "not_a_guest": "That can be done with a guest only.",
    "not_yourself": "You cannot do that to yourself.",
    "not_connected": "This person has lost their connection. Wait until they are back.",
    "check_running": "An ID check is already open. End it first.",
    "no_check": "No ID check is open.",
    "bad_attestation": "These documents are not enough for this kind of check.",
    "attestation_missing": "Check the ID of every guest before you lock the room.",
    "lock_first": "Lock the room before you hand over.",
    "somebody_presents": "Somebody else is presenting. Take over?",
    "not_presenting": "You are not presenting.",
    "no_encoder": "No encoder is set up for you.",
    "encoder_running": "Your encoder is connected already.",
}

SENTENCES: dict[str, str] = {**EDGE, **LOBBY}


def error_ack(code: str, nonce: str | None = None, server: str = "") -> JsonObject:
    """The acknowledgement of a request that was not done."""
    error: JsonObject = {"code": code, "message": SENTENCES[code]}
    if nonce is not None:
        error["nonce"] = nonce
    if server:
        error["server"] = server
    return {"error": error}
