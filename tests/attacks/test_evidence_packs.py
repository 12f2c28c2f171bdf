"""Evidence of a request is for its tenant's people: it tells them nothing of other tenants."""

from tests.api.house import SOPHIE, House


def test_no_role_in_another_tenant_is_told(house: House) -> None:
    """Whoever decides for several tenants: who else there is, and who is who there, is not for everybody."""
    ticket_id = house.as_(SOPHIE).create(tenant="tenant-finance")["metadata"]["id"]
    said = house.as_(SOPHIE).get(f"/{ticket_id}/evidence", params={"format": "html"}).text
    assert "devops@tenant-finance" in said
    assert "tenant-logistics" not in said
