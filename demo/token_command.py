"""`prodgate token`: signs one of the demo's people in, for whoever tries the API."""

import argparse
from collections.abc import Sequence

from bootstrap.command import add_data, environment, refuse
from demo.company import NobodyByThatName, people, person
from demo.layout import issuer_file
from demo.signin import NotSignedIn, sign_in
from record.errors import RecordUnavailable
from record.git.repository import open_repository
from settings import Mode, variable


def run(arguments: Sequence[str]) -> int:
    """Print a token, or who there is; the answer is the exit code."""
    given = parser().parse_args(arguments)
    settings, issuer = environment(), issuer_file(given.data)
    if settings.get(variable("mode")) == Mode.PRODUCTION:
        return refuse("the demo's people have no tokens in production mode", 2)
    if not issuer.exists():
        return refuse(f"there is no demo in {given.data} yet; `prodgate up` makes one (--data DIR for another)", 1)
    location = settings.get(variable("git_repo"), str(given.data / "gitops.git"))
    branch = settings.get(variable("git_branch"), "main")
    try:
        repository = open_repository(location, branch, given.data / "api", token=settings.get(variable("git_token")))
        if given.email is None:
            print(people(repository))
            return 0
        audience = settings.get(variable("oidc_audience"), "prodgate")
        print(sign_in(issuer.read_text(encoding="utf-8"), person(repository, given.email).email, audience))
    except (NobodyByThatName, NotSignedIn, RecordUnavailable) as error:
        return refuse(error, 1)
    return 0


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    token = argparse.ArgumentParser(prog="prodgate token")
    token.description = "Sign a demo person in and print their bearer token, good for 12 hours; or list the people."
    token.add_argument("email", nargs="?", help="whose token, such as pierre.durand@cab-i.com")
    add_data(token)
    return token
