"""What lists can be asked for, in the query of their address; a filter that is misspelled is refused, not ignored."""

from typing import Annotated

from pydantic import ConfigDict, Field

from domain.roles import Scope
from domain.ticket import State
from domain.values import Email, Frozen, TargetName, Tenant
from record.query import MAX_LIMIT, Sort, TicketQuery


class Paging(Frozen):
    """Which page of a list."""

    model_config = ConfigDict(validate_by_name=False)

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Requests on a page")] = 50
    cursor: Annotated[str | None, Field(max_length=500, description="Where the page before ended")] = None


class Filters(Paging):
    """Which requests, in which order; filters combine."""

    state: Annotated[tuple[State, ...], Field(description="One or several states")] = ()
    tenant: Annotated[Tenant | None, Field(description="A tenant's name")] = None
    created_by: Annotated[Email | None, Field(description="The requester's e-mail address")] = None
    target: Annotated[TargetName | None, Field(description="The name of what is promoted")] = None
    q: Annotated[str, Field(max_length=200, description="Words of names, justification, people; beginnings do")] = ""
    sort: Annotated[Sort, Field(description="The order; a minus is descending")] = Sort.NEWEST

    def within(self, scope: Scope) -> TicketQuery:
        """The query that finds these among what the scope lets the caller see."""
        return TicketQuery(
            scope=scope,
            state=self.state,
            tenant=self.tenant,
            created_by=self.created_by,
            target_name=self.target,
            q=self.q,
            sort=self.sort,
            limit=self.limit,
            cursor=self.cursor,
        )
