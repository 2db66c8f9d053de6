"""`vmr requests ...`: on and off, recorded."""

from tests.cli.program import Program

NEW_ROOM = ("room", "add", "Room 1", "--establishment", "HMP Test", "--phone", "01632 960000")
OTHER = ("room", "add", "Room 2", "--establishment", "HMP Other", "--phone", "01632 960001")


def test_requests_are_switched_on_and_off_and_recorded(program: Program) -> None:
    program.done(*NEW_ROOM)
    assert "HMP Test: takes no requests" in program.done("requests", "list")
    switched = program.done("requests", "on")
    assert "HMP Test takes requests." in switched
    assert "smtp_host" in switched
    assert "HMP Test: takes requests" in program.done("requests", "list")
    program.done("requests", "on")  # no second entry
    program.done("requests", "off")
    assert "HMP Test: takes no requests" in program.done("requests", "list")
    record = program.done("staff", "record")
    assert record.count("The operator changed the establishment.") == 2
    assert "It takes requests of lawyers and courts." in record
    assert "It takes no requests of lawyers and courts." in record


def test_of_several_establishments_one_is_named(program: Program) -> None:
    program.done(*NEW_ROOM)
    program.done(*OTHER)
    refused = program.run("requests", "on")
    assert refused.returncode == 1
    assert "--establishment" in refused.stderr
    assert program.run("requests", "on", "--establishment", "HMP None").returncode == 1
    program.done("requests", "on", "--establishment", "HMP Other")
    listed = program.done("requests", "list")
    assert "HMP Other: takes requests" in listed
    assert "HMP Test: takes no requests" in listed
