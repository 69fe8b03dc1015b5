"""The commands and their options; what each does is in a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.guard import GuardedGroup, terminal_of
from harness.cli.terminal import Terminal

__all__ = ["app", "main"]

app = typer.Typer(
    name="harness",
    cls=GuardedGroup,
    help="Judge the invariants of a system of contracts: prove, fuzz and inspect them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_TARGETS = "Python files, folders or modules that define systems; by default those of the project."
Targets = Annotated[list[str] | None, typer.Argument(metavar="[TARGET]...", help=_TARGETS)]
Globs = Annotated[
    list[str] | None,
    typer.Option("--property", metavar="GLOB", help="Only properties whose id fits; repeatable."),
]
Json = Annotated[
    str | None,
    typer.Option("--json", metavar="FILE|-", help="Write a JSON document; - is stdout."),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress and no notes on stderr.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="More detail, and tracebacks.")]


def main() -> None:
    """The entry point of the ``harness`` script."""
    app()


def _terminal(context: typer.Context, quiet: bool, verbose: bool) -> Terminal:
    terminal = terminal_of(context)
    terminal.quiet, terminal.verbose = quiet, verbose
    return terminal


@app.command()
def verify(
    context: typer.Context,
    targets: Targets = None,
    judges: Annotated[
        list[str] | None,
        typer.Option("--judge", metavar="NAME", help="Only this judge; repeatable."),
    ] = None,
    properties: Globs = None,
    json: Json = None,
    budget: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Wall time for each judge on each system."),
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Where chance starts.")] = None,
    jobs: Annotated[int | None, typer.Option(metavar="N", help="Worker processes.")] = None,
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", help="Prove all afresh, whatever was proved before."),
    ] = False,
    dump_smt: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write every query to a solver there, as SMT-LIB; proves afresh."
        ),
    ] = None,
    ablation: Annotated[
        bool,
        typer.Option(
            "--ablation", help="Tell on which other properties each proof rests; takes long."
        ),
    ] = False,
    fail_fast: Annotated[
        bool,
        typer.Option("--fail-fast", help="Stop proving at the first property that is refuted."),
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Judge properties; exit 0 if each reaches the verdict that it requires."""
    from harness.cli.verify import Request, run

    given = {
        "targets": targets,
        "judges": judges,
        "budget": budget,
        "seed": seed,
        "jobs": jobs,
    }
    request = Request(
        given,
        tuple(properties or ()),
        json,
        cached=not no_cache,
        dump_smt=dump_smt,
        ablation=ablation,
        fail_fast=fail_fast,
    )
    return run(_terminal(context, quiet, verbose), request)


@app.command("list")
def list_(
    context: typer.Context,
    targets: Targets = None,
    properties: Globs = None,
    json: Json = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """List the properties: id, kind, severity, required verdict, statement."""
    from harness.cli.browse import list_properties

    terminal = _terminal(context, quiet, verbose)
    return list_properties(terminal, targets or (), properties or (), json)


@app.command()
def explain(
    context: typer.Context,
    property_id: Annotated[str, typer.Argument(metavar="PROPERTY", help="Its id.")],
    targets: Targets = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Show a property: its source, its assumptions, its last verdicts and witnesses."""
    from harness.cli.browse import explain_property

    return explain_property(_terminal(context, quiet, verbose), property_id, targets or ())


@app.command()
def replay(
    context: typer.Context,
    witness: Annotated[Path, typer.Argument(metavar="WITNESS", help="A file of .harness.")],
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Run a witness on py-evm, call by call; exit 1 if it still breaks its property."""
    from harness.cli.replaying import run

    return run(_terminal(context, quiet, verbose), witness)


@app.command()
def doctor(
    context: typer.Context,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Show the judges, the tools and the configuration; exit 2 if something is missing."""
    from harness.cli.doctor import run

    return run(_terminal(context, quiet, verbose))
