"""The routes of the caller's preferences: how they are told of what, their filters, what they set aside."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from starlette.concurrency import run_in_threadpool

from api.dependencies import FromEngine, FromRepository, needs
from api.entry import SignedInRoute
from api.etags import matches
from api.openapi import headers, problems
from domain.errors import NotAuthorized, PreferencesChanged
from domain.preferences import Preferences, PreferencesChange
from domain.roles import Permission, Person
from record.git.preferences import preferences_of

router = APIRouter(prefix="/v1/me", tags=["console"], route_class=SignedInRoute)

_READ = problems(
    _401="No acceptable token",
    _403="The caller has no role here",
    _429="Too many requests; `Retry-After` says when to go on",
    _431="The headers are too large",
    _503="The identity provider or the Git record can't be reached now",
)
_CHANGE = {
    **_READ,
    **problems(
        _412="The preferences are others than If-Match names",
        _413="The body is larger than 256 KB",
        _422="A field is refused; `errors` names it",
        _503="The engine or the Git record can't be reached now",
    ),
}
_TAGGED: dict[int | str, dict[str, Any]] = {200: {"headers": headers(ETag="The revision, for If-Match")}}

Sees = Annotated[Person, needs(Permission.SEE)]
IfMatch = Annotated[str, Header(max_length=200, description="The revision that was read, as its ETag")]


def _known(caller: Person) -> Person:
    """The caller. Raises NotAuthorized for whoever has no role: nothing is kept of people whom no file names."""
    if not caller.grants:
        raise NotAuthorized
    return caller


def _tag(preferences: Preferences) -> str:
    return f'"{preferences.revision}"'


@router.get("/preferences", responses={**_READ, **_TAGGED})
def get_preferences(repository: FromRepository, caller: Sees, response: Response) -> Preferences:
    """The preferences of the caller; the defaults where they chose nothing."""
    found = preferences_of(repository, _known(caller))
    response.headers["ETag"] = _tag(found)
    return found


@router.put("/preferences", responses={**_CHANGE, **_TAGGED})
async def change_preferences(
    repository: FromRepository,
    engine: FromEngine,
    caller: Sees,
    body: Preferences,
    response: Response,
    if_match: IfMatch,
) -> Preferences:
    """Keep other preferences, whole. They are in the record before this answers 200."""
    before = await run_in_threadpool(preferences_of, repository, _known(caller))
    if not matches(if_match, _tag(before)):
        raise PreferencesChanged
    # What was read may be kept by an earlier address; from now on the present one counts.
    alone = caller.model_copy(update={"aliases": ()})
    replaced = await run_in_threadpool(preferences_of, repository, alone)
    change = PreferencesChange(email=caller.email, base=replaced.revision, preferences=body)
    await engine.keep_preferences(change)
    response.headers["ETag"] = _tag(body)
    return body
