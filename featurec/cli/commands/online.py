"""Read the online store, let a role read it, and forget an entity."""

from typing import Annotated

import typer

from featurec.cli.options import At, ProjectDir, TargetName

SECTION = "Use"


def get(
    ctx: typer.Context,
    entities: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY=VALUE…",
            help="Entities: user_id=1 user_id=2, or origin=JFK,dest=LAX; with the inputs of on-demand views: user_id=1,amount=9.5.",
        ),
    ],
    project_dir: ProjectDir = None,
    target: TargetName = None,
    service: Annotated[str | None, typer.Option(metavar="NAME", help="All features of a service.")] = None,
    features: Annotated[
        list[str] | None, typer.Option(metavar="LIST", help="view:feature,view:feature, or a view for all it has.")
    ] = None,
    full_feature_names: Annotated[
        bool, typer.Option("--full-feature-names", help="Name features view__feature.")
    ] = False,
    at: At = None,
) -> int:
    """Print the features of entities as a model gets them.

    JSON: per entity its keys, and of each feature the value, the status (PRESENT, NULL_VALUE, NOT_FOUND or
    OUTSIDE_MAX_AGE), the event time, and for a windowed feature the instant of the run at which its value holds.
    --at asks how old the stored rows are at another instant than now. An on-demand view is computed of the inputs and of the
    features that it reads; its values have no event time.
    """
    from json import dumps
    from pathlib import Path

    from featurec import clock
    from featurec.cli.arguments import entity_rows, instant, of_the_project
    from featurec.cli.asked import asked_features
    from featurec.cli.on_demand import prepared
    from featurec.cli.opening import loaded, opened_target
    from featurec.diagnostic import has_errors
    from featurec.online.postgres import open_store
    from featurec.online.read import get_online_features
    from featurec.report.console import Console
    from featurec.report.online import as_json

    console: Console = ctx.obj
    found = loaded(project_dir, target, None)
    project = found.project
    chosen = opened_target(console, project, target)
    requests = asked_features(project, service, features)
    rows = entity_rows(entities)
    now = clock.now() if at is None else instant(at, project.timezone)
    on_demand, findings = prepared(found, requests, full_feature_names)
    if has_errors(findings):
        console.report(findings)
        return 1
    store = open_store(chosen, Path(project.root))
    try:
        asked = on_demand.requests if on_demand else requests
        full = on_demand is not None or full_feature_names
        answers, findings = get_online_features(store, asked, rows, now, full)
    finally:
        store.close()
    findings = [of_the_project(finding, asked, project.views) for finding in findings]
    console.report(findings)
    if has_errors(findings):
        return 1
    if on_demand:
        answers = on_demand.evaluate(rows, answers)
    console.result(dumps([as_json(answer) for answer in answers], indent=2, ensure_ascii=False))
    return 0


def erase(
    ctx: typer.Context,
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="An entity of entities.yml.")],
    keys: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE…", help="Its join keys: user_id=1, or country=de,zip=10115.")
    ],
    project_dir: ProjectDir = None,
    target: TargetName = None,
    view: Annotated[
        list[str] | None, typer.Option("--view", metavar="NAME", help="Only this view; may be given again.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> int:
    """Forget one entity in everything that was made of the sources.

    Deletes it from the online tables and the offline tables of all versions of all views that are keyed by it, alone or
    with other entities, and from what exports have rejected. Without --view a digest of its key is kept, and no later
    export brings it back online.

    Sources are not touched, and neither are files: training sets, and failing rows of tests in target/. Delete the entity
    in the sources first: a run that reads it there again puts it back into the offline store, and says so.
    """
    import sys
    from pathlib import Path

    from featurec import clock
    from featurec.cli.arguments import entity_rows, typed_keys
    from featurec.cli.opening import loaded, need, opened_target
    from featurec.diagnostic import Diagnostic
    from featurec.engines.open import open_engine
    from featurec.engines.protocol import Access
    from featurec.errors import CannotOperate
    from featurec.online.postgres import open_store
    from featurec.report.console import Console
    from featurec.run.erase import erase_entity

    console: Console = ctx.obj
    console.log_is_product = True
    project = loaded(project_dir, target, None).project
    need([entity], project.entities, "entity")
    need(view or [], project.views, "view")
    chosen = opened_target(console, project, target)
    rows = entity_rows(keys)
    if len(rows) != 1:
        raise CannotOperate([Diagnostic("FC952", f"{len(rows)} entities are named", fix="erase one at a time")])
    typed_keys(rows[0], project.entities[entity].join_keys)
    named = ", ".join(f"{key}={value}" for key, value in rows[0].items())
    where = f"{entity} {named} from {', '.join(view) if view else 'all views'} of target `{chosen.name}`"
    if not yes:
        if not sys.stdin.isatty():
            raise CannotOperate([Diagnostic("FC960", f"`online erase` would delete {where}", fix="add --yes")])
        if not typer.confirm(f"Delete {where}?"):
            return 1
    root = Path(project.root)
    engine = open_engine(chosen, project, root, Access(write=True))
    try:
        store = open_store(chosen, root) if chosen.online is not None else None
        try:
            done = erase_entity(engine, store, project.entities[entity], rows[0], view, clock.now())
        finally:
            if store is not None:
                store.close()
    finally:
        engine.close()
    for kind, found in (("online", done.online), ("offline", done.offline)):
        for table, count in found.items():
            if count:
                console.note(("deleted ", "success"), f"{count:,} from {table} ({kind})", table=table, rows=count)
    if not any((*done.online.values(), *done.offline.values())):
        console.note("nothing was there")
    if view is None and chosen.online is not None:
        console.note("later exports keep it out of the online store")
    console.note("sources still have what they had")
    return 0


def grant(
    ctx: typer.Context,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="Created where it is not there, without a password.")],
    project_dir: ProjectDir = None,
    target: TargetName = None,
    statement_timeout: Annotated[
        int, typer.Option("--statement-timeout", metavar="MS", min=10, max=60_000, help="Of its sessions.")
    ] = 1000,
) -> int:
    """Let a PostgreSQL role read the online store, and no more: the role of `featurec serve`.

    SELECT on the target's online tables and on what says which versions are active, now and for versions to come; sessions
    that only read, and end statements and locks that take too long. Again where it was done already, it changes nothing.
    """
    from pathlib import Path

    from featurec.cli.opening import loaded, opened_target
    from featurec.online.grant import grant
    from featurec.online.postgres import store_address
    from featurec.report.console import Console

    console: Console = ctx.obj
    console.log_is_product = True
    project = loaded(project_dir, target, None).project
    chosen = opened_target(console, project, target)
    done = grant(*store_address(chosen, Path(project.root)), role, statement_timeout)
    if done.created:
        console.note(("created ", "success"), f"role {role}", role=role)
    console.note(
        ("granted ", "success"),
        f"{role} to read the tables of {done.schema}, now and later, and which of them are active",
        role=role,
        schema=done.schema,
    )
    console.note(f"its sessions only read; statements end after {statement_timeout} ms")
    if done.created:
        console.note(f"give it a password (psql: \\password {role}), then put it into `url` of the target that serves")
    elif not done.can_login:
        console.note(f"it cannot log in: ALTER ROLE {role} LOGIN, or make it a role of one that can")
    return 0


COMMANDS = (get, erase, grant)
