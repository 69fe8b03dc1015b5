"""cvc5 on SMT-LIB text: the second opinion on a proof."""

from __future__ import annotations

from collections.abc import Mapping

from harness.symbolic.solve.query import Limits

OPTIONS = {
    "nl-ext-tplanes": "true",
    # The coverings solver does not watch the clock: on products of 256-bit words it hangs.
    "nl-cov": "false",
    "produce-models": "false",
}


def ask(text: str, limits: Limits, options: Mapping[str, str] = OPTIONS) -> tuple[str, str]:
    """(`unsat`, `sat` or `unknown`, the reason) for a query, with a fixed seed."""
    import cvc5

    solver = cvc5.Solver(cvc5.TermManager())
    for option, value in options.items():
        solver.setOption(option, value)
    solver.setOption("seed", str(limits.seed))
    solver.setOption("rlimit-per", str(limits.cvc5_units))
    solver.setOption("tlimit-per", str(limits.milliseconds))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "query")
    answer = ""
    try:
        while True:
            command = parser.nextCommand()
            if command.isNull():
                break
            said = command.invoke(solver, parser.getSymbolManager()).strip()
            answer = said or answer
    except RuntimeError as error:
        return "unknown", f"cvc5: {error}"
    if answer in ("sat", "unsat"):
        return answer, ""
    return "unknown", f"cvc5: {answer or 'no answer'}"
