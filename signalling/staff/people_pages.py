"""The staff list: an administrator's pages over the accounts of their own establishment.

An account of another establishment looks like one that does not exist. Nobody takes their own
administrator role away or disables themselves, so an establishment keeps its last administrator.
"""

from aiohttp import web

from signalling.seams import Clock
from signalling.staff.edge import Edge, Form
from signalling.staff.sign_in import SignIn
from signalling.staff.times import time_text
from vmr.ids import OfficerId
from vmr.record import Happening
from vmr.staff import (
    StaffMember,
    StaffPermission,
    StaffRole,
    parse_name,
    parse_username,
    role_names,
)
from vmr.staff_accounts import StaffAccount
from vmr.staff_record import StaffEvent, happening
from vmr.store import Conflict, SignedIn, StaffStore
from vmr.store.secrets import make_code, make_id

PEOPLE = "/staff/people"
MANAGE = StaffPermission.MANAGE_STAFF


class PeoplePages:
    """Every change ends the sessions of the account it changes, and is in the record of staff."""

    def __init__(self, *, edge: Edge, sign_in: SignIn, store: StaffStore, clock: Clock) -> None:
        self._edge = edge
        self._sign_in = sign_in
        self._store = store
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", PEOPLE, self.list)
        add(app, "GET", f"{PEOPLE}/add", self.ask_new)
        add(app, "POST", f"{PEOPLE}/add", self.add)
        one = PEOPLE + "/{id:[0-9a-f]{32}}"
        add(app, "GET", one, self.show)
        add(app, "POST", f"{one}/roles", self.set_roles)
        add(app, "POST", f"{one}/disable", self.disable)
        add(app, "POST", f"{one}/enable", self.enable)
        add(app, "POST", f"{one}/reset-password", self.reset_password)
        add(app, "POST", f"{one}/reset-second-factor", self.reset_second_factor)
        add(app, "POST", f"{one}/sign-out", self.sign_out)

    async def list(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        members = await self._store.members(who.member.establishment.id)
        people = [(one, role_names(one.roles)) for one in members]
        return self._edge.page(request, "staff_people.html", who=who, people=people)

    # -- adding -------------------------------------------------------------------------------

    async def ask_new(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        return self._ask_new(request, who, {}, "", "", frozenset())

    async def add(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        form = await self._edge.form(request)
        name, username = parse_name(form.get("name", "")), parse_username(form.get("username", ""))
        roles = _roles(form)
        faults = {}
        if name is None:
            faults["name"] = "staff.people.name_wrong"
        if username is None:
            faults["username"] = "staff.people.username_wrong"
        if not roles:
            faults["roles"] = "staff.people.roles_wrong"
        if name is not None and username is not None and not faults:
            member = StaffMember(
                id=OfficerId(make_id()),
                establishment=who.member.establishment,
                name=name,
                username=username,
                roles=roles,
            )
            password, until = make_code(), self._sign_in.one_time_end()
            if await self._add(member, password, until, who):
                return self._show_password(request, who, member, password, until)
            faults["username"] = "staff.people.username_taken"
        return self._ask_new(
            request, who, faults, form.get("name", ""), form.get("username", ""), roles
        )

    async def _add(self, member: StaffMember, password: str, until: float, who: SignedIn) -> bool:
        """False: the username is taken."""
        facts = (("roles", ",".join(role_names(member.roles))),)
        done = happening(StaffEvent.ADDED, member, by=who.member, at=self._clock(), facts=facts)
        account = StaffAccount(
            member=member,
            password_hash=await self._sign_in.hash_password(password),
            must_change_password=True,
            password_expires_at=until,
        )
        try:
            await self._store.add(account, done)
        except Conflict:
            return False
        return True

    def _ask_new(
        self,
        request: web.Request,
        who: SignedIn,
        faults: dict[str, str],
        name: str,
        username: str,
        roles: frozenset[StaffRole],
    ) -> web.Response:
        return self._edge.page(
            request, "staff_add.html", who=who, faults=faults, name=name[:100],
            username=username[:64], chosen=role_names(roles), roles=_EVERY_ROLE,
        )  # fmt: skip

    def _show_password(
        self, request: web.Request, who: SignedIn, member: StaffMember, password: str, until: float
    ) -> web.Response:
        return self._edge.page(
            request, "staff_one_time_password.html", who=who, person=member, password=password,
            until=time_text(until),
        )  # fmt: skip

    # -- one account --------------------------------------------------------------------------

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        return self._show(request, who, await self._account(request, who))

    def _show(
        self,
        request: web.Request,
        who: SignedIn,
        account: StaffAccount,
        faults: dict[str, str] | None = None,
    ) -> web.Response:
        person, until = account.member, account.password_expires_at
        return self._edge.page(
            request, "staff_person.html", who=who, faults=faults, person=person,
            one_time_until=until and time_text(until),
            is_one_time_over=account.has_expired_password(self._clock()),
            has_totp=account.has_totp, chosen=role_names(person.roles), roles=_EVERY_ROLE,
            is_self=person.id == who.member.id, base=f"{PEOPLE}/{person.id}",
        )  # fmt: skip

    async def set_roles(self, request: web.Request) -> web.StreamResponse:
        who, account, form = await self._change(request)
        roles = _roles(form)
        if not roles:
            return self._show(request, who, account, {"roles": "staff.people.roles_wrong"})
        person = account.member
        if person.id == who.member.id and StaffRole.ADMINISTRATOR not in roles:
            return self._show(request, who, account, {"roles": "staff.people.not_yourself"})
        if roles != person.roles:
            facts = (("roles", ",".join(role_names(roles))),)
            done = happening(
                StaffEvent.ROLES_CHANGED, person, by=who.member, at=self._clock(), facts=facts
            )
            await self._store.set_roles(person.id, roles, done)
        return await self._back(account)

    async def disable(self, request: web.Request) -> web.StreamResponse:
        who, account, _form = await self._change(request)
        if account.member.id == who.member.id:
            return self._show(request, who, account, {"disable": "staff.people.not_yourself"})
        done = self._happening(StaffEvent.DISABLED, account, who)
        await self._store.set_disabled(account.member.id, True, done)
        return await self._back(account)

    async def enable(self, request: web.Request) -> web.StreamResponse:
        who, account, _form = await self._change(request)
        done = self._happening(StaffEvent.ENABLED, account, who)
        await self._store.set_disabled(account.member.id, False, done)
        return await self._back(account)

    async def reset_password(self, request: web.Request) -> web.StreamResponse:
        """A one-time password, shown once; it must be changed at the next sign-in."""
        who, account, _form = await self._change(request)
        password, until = make_code(), self._sign_in.one_time_end()
        done = self._happening(StaffEvent.PASSWORD_RESET, account, who)
        await self._store.set_password(
            account.member.id,
            await self._sign_in.hash_password(password),
            done,
            expires_at=until,
            ends_sessions=account.member.id != who.member.id,
        )
        await self._edge.sessions.check()
        return self._show_password(request, who, account.member, password, until)

    async def reset_second_factor(self, request: web.Request) -> web.StreamResponse:
        """For a lost telephone: none any more, and where one is required a new one is set up."""
        who, account, _form = await self._change(request)
        done = self._happening(StaffEvent.SECOND_FACTOR_REMOVED, account, who)
        await self._store.set_totp(account.member.id, "", 0, (), done, ends_sessions=True)
        return await self._back(account)

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        who, account, _form = await self._change(request)
        done = self._happening(StaffEvent.SIGNED_OUT_EVERYWHERE, account, who)
        await self._store.end_all_sessions(account.member.id, done)
        return await self._back(account)

    async def _change(self, request: web.Request) -> tuple[SignedIn, StaffAccount, Form]:
        """Who asks, about whom, and the form; whoever may not is refused."""
        who = await self._edge.signed_in(request, MANAGE)
        form = await self._edge.form(request)
        return who, await self._account(request, who), form

    async def _account(self, request: web.Request, who: SignedIn) -> StaffAccount:
        account = await self._store.account(OfficerId(request.match_info["id"]))
        if account is None or not is_colleague(account.member, who.member):
            raise web.HTTPNotFound
        return account

    async def _back(self, account: StaffAccount) -> web.StreamResponse:
        await self._edge.sessions.check()
        return self._edge.go(f"{PEOPLE}/{account.member.id}")

    def _happening(self, event: StaffEvent, account: StaffAccount, who: SignedIn) -> Happening:
        return happening(event, account.member, by=who.member, at=self._clock())


def is_colleague(person: StaffMember, asking: StaffMember) -> bool:
    return person.establishment.id == asking.establishment.id


_EVERY_ROLE = tuple(role.value for role in StaffRole)


def _roles(form: Form) -> frozenset[StaffRole]:
    """The roles that were ticked; a word that is no role is none."""
    return frozenset(StaffRole(word) for word in form.getall("roles", []) if word in _EVERY_ROLE)
