"""What each number that is a setting means, in the words of `--help` and README."""

NUMBERS_HELP = {
    "waiting_s": "A guest waits this long for a host, then is let go, with a way back.",
    "pin_prompt_s": "A joining host has this long to enter the Host PIN.",
    "reentry_s": "An attested person who lost the network may come back this long without a knock.",
    "host_left_s": "The meeting ends this long after the last host left on purpose.",
    "host_lost_s": "The meeting ends this long after the last host lost the network.",
    "knock_gone_s": "A knock ends this long after its page has gone.",
    "knock_again_s": "One device may knock again after this long.",
    "step_up_s": "A step-up on a handed-over terminal lapses after this long without use.",
    "socket_grace_s": "A seat whose signalling is gone but whose media flows is kept this long.",
    "pin_tries": "Wrong Host PINs that end an attempt, or close the step-up of a seat.",
    "room_pin_limit": "More wrong PINs than this in a room within the window close its PIN entry.",
    "room_pin_window_s": "The window in which a room's wrong PINs are counted.",
    "room_pin_closed_s": "How long a room's PIN entry stays closed.",
    "pin_digits_min": "The fewest digits of a Host PIN.",
    "pin_digits_max": "The most digits of a Host PIN.",
    "pin_digits_default": "Digits of a Host PIN that is made.",
    "connections": "Connections in one room at most, inside and outside together.",
    "at_door": "People who may wait at one room, PIN prompts included.",
    "slot_warnings_min": "Minutes before a meeting's end at which everyone is warned.",
    "monitor_dead_s": "A terminal that says or shows nothing for so long does not watch.",
    "monitor_live_after_s": "So long after pictures begin, a terminal must show that it sees them.",
    "monitor_ask_min_s": "A watching officer is asked for a sign of life after this long or more.",
    "monitor_ask_max_s": "A watching officer is asked for a sign of life after this long at most.",
    "monitor_answer_s": "The sign may take so long; after that the terminal does not watch.",
    "extension_max_min": "Minutes by which a meeting may be extended at once, at most.",
    "alert_repeat_s": "An alert at the duty desk rings again after this long, until acknowledged.",
    "alert_takeover_s": "Another officer may take over an alert left alone for this long.",
    "social_unrecorded": "Let a social room open although nothing records it: for demonstration.",
}

BOOKING_NUMBERS_HELP = {
    "before_hearing_min": "Minutes a slot before a hearing usually takes, the default first.",
    "after_hearing_min": "The same after a hearing.",
    "consultation_min": "The same of a consultation.",
    "social_min": "The same of a social call.",
    "compassionate_min": "The same of a compassionate call.",
    "hearing_min": "The same of a hearing.",
    "slot_step_min": "Any other length is a multiple of so many minutes.",
    "notice_h": "Hours of notice the booking team needs; the court's own channel needs none.",
    "ahead_days": "How many days ahead a slot may be asked for.",
    "open_early_min": "A room may be opened for a slot so many minutes before it begins.",
    "link_early_min": "A personal link lets its person wait from so many minutes before the slot.",
}

RECORD_NUMBERS_HELP = {
    "checkpoint_s": "Records are signed after this long, and at the end of each meeting.",
}
