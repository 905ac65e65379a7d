"""Says what migrations would do, as one line of JSON; the last one printed. Run by `manage.py shell -c`.

Nothing is changed. SOCLE_TARGETS, if set: the heads to go back to, such as `shop.0006_x blog.zero`; then the plan is
the way back to them. docs/migrations.md describes the JSON.

Run in one text with risks.py, which comes first: what is taken in there is there.
"""


def parts(operation):
    """What an operation does to the database: itself, or what stands in it."""
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from parts(inner)
    else:
        yield operation


def holds_sql(operation):
    return any(isinstance(part, migrations.RunSQL) for part in parts(operation))


def runs_code(operation):
    return not all(part.reduces_to_sql for part in parts(operation))


def one_way(operation):
    return not all(part.reversible for part in parts(operation))


# Of a function that says `pass`, gives back a constant or has a docstring alone.
IDLE = {"RESUME", "NOP", "LOAD_CONST", "LOAD_SMALL_INT", "RETURN_CONST", "RETURN_VALUE"}
# SQL that is there because something must be.
IDLE_SQL = re.compile(r"select\s+(\d+|null|true|false|'[^']*')", re.IGNORECASE)
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def idle(code):
    """Whether a function does nothing. Of a callable of another kind nobody can tell: it counts as one that works."""
    body = getattr(code, "__code__", None)
    return body is not None and all(step.opname in IDLE for step in dis.get_instructions(body))


def idle_sql(sql):
    """The same of what RunSQL takes: a text, or a list of texts and of pairs of a text and its parameters."""
    texts = [sql] if isinstance(sql, str) else [text if isinstance(text, str) else text[0] for text in sql]
    statements = [part.strip() for text in texts for part in COMMENT.sub(" ", text).split(";")]
    return all(part == "" or IDLE_SQL.fullmatch(part) for part in statements)


def stays(operation):
    """Whether its reverse leaves what it did, so that it would be done a second time after it."""
    if isinstance(operation, migrations.RunPython):
        return not idle(operation.code) and idle(operation.reverse_code)
    if isinstance(operation, migrations.RunSQL):
        return not idle_sql(operation.sql) and idle_sql(operation.reverse_sql)
    return False


def irreversible(operation):
    """Why the reverse of one of its parts does not bring back both schema and data; None where it does."""
    return next(filter(None, map(lossy, parts(operation))), None)


def lossy(operation):
    if not operation.reversible:
        return f"{type(operation).__name__} has no reverse"
    if isinstance(operation, migrations.RunSQL) and REMOVES.search(str(operation.sql)):
        return "its SQL removes data, which no reverse brings back"
    if stays(operation):
        return f"the reverse of {type(operation).__name__} does nothing: what it did stays, and is done a second time when it is applied again"
    if isinstance(operation, (migrations.DeleteModel, migrations.RemoveField)):
        return f"the reverse of {type(operation).__name__} brings back no data"
    return None


def lost_on_the_way_back(operation):
    """What reversing it does to what was written since."""
    for part in parts(operation):
        if isinstance(part, migrations.CreateModel):
            yield "destructive", f"drops the table of {part.name} with its rows", None
        elif isinstance(part, migrations.AddField):
            yield "destructive", f"drops the column {part.name} of {part.model_name} with what is in it", None
        elif isinstance(part, (migrations.RunPython, migrations.RunSQL)):
            yield "data", "runs its reverse", None


def described(migration, backwards):
    state = loader.project_state((migration.app_label, migration.name), at_end=False)
    state.app = migration.app_label
    operations, reasons = [], []
    for operation in migration.operations:
        risks = lost_on_the_way_back(operation) if backwards else list(risks_of(operation, state))
        reason = irreversible(operation)
        reasons += [reason] if reason else []
        operations.append(
            {
                "name": type(operation).__name__,
                "description": operation.describe(),
                # SQL that somebody wrote: only its text tells what it locks.
                "opaque": holds_sql(operation),
                "risks": [{"kind": kind, "reason": why, "mend": mend} for kind, why, mend in risks],
            }
        )
        operation.state_forwards(migration.app_label, state)
    for operation in filter(runs_code, migration.operations):
        # Django asks the outermost operation alone, and would run what stands in it.
        operation.reduces_to_sql = False
    sql, failed = None, None
    try:
        sql = "\n".join(loader.collect_sql([(migration, backwards)]))
    except Exception as error:  # Some operations look into tables that are not there yet.
        failed = f"{type(error).__name__}: {error}"
    return {
        "app": migration.app_label,
        "name": migration.name,
        "atomic": migration.atomic,
        "reversible": not reasons,
        "oneWay": any(map(one_way, migration.operations)),
        "irreversible": reasons,
        "operations": operations,
        "sql": sql,
        "sqlError": failed,
    }


def heads(nodes):
    """The last of these migrations, by application."""
    nodes, found = set(nodes), {}
    for node in sorted(nodes):
        children = loader.graph.node_map[node].children
        if not any(child[0] == node[0] and child in nodes for child in children):
            found.setdefault(node[0], []).append(node[1])
    return found


def target(word):
    app, _, name = word.partition(".")
    return (app, None if name == "zero" else name)


def main():
    # Operations of others may do more than say their SQL.
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    loader.check_consistent_history(connection)
    conflicts = loader.detect_conflicts()
    if conflicts:
        sys.exit(f"conflicting migrations, several heads in an app: {conflicts}\n    → Run: python manage.py makemigrations --merge")
    targets = [target(word) for word in os.environ.get("SOCLE_TARGETS", "").split()]
    unknown = [f"{app}.{name}" for app, name in targets if name is not None and (app, name) not in loader.graph.nodes]
    if unknown:
        sys.exit(f"this image has no migration {', '.join(unknown)}")
    plan = executor.migration_plan(targets or loader.graph.leaf_nodes())
    applied = [node for node in loader.applied_migrations if node in loader.graph.nodes]
    after = {node for node in applied}
    for migration, backwards in plan:
        (after.discard if backwards else after.add)((migration.app_label, migration.name))
    # A plan forwards and one backwards are each of one direction: a target that is ahead is no way back.
    if targets and any(not backwards for _, backwards in plan):
        sys.exit("a target has not been applied: there is no way back to it")
    print()
    print(
        json.dumps(
            {
                "tool": f"Django {django.get_version()}",
                "heads": heads(applied),
                "after": heads(after),
                "pending": [described(migration, backwards) for migration, backwards in plan],
            }
        ),
        flush=True,
    )


main()
