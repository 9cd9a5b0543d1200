"""Which regimes and measures a command line asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import scenario
from ..errors import Fault, ScenarioError
from ..network.faults import nearest

if TYPE_CHECKING:
    from ..scenario import Scenario, Variant


@dataclass(frozen=True, slots=True)
class Choice:
    """A regime and a measure, each empty for none."""

    regime: str = ""
    measure: str = ""

    @property
    def label(self) -> str:
        """For faults: ``"regime low, measure dilution"``; empty for the file as written."""
        named = (("regime", self.regime), ("measure", self.measure))
        return ", ".join(f"{kind} {name}" for kind, name in named if name)

    @property
    def suffix(self) -> str:
        """For file names: ``"_low_dilution"``."""
        return "".join(f"_{name}" for name in (self.regime, self.measure) if name)

    def load(self, case: str) -> Scenario:
        """Read the case with this regime and measure."""
        return scenario.load(case, self.regime or None, self.measure or None)


def choices(
    case: str, regimes: Sequence[str] | None, measures: Sequence[str] | None
) -> list[Choice]:
    """Return every wanted regime with every wanted measure, in the order asked for.

    regimes, measures : names with commas between, as often as an option was given; ``all`` stands
        for all that the case has and ``none`` for the file as written

    Raises ScenarioError for names that the case does not have.
    """
    if not regimes and not measures:
        return [Choice()]
    known = scenario.list_variants(case)
    faults: list[Fault] = []
    wanted = [
        _names(kind, given, [one for one in known if one.kind == kind], faults)
        for kind, given in (("regime", regimes), ("measure", measures))
    ]
    if faults:
        raise ScenarioError(faults)
    return [Choice(regime, measure) for regime in wanted[0] for measure in wanted[1]]


def _names(
    kind: str, given: Sequence[str] | None, known: Iterable[Variant], faults: list[Fault]
) -> list[str]:
    names = [one.name for one in known]
    found: list[str] = []
    for word in (part.strip() for text in given or ["none"] for part in text.split(",")):
        if word == "all" and names:
            found += names
        elif word == "none":
            found.append("")
        elif word in names:
            found.append(word)
        else:
            message, hint = f'there is no {kind} "{word}"', nearest(word, names)
            if not names:
                message, hint = f"the case has no [{kind}.NAME]", ""
            elif not hint:
                hint = f"There are: {', '.join(names)}."
            faults.append(Fault("", f"--{kind}", message, hint))
    return list(dict.fromkeys(found))


def every_one_alone(case: str) -> list[Choice]:
    """Return the file as written, then each regime and each measure by itself."""
    known = scenario.list_variants(case)
    return [Choice(), *(Choice(**{one.kind: one.name}) for one in known)]


def load_all(case: str, wanted: Sequence[Choice]) -> list[Scenario]:
    """Read a case in several variants; the faults of all are raised at once."""
    makers: dict[str, Callable[[], Scenario]] = {}
    for choice in wanted:
        makers[choice.label] = lambda choice=choice: choice.load(case)  # type: ignore[misc]
    return list(scenario.gather(makers).values())
