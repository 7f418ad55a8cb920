"""A role of the online store that can read features and no more, for servers."""

from dataclasses import dataclass

from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate
from featurec.online.registry import Registry, table_schema
from featurec.online.session import Session
from featurec.postgres import translated

CONNECTIONS = 50


@dataclass(frozen=True)
class Granted:
    """What was done.

    Attributes:
        created: whether the role is new; it has no password yet.
        can_login: whether sessions can be opened by it.
    """

    role: str
    schema: str
    created: bool
    can_login: bool


def grant(url: str, schema: str, role: str, statement_timeout_ms: int) -> Granted:
    """Let a role read what is online, and what comes to be; again where it may already, which changes nothing.

    Later tables are those of the role of this session, by which exports run.

    Raises CannotOperate: FC974 for a role that may do more than read, FC905 where this session may not grant.
    """
    session = Session(url)
    try:
        Registry(session, schema).prepare()
        with translated(url), session.transaction(f"the rights of `{role}`"):
            found = session.rows("online/grant_role.sql", {"role": role})
            if found and found[0][0]:
                raise CannotOperate([_too_mighty(role)])
            if not found:
                session.run("online/grant_create.sql", role=role, connections=CONNECTIONS)
            session.run("online/grant.sql", schema=table_schema(schema), role=role, timeout=f"{statement_timeout_ms}ms")
            return Granted(role, table_schema(schema), not found, not found or bool(found[0][1]))
    finally:
        session.close()


def _too_mighty(role: str) -> Diagnostic:
    return Diagnostic(
        "FC974",
        f"the role `{role}` may do more than read",
        cause="it is a superuser, may create roles or databases, replicate, or see rows that policies hide",
        fix="name a role of its own for servers: featurec online grant features_reader",
    )
