"""Peak outflow, formation time and width of a breach: regressions on water dams that failed.

For tailings they stand for process I of CDA (2021) only, the pond with the tailings it erodes;
here the water volume is all that flows out (own judgement). Volumes in m3, heights in m, times in
s. Bias and standard deviation of log10(predicted / observed) come from the review of Yassin et al.
(2025), read in a secondary copy that does not state their scale; that the bias-corrected
predictions agree better with one another than the uncorrected ones speaks for this reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .methods import Method, chosen
from .spread import Array, LogMixture

GRAVITY = 9.81
HOUR = 3600.0

ERODIBILITY = ("high", "medium", "low")
_YASSIN = "bias and spread as listed with Yassin et al. (2025)"
_WATER = {"water volume": (1e4, 7e8), "breach height": (3.0, 100.0)}
_RECALLED = "recalled: about the smallest and largest of the water dams it was fitted on"
_XU_ZHANG_PEAK = {"high": 1.51, "medium": 1.0, "low": 0.39}
_XU_ZHANG_TIME = {"high": 0.58, "medium": 1.0, "low": 3.11}
_MODE_XU_ZHANG = 1.56
_YASSIN_HIGH = 3.8


@dataclass(frozen=True)
class Breach:
    """What the regressions ask for; volume and heights broadcast against each other."""

    volume: Array
    """Of the water above the bottom of the breach [m3]."""
    head: float
    """Water above the bottom of the breach [m]."""
    height: float
    """Of the breach [m]."""
    dam_height: float
    overtopping: bool = False
    erodibility: str = "medium"
    average_width: float = float("nan")
    """Of the dam, crest and foot averaged; froehlich_2016 alone asks for it [m]."""


def _method(name: str, equation: str, source: str, bias: float, deviation: float) -> Method:
    return Method(name, equation, source, deviation, _YASSIN, bias, "read", _WATER, _RECALLED)


PEAK_METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        _method("froehlich_1995", "Q = 0.607 V^0.295 h_w^1.24",
                "Froehlich (1995), J. Water Resources Planning and Management 121, 90-97",
                0.256, 0.483),
        _method("webby_1996", "Q = 0.0443 g^0.5 V^0.365 h_w^1.40", "Webby (1996)", 0.174, 0.448),
        _method("xu_zhang_2009", "Q = k_E k_M 0.024 g^0.5 h_w^1.28 V^0.41",
                "Xu & Zhang (2009), J. Geotechnical and Geoenvironmental Engineering 135, "
                "1957-1970, reduced form", 0.214, 0.427),
        _method("hooshyaripor_2014", "Q = 0.0454 h_w^1.156 V^0.448",
                "Hooshyaripor, Tahershamsi & Golian (2014)", -0.055, 0.438),
        _method("azimi_2015", "Q = 16.553 (g V / 10^6)^0.5 h_w", "Azimi et al. (2015)",
                0.160, 0.439),
        _method("froehlich_2016", "Q = 0.0175 k_M k_H (g V h_w h_b^2 / W)^0.5",
                "Froehlich (2016)", 0.223, 0.452),
        _method("yassin_2025", "Q = 0.011 k_E g^0.5 h_w^1.11 V^0.46", "Yassin et al. (2025)",
                -0.017, 0.364),
        Method("macdonald_1984", "Q = 1.175 (V h_w)^0.412",
               "MacDonald & Langridge-Monopolis (1984), as coded elsewhere", 0.44,
               "assumed to be like those of the others", 0.0, "read", _WATER, _RECALLED),
    )
}  # fmt: skip
DEFAULT_PEAK_METHODS = (
    "froehlich_1995", "webby_1996", "xu_zhang_2009", "hooshyaripor_2014", "azimi_2015",
    "yassin_2025",
)  # fmt: skip
"""Those with a known spread that need no width of the dam."""

TIME_METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        _method("froehlich_1995", "t = 0.00254 V^0.53 h_b^-0.9 (h)", "Froehlich (1995)",
                -0.100, 0.356),
        _method("froehlich_2008", "t = 63.2 (V / (g h_b^2))^0.5 (s)",
                "Froehlich (2008), J. Hydraulic Engineering 134, 1708-1721", -0.068, 0.341),
        _method("xu_zhang_2009", "t = 0.01122 k_E h_d^0.654 V^0.415 h_w^-1.246 (h)",
                "Xu & Zhang (2009)", 0.146, 0.350),
    )
}  # fmt: skip
DEFAULT_TIME_METHODS = tuple(TIME_METHODS)


def froehlich_1995(breach: Breach) -> Array:
    """Peak outflow Q = 0.607 V^0.295 h_w^1.24 of Froehlich (1995) [m3/s]."""
    return np.asarray(0.607 * breach.volume**0.295 * breach.head**1.24)


def webby_1996(breach: Breach) -> Array:
    """Peak outflow Q = 0.0443 g^0.5 V^0.365 h_w^1.40 of Webby (1996) [m3/s]."""
    return np.asarray(0.0443 * GRAVITY**0.5 * breach.volume**0.365 * breach.head**1.40)


def xu_zhang_2009(breach: Breach) -> Array:
    """Peak outflow Q = k_E k_M 0.024 g^0.5 h_w^1.28 V^0.41 of Xu & Zhang (2009) [m3/s].

    k_E is 1.51, 1 or 0.39 for high, medium or low erodibility, k_M 1.56 for overtopping.
    """
    factor = _XU_ZHANG_PEAK[breach.erodibility] * (_MODE_XU_ZHANG if breach.overtopping else 1.0)
    return np.asarray(factor * 0.024 * GRAVITY**0.5 * breach.head**1.28 * breach.volume**0.41)


def hooshyaripor_2014(breach: Breach) -> Array:
    """Peak outflow Q = 0.0454 h_w^1.156 V^0.448 of Hooshyaripor et al. (2014) [m3/s]."""
    return np.asarray(0.0454 * breach.head**1.156 * breach.volume**0.448)


def azimi_2015(breach: Breach) -> Array:
    """Peak outflow Q = 16.553 (g V / 10^6)^0.5 h_w of Azimi et al. (2015) [m3/s]."""
    return np.asarray(16.553 * (GRAVITY * breach.volume / 1e6) ** 0.5 * breach.head)


def froehlich_2016(breach: Breach) -> Array:
    """Peak outflow Q = 0.0175 k_M k_H (g V h_w h_b^2 / W)^0.5 of Froehlich (2016) [m3/s].

    k_M is 1.85 for overtopping, k_H = (h_b / 6.1 m)^(1/8) for breaches of 6.1 m and more. W is the
    average width of the dam.
    """
    mode = 1.85 if breach.overtopping else 1.0
    tall = (breach.height / 6.1) ** 0.125 if breach.height >= 6.1 else 1.0
    inside = GRAVITY * breach.volume * breach.head * breach.height**2 / breach.average_width
    return np.asarray(0.0175 * mode * tall * inside**0.5)


def yassin_2025(breach: Breach) -> Array:
    """Peak outflow Q = 0.011 k_E g^0.5 h_w^1.11 V^0.46 of Yassin et al. (2025) [m3/s].

    k_E is 3.8 for high erodibility; for medium and low it is taken as 1 (own judgement).
    """
    factor = _YASSIN_HIGH if breach.erodibility == "high" else 1.0
    return np.asarray(0.011 * factor * GRAVITY**0.5 * breach.head**1.11 * breach.volume**0.46)


def macdonald_1984(breach: Breach) -> Array:
    """Peak outflow Q = 1.175 (V h_w)^0.412 of MacDonald & Langridge-Monopolis (1984) [m3/s]."""
    return np.asarray(1.175 * (breach.volume * breach.head) ** 0.412)


def froehlich_1995_time(breach: Breach) -> Array:
    """Formation time t = 0.00254 V^0.53 h_b^-0.9, in h, of Froehlich (1995) [s]."""
    return np.asarray(HOUR * 0.00254 * breach.volume**0.53 * breach.height**-0.9)


def froehlich_2008_time(breach: Breach) -> Array:
    """Formation time t = 63.2 (V / (g h_b^2))^0.5 of Froehlich (2008) [s]."""
    return np.asarray(63.2 * (breach.volume / (GRAVITY * breach.height**2)) ** 0.5)


def xu_zhang_2009_time(breach: Breach) -> Array:
    """Formation time t = 0.01122 k_E h_d^0.654 V^0.415 h_w^-1.246, in h, of Xu & Zhang (2009) [s].

    k_E is 0.58, 1 or 3.11 for high, medium or low erodibility.
    """
    hours = 0.01122 * _XU_ZHANG_TIME[breach.erodibility] * breach.dam_height**0.654
    return np.asarray(HOUR * hours * breach.volume**0.415 * breach.head**-1.246)


def froehlich_1995_width(volume: float, height: float, *, overtopping: bool = False) -> float:
    """Average width of the breach B = 0.1803 k V^0.32 h_b^0.19 of Froehlich (1995) [m].

    k is 1.4 for overtopping.
    """
    return float(0.1803 * (1.4 if overtopping else 1.0) * volume**0.32 * height**0.19)


def froehlich_2008_width(volume: float, height: float, *, overtopping: bool = False) -> float:
    """Average width of the breach B = 0.27 k V^0.32 h_b^0.04 of Froehlich (2008) [m].

    k is 1.3 for overtopping; its sides slope 1.0 then, else 0.7.
    """
    return float(0.27 * (1.3 if overtopping else 1.0) * volume**0.32 * height**0.04)


_PEAKS: Mapping[str, Callable[[Breach], Array]] = {
    "froehlich_1995": froehlich_1995,
    "webby_1996": webby_1996,
    "xu_zhang_2009": xu_zhang_2009,
    "hooshyaripor_2014": hooshyaripor_2014,
    "azimi_2015": azimi_2015,
    "froehlich_2016": froehlich_2016,
    "yassin_2025": yassin_2025,
    "macdonald_1984": macdonald_1984,
}
_TIMES: Mapping[str, Callable[[Breach], Array]] = {
    "froehlich_1995": froehlich_1995_time,
    "froehlich_2008": froehlich_2008_time,
    "xu_zhang_2009": xu_zhang_2009_time,
}


def peak_distribution(names: Sequence[str], breach: Breach) -> LogMixture:
    """The peak outflow as an equally weighted mixture, each without its bias [m3/s].

    breach : with (S,) volumes
    """
    return _mixture(chosen(PEAK_METHODS, names), _PEAKS, breach)


def time_distribution(names: Sequence[str], breach: Breach) -> LogMixture:
    """The formation time as an equally weighted mixture, each without its bias [s].

    breach : with (S,) volumes
    """
    return _mixture(chosen(TIME_METHODS, names), _TIMES, breach)


def _mixture(
    methods: Sequence[Method], functions: Mapping[str, Callable[[Breach], Array]], breach: Breach
) -> LogMixture:
    centre = [np.log10(functions[one.name](breach)) - one.bias for one in methods]
    return LogMixture(np.array(centre), np.array([one.deviation for one in methods]))
