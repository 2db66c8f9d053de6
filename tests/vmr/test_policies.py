"""The policy table against the product's, row by row."""

import pytest

from vmr.policies import POLICIES, AdmitMode, MonitorPicture, PolicyName, Recording

LEGAL, SOCIAL = POLICIES[PolicyName.LEGAL], POLICIES[PolicyName.SOCIAL]
COMPASSIONATE, HEARING = POLICIES[PolicyName.COMPASSIONATE], POLICIES[PolicyName.HEARING]


def test_every_policy_has_its_own_row() -> None:
    assert {name: policy.name for name, policy in POLICIES.items()} == {n: n for n in PolicyName}


def test_legal_and_hearing_rooms_admit_when_open_the_others_each() -> None:
    assert (LEGAL.admit, HEARING.admit) == (AdmitMode.WHEN_OPEN, AdmitMode.WHEN_OPEN)
    assert (SOCIAL.admit, COMPASSIONATE.admit) == (AdmitMode.EACH, AdmitMode.EACH)


def test_only_social_calls_are_ever_recorded() -> None:
    assert {p.name for p in POLICIES.values() if p.recording is Recording.BY_LAW} == {
        PolicyName.SOCIAL
    }


def test_only_a_social_room_needs_a_monitor() -> None:
    assert [p.name for p in POLICIES.values() if p.is_monitor_required] == [PolicyName.SOCIAL]


def test_a_monitor_of_a_legal_room_gets_the_lowest_layer_and_no_presentation() -> None:
    for policy in (LEGAL, HEARING):
        assert policy.monitor_picture is MonitorPicture.LOWEST_LAYER
        assert not policy.monitor_sees_presentation
    assert SOCIAL.monitor_sees_presentation
    assert SOCIAL.monitor_picture is COMPASSIONATE.monitor_picture is MonitorPicture.VIDEO


def test_persons_outside_are_limited() -> None:
    assert [p.persons_outside for p in (LEGAL, SOCIAL, COMPASSIONATE, HEARING)] == [6, 4, 4, 6]


def test_only_a_legal_room_needs_attestations_and_a_lock_before_hand_over() -> None:
    assert [p.name for p in POLICIES.values() if p.is_attestation_required] == [PolicyName.LEGAL]
    assert [p.name for p in POLICIES.values() if p.must_lock_before_hand_over] == [PolicyName.LEGAL]


@pytest.mark.parametrize(
    ("name", "minutes"),
    [
        (PolicyName.LEGAL, 75),
        (PolicyName.SOCIAL, 60),
        (PolicyName.COMPASSIONATE, None),
        (PolicyName.HEARING, None),
    ],
)
def test_the_longest_call(name: PolicyName, minutes: int | None) -> None:
    assert POLICIES[name].longest_call_s == (None if minutes is None else minutes * 60)


def test_a_compassionate_room_asks_its_opener_to_confirm() -> None:
    assert COMPASSIONATE.opening_confirmations == (
        "supervisor_and_chaplain_inside",
        "no_non_contact_person",
    )
    assert not LEGAL.opening_confirmations


def test_each_declaration_has_a_version_of_its_own() -> None:
    assert len({policy.declaration for policy in POLICIES.values()}) == len(POLICIES)
