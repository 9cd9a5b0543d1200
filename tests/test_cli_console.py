"""Lines, tables and numbers on terminals of every kind."""

from __future__ import annotations

import datetime as dt
import io

import pytest

from spillsim.cli import words
from spillsim.cli.console import Console, display_width, fit
from spillsim.cli.progress import Progress
from spillsim.cli.table import Column, flagged, print_table
from spillsim.errors import OutputError


class Stream(io.TextIOWrapper):
    """A stream of a given encoding that may say it is a terminal."""

    def __init__(self, encoding: str = "utf-8", terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    @property
    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_control_characters_are_shown_not_sent() -> None:
    out = Stream(terminal=True)
    Console(out, Stream()).line("a\x1b[31mred\r\u202egnp.exe[bold]x[/bold]")
    assert out.text == "a\\x1b[31mred\\x0d\\u202egnp.exe[bold]x[/bold]\n"


def test_an_ascii_terminal_gets_what_it_can_show() -> None:
    out = Stream("ascii")
    Console(out, Stream("ascii")).line("⚑ RO–HU Lăpuș · 3 m³/s ≤ 5 … 河")
    assert out.text == "* RO-HU Lapus - 3 m3/s <= 5 ~ ?\n"


def test_errors_reach_an_ascii_terminal() -> None:
    error = Stream("ascii")
    Console(Stream(), error).complain('no river "Szamoș"')
    assert error.text == 'no river "Szamos"\n'


def test_colour_only_on_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal, no_colour, coloured in ((True, "", True), (True, "1", False), (False, "", False)):
        monkeypatch.setenv("NO_COLOR", no_colour)
        out = Stream(terminal=terminal)
        Console(out, Stream()).line("title", bold=True)
        assert ("\x1b[" in out.text) == coloured


def test_width_and_cutting_count_columns_not_letters() -> None:
    assert display_width("Szamos") == 6
    assert display_width("河川") == 4
    assert display_width("e\u0301") == 1
    assert fit("Szolnok", 5) == "Szol…"
    assert fit("河川河川", 5) == "河川…"
    assert fit("ab", 4, right=True) == "  ab"


def test_a_full_output_is_an_output_error() -> None:
    class Full(Stream):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left"):
        Console(Full(), Stream()).line("text")


def table(width: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    out = Stream()
    names = ("Mid", "RO–HU Csenger by the old bridge")
    print_table(
        Console(out, Stream()),
        [
            Column("station", "", flagged(names, ("station", "border")), left=True, least=12),
            Column("river", "", ("Szamos", "Tisza"), left=True, leaves=3, heads_groups=True),
            Column("at", "UTC", ("1 Feb 04:00", "2 Feb 10:00"), leaves=4,
                   short=Column("at", "h", ("+28", "+58"))),
            Column("load", "t", ("97.5", "65.0"), leaves=1),
        ],
    )  # fmt: skip
    return out.text.splitlines()


def test_a_wide_table_shows_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table(80, monkeypatch)
    assert rows[0].split() == ["station", "river", "at", "load"]
    assert rows[3].split()[:5] == ["⚑", "RO–HU", "Csenger", "by", "the"]
    assert rows[3].endswith("Tisza   2 Feb 10:00  65.0")


def test_a_narrow_table_cuts_shortens_and_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    assert table(50, monkeypatch)[3] == "  ⚑ RO–HU Csenger by …  Tisza   2 Feb 10:00  65.0"
    narrow = table(40, monkeypatch)
    assert narrow[3].endswith("…  Tisza   +58  65.0")
    assert all(len(row) < 40 for row in narrow)


def test_rivers_head_their_stations_when_their_column_has_no_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = Stream()
    monkeypatch.setenv("COLUMNS", "40")
    print_table(
        Console(out, Stream()),
        [
            Column("station", "", ("Satu Mare on the Someș", "Szeged"), left=True),
            Column("river", "", ("Szamos", "Tisza"), left=True, leaves=3, heads_groups=True),
            Column("load", "tonnes", ("97.5", "65.0")),
        ],
    )
    assert [row.strip() for row in out.text.splitlines()[2:]] == [
        "Szamos", "Satu Mare on the Someș    97.5", "Tisza", "Szeged                    65.0",
    ]  # fmt: skip


def test_progress_is_drawn_on_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", Stream())
    for terminal, quiet in ((True, False), (False, False), (True, True)):
        out = Stream(terminal=terminal)
        console = Console(out, Stream())
        console.quiet = quiet
        with Progress(console, 25 * 86_400.0) as progress:
            progress(0.5)
            progress.done(0.02, 0.0)
        assert ("█" in out.text) == (terminal and not quiet)
        assert all(len(line) < 80 for line in out.text.replace("\r", "\n").splitlines())
        if not quiet:
            assert out.text.endswith("\n")
            assert "25 d" in out.text
            assert "0.02 s" in out.text
        else:
            assert out.text == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (words.number(31.234), "31.2"),
        (words.number(0.99999), "1.00"),
        (words.number(1043.6), "1,040"),
        (words.number(2.18e-6), "2.18e-6"),
        (words.number(float("nan")), "–"),
        (words.mass(84_120.0), "84.1 t"),
        (words.mass(0.25), "250 g"),
        (words.span(900.0), "15 min"),
        (words.span(25 * 86_400.0), "25 d"),
        (words.after(41.4 * 3600), "+41.4 h"),
        (words.size(1_234_567), "1.2 MB"),
        (words.count(1, "reach", "reaches"), "1 reach"),
        (words.listed("abcd", 3), "a, b, c and 1 more"),
    ],
)
def test_numbers_have_units_and_three_digits(text: str, expected: str) -> None:
    assert text == expected


def test_local_times_are_rounded_to_the_minute() -> None:
    east = dt.timezone(dt.timedelta(hours=5, minutes=30))
    when = dt.datetime(2000, 1, 31, 23, 59, 40, tzinfo=east)
    assert words.moment(when) == "1 Feb 00:00"
    assert words.offset(when) == "UTC+05:30"
    assert words.moment(None) == "–"
