"""Setting routing up from the company's own systems: the same actions as the screens, the same refusals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Actor
from accounts.hours.models import BusinessHours
from accounts.models import Member
from foundation.errors import NotVisible
from partners.api import routing_serializers as given
from partners.api.base import PartnerView
from partners.openapi import list_of
from routing.actions import setup
from routing.models import PauseReason, Pool, Skill
from routing.queries import setup as documents

SCOPE = "routing:setup"
Json = dict[str, Any]
Change = Callable[[str, Mapping[str, Any], Actor, int], object]


@dataclass(frozen=True)
class Setting:
    """One kind of setting: how all are read, how one is found, made, changed, taken away."""

    name: str
    one: str
    many: str
    serializer: type[serializers.Serializer]
    all: Callable[[], list[Json]]
    find: Callable[[str], Json | None]
    change: Change
    create: Callable[[Json, Actor], str] | None = None
    remove: Callable[[str, Actor], None] | None = None


class RoutingView(PartnerView):
    """Base: for the company's own systems."""

    for_house = True
    open_to_company = True
    setting: Setting

    def _one(self, key: str, *, status: int = 200) -> Response:
        document = self.setting.find(key)
        if document is None:
            raise NotVisible(self.setting.one)
        # The whole document is one thing: whoever changes a part must have seen it as it stands.
        return self.versioned(
            self.setting.serializer(document).data, documents.version_of(document), status=status
        )


class RoutingList(RoutingView):
    """All settings of one kind."""

    scopes = {"GET": SCOPE}

    def get(self, request: Request) -> Response:
        """All of them, by name."""
        rows = [self.setting.serializer(one).data for one in self.setting.all()]
        return Response({"results": rows, "next": None, "previous": None})


class RoutingListWithPost(RoutingList):
    """The same, and new ones."""

    scopes = {"GET": SCOPE, "POST": SCOPE}
    gives_etag = ("POST",)

    def post(self, request: Request) -> Response:
        """Add one. What contradicts itself is refused with every field at fault."""
        assert self.setting.create is not None
        slug = self.setting.create(self.body(self.setting.serializer), self.viewer.actor)
        response = self._one(slug, status=201)
        response["Location"] = request.build_absolute_uri(f"{slug}/")
        return response


class RoutingDetail(RoutingView):
    """One setting."""

    scopes = {"GET": SCOPE, "PATCH": SCOPE}
    if_match: tuple[str, ...] = ("PATCH",)
    gives_etag = ("GET", "PATCH")

    def get(self, request: Request, **parts: Any) -> Response:
        """The setting as it stands."""
        return self._one(_key(parts))

    def patch(self, request: Request, **parts: Any) -> Response:
        """Change the members that are sent; lists are sent whole. It counts from the next decision on."""
        slug = _key(parts)
        version = self.expected_version()
        asked = self.setting.serializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        if self.setting.find(slug) is None:
            raise NotVisible(self.setting.one)
        self.setting.change(slug, asked.validated_data, self.viewer.actor, version)
        return self._one(slug)


class RoutingDetailWithDelete(RoutingDetail):
    """The same, where it may be taken away."""

    scopes = {"GET": SCOPE, "PATCH": SCOPE, "DELETE": SCOPE}
    if_match = ("PATCH", "DELETE")

    def delete(self, request: Request, **parts: Any) -> Response:
        """Take it away, unless something goes by it."""
        slug = _key(parts)
        version = self.expected_version()
        document = self.setting.find(slug)
        if document is None:
            raise NotVisible(self.setting.one)
        if version != documents.version_of(document):
            raise setup.SettingsStale(document, {})
        assert self.setting.remove is not None
        self.setting.remove(slug, self.viewer.actor)
        return Response(status=204)


def _key(parts: Mapping[str, Any]) -> str:
    """The one part of the address."""
    [key] = parts.values()
    return str(key)


def _row(rows: Any, document: Callable[[Any], Json]) -> Callable[[str], Json | None]:
    def find(slug: str) -> Json | None:
        found: Model | None = rows().filter(slug=slug).first()
        return None if found is None else document(found)

    return find


def _queue(slug: str) -> Json | None:
    return _row(documents.queues_with_rules, documents.queue_document)(slug)


def _rest(asked: Json) -> Json:
    return {name: value for name, value in asked.items() if name != "slug"}


def _agents() -> list[Json]:
    people = Member.objects.filter(is_active=True).order_by("display_name", "id")
    return [documents.agent_skills_document(one) for one in people if one.takes_work]


def _agent(key: str) -> Json | None:
    member = Member.objects.filter(id=int(key), is_active=True).first()
    return documents.agent_skills_document(member) if member and member.takes_work else None


def _pools() -> Any:
    return Pool.objects.select_related("partner", "hours")


def _changes(change: Callable[..., object]) -> Change:
    return lambda slug, changes, actor, version: change(slug, changes, actor=actor, expected_version=version)


