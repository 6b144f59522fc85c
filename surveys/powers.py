"""Powers and inverses of large numbers: by gmpy2 where it is installed, else by Python, slower."""

from collections.abc import Callable
from importlib.util import find_spec

Power = Callable[[int, int, int], int]
Inverse = Callable[[int, int], int]


def _by_gmpy2() -> tuple[Power, Power, Inverse]:
    from gmpy2 import invert, powmod, powmod_sec  # noqa: PLC0415 - only where it is installed

    return (
        lambda base, exponent, modulus: int(powmod(base, exponent, modulus)),
        lambda base, exponent, modulus: int(powmod_sec(base, exponent, modulus)),
        lambda number, modulus: int(invert(number, modulus)),
    )


def _by_python() -> tuple[Power, Power, Inverse]:
    return pow, pow, lambda number, modulus: pow(number, -1, modulus)


power, secret_power, inverse = _by_python() if find_spec("gmpy2") is None else _by_gmpy2()
"""`power(base, exponent, modulus)`; `secret_power` takes a time that does not depend on the
exponent where gmpy2 is installed, and wants an odd modulus and an exponent above 0.
`inverse(number, modulus)` wants a number that has one."""
