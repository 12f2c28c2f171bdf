"""Answers of lists: one page, with the total and the way to the next one in headers."""

from fastapi import Request, Response

from api.openapi import headers
from record.index.query import Page

PAGED = headers(
    X_Total_Count="How many the list has on all its pages",
    X_Next_Cursor="The cursor of the next page, where there is one",
    Link='The next page\'s address, as `rel="next"`',
)


def paged(request: Request, page: Page) -> Response:
    """The page's documents as the index has them; the total, and the way to the next page, in headers."""
    response = Response(f"[{','.join(page.documents)}]", media_type="application/json")
    response.headers["X-Total-Count"] = str(page.total)
    if page.next_cursor:
        following = request.url.include_query_params(cursor=page.next_cursor)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
        response.headers["X-Next-Cursor"] = page.next_cursor
    return response
