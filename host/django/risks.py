"""What operations of migrations mean for who goes on working meanwhile. Run in one text with migrations.py, before it."""
import dis
import json
import os
import re
import sys

import django
from django.contrib.postgres import operations as postgres
from django.db import DEFAULT_DB_ALIAS, connections, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.models import NOT_PROVIDED

connection = connections[DEFAULT_DB_ALIAS]
executor = MigrationExecutor(connection)
loader = executor.loader
# Tables that the plan itself makes: nobody waits for their locks.
fresh = set()

CONCURRENT = (postgres.AddIndexConcurrently, postgres.RemoveIndexConcurrently)
SERVING = "the release that still serves"
REMOVES = re.compile(r"\b(drop\s+(table|column|schema|database)|truncate|delete\s+from)\b", re.IGNORECASE)


def has_default(field):
    return getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED


def type_of(field):
    try:
        return field.db_parameters(connection)["type"]
    except Exception:  # A relation's type is known once its models are rendered.
        return None


def indexed(field):
    return field.unique or field.db_index


def added_field(operation, name, state):
    field = operation.field
    if isinstance(field, models.ManyToManyField):
        return
    if isinstance(field, getattr(models, "GeneratedField", ())) or isinstance(field, models.AutoField):
        yield "locking", f"writes every row of {name} anew to fill {operation.name}", "Add a nullable column, fill it in batches in a later release."
    elif not field.null and not has_default(field):
        yield (
            "breaking",
            f"{operation.name} is NOT NULL and the database knows no default: {SERVING} cannot insert rows into {name}",
            "Give the field a db_default (Django 5.0 or newer), or null=True now and NOT NULL in a later release.",
        )
    if isinstance(field, models.ForeignKey) and field.db_constraint:
        yield "locking", f"a foreign key keeps writes from {name} and the table that it names while it is checked", "Add it with db_constraint=False, then the constraint NOT VALID, and validate it in a later migration."
    elif indexed(field):
        yield "locking", f"the index of {operation.name} keeps writes from {name} while it is built", "Add the field without index, then the index with AddIndexConcurrently in a migration with atomic = False."


def altered_field(operation, name, state):
    field, former = operation.field, state.models[operation_model(operation, state)].fields.get(operation.name)
    if former is None:
        return
    before, after = type_of(former), type_of(field)
    widened = (
        isinstance(field, models.CharField)
        and isinstance(former, models.CharField)
        and (field.max_length is None or (former.max_length is not None and field.max_length >= former.max_length))
    ) or (after == "text" and str(before).startswith("varchar"))
    if before is None and after is None and type(field) is type(former):
        pass
    elif before != after and not widened:
        yield "locking", f"changes the type of {operation.name} from {before} to {after}: nobody reads or writes {name} while all rows are checked or written anew", "Add a new column, write both, fill it in batches, and move over in a later release."
    if former.null and not field.null:
        yield "locking", f"NOT NULL on {operation.name} keeps everybody from {name} while all rows are read", "Add a CHECK constraint NOT VALID, validate it in a later migration, then set NOT NULL."
        if not has_default(field):
            yield "breaking", f"{operation.name} becomes NOT NULL and the database knows no default: {SERVING} may still write none", "Give the field a db_default."
    if indexed(field) and not indexed(former):
        yield "locking", f"the index of {operation.name} keeps writes from {name} while it is built", "Add the index with AddIndexConcurrently in a migration with atomic = False."
    if former.db_column != field.db_column:
        yield "destructive", f"renames the column of {operation.name}: {SERVING} asks for the former name", "Keep db_column."


def operation_model(operation, state):
    return (state.app, getattr(operation, "model_name", operation.name).lower())


def risks_of(operation, state):
    """Kind, reason, mend; `state` is the one before the operation."""
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from risks_of(inner, state)
        return
    if isinstance(operation, migrations.RunPython):
        yield "data", "runs Python code: what it changes, locks and how long it takes cannot be read from it", "Work in batches, in a transaction each (atomic = False), so that rows are not locked for long."
        return
    if isinstance(operation, migrations.RunSQL):
        yield "data", "runs SQL of its own", None
        return
    name = getattr(operation, "model_name", getattr(operation, "name", ""))
    key = (state.app, str(name).lower())
    if isinstance(operation, migrations.CreateModel):
        fresh.add(key)
    elif isinstance(operation, migrations.DeleteModel):
        yield "destructive", f"drops the table of {name} with its rows; {SERVING} still uses it", "Stop using the model in one release, delete it in the next."
    elif isinstance(operation, migrations.RenameModel):
        yield "destructive", f"renames the table of {operation.old_name}: {SERVING} asks for the former name", "Keep the table: set db_table in Meta, or rename over two releases with a view."
        if key in fresh:
            fresh.add((state.app, operation.new_name.lower()))
    elif isinstance(operation, migrations.AlterModelTable):
        yield "destructive", f"renames the table of {name}: {SERVING} asks for the former name", "Keep db_table as it was."
    elif key in fresh:
        return
    elif isinstance(operation, migrations.RemoveField):
        yield "destructive", f"drops the column {operation.name} of {name} with what is in it; {SERVING} still reads it", "Stop using the field in one release (SeparateDatabaseAndState takes it out of the state alone), drop it in the next."
    elif isinstance(operation, migrations.RenameField):
        yield "destructive", f"renames the column {operation.old_name} of {name}: {SERVING} asks for the former name", "Rename the attribute only and keep the column: db_column."
    elif isinstance(operation, migrations.AddField):
        yield from added_field(operation, name, state)
    elif isinstance(operation, migrations.AlterField):
        yield from altered_field(operation, name, state)
    elif isinstance(operation, CONCURRENT):
        return
    elif isinstance(operation, migrations.AddIndex):
        yield "locking", f"keeps writes from {name} while the index is built", "Use AddIndexConcurrently (django.contrib.postgres.operations) in a migration with atomic = False."
    elif isinstance(operation, migrations.RemoveIndex):
        yield "locking", f"dropping an index keeps everybody from {name} until its other users are done", "Use RemoveIndexConcurrently in a migration with atomic = False."
    elif isinstance(operation, postgres.AddConstraintNotValid):
        return
    elif isinstance(operation, migrations.AddConstraint):
        yield "locking", f"keeps writes from {name} while every row is checked", "Use AddConstraintNotValid, then ValidateConstraint in a later migration; for a unique one, build the index concurrently first."
    elif isinstance(operation, (migrations.AlterUniqueTogether, migrations.AlterIndexTogether)):
        yield "locking", f"keeps writes from {name} while an index is built", "Use an Index or UniqueConstraint, built concurrently."
    elif type(operation).__module__.split(".")[0] != "django":
        yield "undecided", f"{type(operation).__name__} is an operation of the site's own: its locks cannot be read from it", None
