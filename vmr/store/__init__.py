"""The database: rooms, bookings, personal links, live meetings and their records, staff.

It keeps what it is given and proves records; it decides nothing.
"""

from vmr.store.api_store import ApiStore
from vmr.store.arrivals import Arrival
from vmr.store.audit import EstablishmentProof, Problem
from vmr.store.booking_store import BookingStore
from vmr.store.chains import KeptEntry
from vmr.store.entitlement_store import EntitlementStore
from vmr.store.entitlements import Judge
from vmr.store.errors import (
    Conflict,
    NewerDatabase,
    NotEntitled,
    NotFound,
    NotRostered,
    Occupied,
    Overtaken,
    RecordBroken,
    SlotTaken,
    StoreError,
    StoreUnavailable,
    UnreadableMeeting,
    UnsupportedDatabase,
)
from vmr.store.keeping import JournalState
from vmr.store.meeting_proof import MeetingProof
from vmr.store.meetings import LiveMeeting, MeetingSummary
from vmr.store.office import Office
from vmr.store.outbox_store import OutboxStore
from vmr.store.outcome_store import OutcomeStore
from vmr.store.outcomes import Reviewed, WantedOutcomes
from vmr.store.owner_store import OwnerStore
from vmr.store.record_search import FoundRecord, RecordSearch, Wanted
from vmr.store.record_store import MeetingRecord, RecordStore, RetentionReport
from vmr.store.rosters import RosterStore
from vmr.store.self_tests import SelfTestStore
from vmr.store.side_parts import SidePart
from vmr.store.slot_pins import SlotPinStore
from vmr.store.staff_sessions import SignedIn
from vmr.store.staff_store import StaffStore
from vmr.store.staff_tickets import StaffTicket
from vmr.store.store import Store
from vmr.store.terminal_store import TerminalStore
from vmr.store.webhook_store import WebhookStore

__all__ = [
    "ApiStore",
    "Arrival",
    "BookingStore",
    "Conflict",
    "EntitlementStore",
    "EstablishmentProof",
    "FoundRecord",
    "JournalState",
    "Judge",
    "KeptEntry",
    "LiveMeeting",
    "MeetingProof",
    "MeetingRecord",
    "MeetingSummary",
    "NewerDatabase",
    "NotEntitled",
    "NotFound",
    "NotRostered",
    "Occupied",
    "Office",
    "OutboxStore",
    "OutcomeStore",
    "Overtaken",
    "OwnerStore",
    "Problem",
    "RecordBroken",
    "RecordSearch",
    "RecordStore",
    "RetentionReport",
    "Reviewed",
    "RosterStore",
    "SelfTestStore",
    "SidePart",
    "SignedIn",
    "SlotPinStore",
    "SlotTaken",
    "StaffStore",
    "StaffTicket",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "TerminalStore",
    "UnreadableMeeting",
    "UnsupportedDatabase",
    "Wanted",
    "WantedOutcomes",
    "WebhookStore",
]
