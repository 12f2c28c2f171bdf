"""Everything that one API process works with, put together by `api.main`; `api.dependencies` hands out the parts."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from api.auth import BearerSecret, Callers, SharedSecret
from api.broadcast import Broadcast
from api.counting import Counts
from api.decisions import Decisions
from api.decoder import Decoder
from api.documents import Documents
from api.engine import Engine
from api.feeds import Feeds
from api.following import SharedFetch
from api.granted import GrantReader
from api.handing import Delegations
from api.keyring import Keyring
from api.launch_policy import LaunchPolicy
from api.limits import PeopleLimit
from api.links import Links
from api.logouts import Logouts
from api.making import ReportOrders
from api.models import Console
from api.repairs import Repairs
from api.slack_clicks import SlackInteractions
from api.submissions import Submissions
from api.tickets import Tickets
from api.trail import SignInNotes
from api.trial import RulesTrial
from record.facts.controls import Controls
from record.git.repository import Repository
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.trail.index import TrailIndex
from record.trail.writing import Trail


@dataclass(frozen=True)
class Web:
    """The API's place in the web: whether people reach it by https, which other origins' pages may call it, and
    which its codec server; how many requests a minute one address may send; the folder of the console, where it was
    built."""

    https: bool
    origins: tuple[str, ...]
    temporal_ui: tuple[str, ...]
    per_address: int
    console_dir: Path | None


@dataclass(frozen=True)
class Services:
    """Everything that the process has; a route is given the parts that it works with.

    `zone` is the time zone of 'today' and 'this week'.

    `follower` is there where the record is a URL, `audited` where an audit trail is kept, `slack` where decisions in
    Slack are switched on. `people` limits the requests of one person; a decision on critical impact asks for a sign-in
    that is at most `sign_in_within` old.
    """

    tickets: Tickets
    decisions: Decisions
    submissions: Submissions
    decoder: Decoder
    documents: Documents
    reports: ReportOrders
    links: Links
    feeds: Feeds
    grants: GrantReader
    delegations: Delegations
    keyring: Keyring
    repairs: Repairs
    trial: RulesTrial
    engine: Engine
    repository: Repository
    index: Index
    directory: DirectoryReader
    controls: Controls
    callers: Callers
    logouts: Logouts
    callback_secret: SharedSecret
    policy_token: BearerSecret
    launch_policy: LaunchPolicy
    zone: ZoneInfo
    broadcast: Broadcast
    people: PeopleLimit
    trail: Trail
    sign_ins: SignInNotes
    counts: Counts
    sign_in_within: timedelta
    web: Web
    console: Console
    follower: SharedFetch | None = None
    audited: TrailIndex | None = None
    slack: SlackInteractions | None = None