def _change_agent(key: str, changes: Mapping[str, Any], actor: Actor, version: int) -> object:
    present = _agent(key) or {"skills": []}
    return setup.set_agent_skills(
        int(key), changes.get("skills", present["skills"]), actor=actor, expected_version=version
    )


def _settings() -> list[Setting]:
    return [
        Setting(
            "queues",
            "queue",
            "queues",
            given.QueueSettingsSerializer,
            lambda: list(documents.queue_documents().values()),
            _queue,
            _changes(setup.change_queue),
            lambda asked, actor: setup.create_queue(asked["slug"], actor=actor, **_rest(asked)).slug,
        ),
        Setting(
            "pools",
            "pool",
            "pools",
            given.PoolSettingsSerializer,
            lambda: [documents.pool_document(one) for one in _pools().order_by("name", "id")],
            _row(_pools, documents.pool_document),
            _changes(setup.change_pool),
            lambda asked, actor: setup.create_pool(asked["slug"], actor=actor, **_rest(asked)).slug,
        ),
        Setting(
            "skills",
            "skill",
            "skills and licences",
            given.SkillSettingsSerializer,
            lambda: [documents.skill_document(one) for one in Skill.objects.order_by("name", "id")],
            _row(Skill.objects.all, documents.skill_document),
            _changes(setup.change_skill),
            lambda asked, actor: setup.create_skill(asked["slug"], actor=actor, **_rest(asked)).slug,
            lambda slug, actor: setup.remove_skill(slug, actor=actor),
        ),
        Setting(
            "hours",
            "opening hours",
            "opening hours",
            given.HoursSettingsSerializer,
            lambda: [documents.hours_document(one) for one in BusinessHours.objects.order_by("name", "id")],
            _row(BusinessHours.objects.all, documents.hours_document),
            _changes(setup.change_hours),
            lambda asked, actor: setup.create_hours(asked["slug"], actor=actor, **_rest(asked)).slug,
            lambda slug, actor: setup.remove_hours(slug, actor=actor),
        ),
        Setting(
            "pause-reasons",
            "pause reason",
            "reasons to pause",
            given.PauseReasonSettingsSerializer,
            lambda: [documents.reason_document(one) for one in PauseReason.objects.all()],
            _row(PauseReason.objects.all, documents.reason_document),
            _changes(setup.change_pause_reason),
            lambda asked, actor: (
                setup.create_pause_reason(
                    asked["slug"],
                    name=asked["name"],
                    is_productive=asked.get("is_productive", False),
                    actor=actor,
                ).slug
            ),
        ),
        Setting(
            "channels",
            "channel",
            "channel rules",
            given.ChannelSettingsSerializer,
            lambda: list(documents.channel_documents().values()),
            lambda channel: documents.channel_documents().get(channel),
            _changes(setup.set_channel_rule),
        ),
        Setting(
            "agents",
            "agent",
            "agents' skills",
            given.AgentSkillsSerializer,
            _agents,
            _agent,
            _change_agent,
        ),
    ]


def _described(view: type[RoutingView], **methods: Any) -> type[RoutingView]:
    described: type[RoutingView] = extend_schema_view(**methods)(view)
    return described


def _list_view(setting: Setting) -> type[RoutingView]:
    base = RoutingListWithPost if setting.create else RoutingList
    name = setting.name.replace("-", "_")
    methods = {
        "get": extend_schema(
            operation_id=f"list_routing_{name}",
            summary=f"List {setting.many}",
            responses=list_of(setting.serializer),
        )
    }
    if setting.create:
        methods["post"] = extend_schema(
            operation_id=f"create_routing_{name}",
            summary=f"Add to {setting.many}",
            request=setting.serializer,
            responses={201: setting.serializer},
        )
    return _described(type(f"{name.title()}List", (base,), {"setting": setting}), **methods)


def _detail_view(setting: Setting) -> type[RoutingView]:
    base = RoutingDetailWithDelete if setting.remove else RoutingDetail
    name = setting.name.replace("-", "_")
    methods = {
        "get": extend_schema(
            operation_id=f"get_routing_{name}",
            summary=f"Read one: {setting.one}",
            responses={200: setting.serializer},
        ),
        "patch": extend_schema(
            operation_id=f"change_routing_{name}",
            summary=f"Change one: {setting.one}",
            request=setting.serializer,
            responses={200: setting.serializer},
        ),
    }
    if setting.remove:
        methods["delete"] = extend_schema(
            operation_id=f"delete_routing_{name}",
            summary=f"Take away: {setting.one}",
            responses={204: None},
        )
    return _described(type(f"{name.title()}Detail", (base,), {"setting": setting}), **methods)


# By the name under /api/v1/routing/: the view of all, the view of one.
VIEWS: Mapping[str, tuple[type[RoutingView], type[RoutingView]]] = {
    setting.name: (_list_view(setting), _detail_view(setting)) for setting in _settings()
}
