"""Powers of large numbers: by gmpy2 where it is installed, else by Python, six times slower."""

from collections.abc import Callable
from importlib.util import find_spec

Power = Callable[[int, int, int], int]


def _powers_of_gmpy2() -> tuple[Power, Power]:
    from gmpy2 import powmod, powmod_sec  # noqa: PLC0415 - only where it is installed

    return (
        lambda base, exponent, modulus: int(powmod(base, exponent, modulus)),
        lambda base, exponent, modulus: int(powmod_sec(base, exponent, modulus)),
    )


power, secret_power = (pow, pow) if find_spec("gmpy2") is None else _powers_of_gmpy2()
"""`power(base, exponent, modulus)`; `secret_power` takes a time that does not depend on the
exponent where gmpy2 is installed, and wants an odd modulus and an exponent above 0."""
