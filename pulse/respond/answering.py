"""What the answering zone knows while it runs, and the two things it does for a phone."""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from pulse.config import Settings
from pulse.languages import Language, language
from pulse.respond.contacts import Contacts
from pulse.respond.open_waves import OpenWave, WaveMemory, open_heads
from pulse.respond.since import Since, since_last_time
from pulse.stores import Stores
from surveys.ballot_format import BallotKind
from surveys.issuing import (
    FoundInvitation,
    PassRefused,
    Refusal,
    find_invitation,
    sign_passes,
    take_mark,
)
from surveys.policy import AnonymityPolicy
from surveys.policy_log import policy_in_force
from surveys.published_ids import published_ids, published_waves


@dataclass(frozen=True)
class LookedUp:
    """What an invitation leads to; `wave` is there while it can be answered."""

    state: str
    wave: OpenWave | None = None
    found: FoundInvitation | None = None


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """The answering page, plain and packed. It is the same for everybody, so packing is safe."""

    plain: bytes
    packed: bytes


class Answering:
    """The open waves with their keys, the contacts and the languages; a process has one."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        self.settings = settings
        self.languages: tuple[Language, ...] = tuple(map(language, settings.answering.languages))
        self.contacts = Contacts.read(settings.answering.contacts)
        self._stores = stores
        self._memory = WaveMemory(settings.keys, settings.answering.opening_keys)
        self._since: tuple[date, Since | None] | None = None
        self._drawn: tuple[tuple[OpenWave, ...], DrawnPage] | None = None

    def open_waves(self) -> tuple[OpenWave, ...]:
        """Return the waves that can be answered now; one small query unless they changed."""
        with self._stores.registry() as registry:
            heads = open_heads(registry)
            self._memory.forget_others({head.code: head for head in heads})
            return tuple(self._memory.wave(registry, head) for head in heads)

    def policy(self) -> AnonymityPolicy:
        """Return the anonymity policy in force."""
        with self._stores.archive() as archive:
            return policy_in_force(archive)

    def published_waves(self) -> tuple[str, ...]:
        """Return the waves whose ballot ids are published, newest first."""
        with self._stores.archive() as archive:
            return published_waves(archive)

    def published_ids(self, wave: str) -> tuple[str, ...]:
        """Return a wave's published ballot ids, sorted.

        Raises:
            StateError: none are published.
        """
        with self._stores.archive() as archive:
            return published_ids(archive, wave)

    def drawn(self, draw: Callable[[tuple[OpenWave, ...]], str]) -> DrawnPage:
        """Return the page of the open waves, drawing it only when one of them changed."""
        waves = self.open_waves()
        if self._drawn is None or self._drawn[0] != waves:
            text = draw(waves).encode()
            self._drawn = (waves, DrawnPage(text, gzip.compress(text, compresslevel=9, mtime=0)))
        return self._drawn[1]

    def look_up(self, secret: str) -> LookedUp:
        """Return what a tidy secret leads to. Nothing is written."""
        with self._stores.registry() as registry:
            found = find_invitation(registry, secret)
            if found is None:
                return LookedUp(Refusal.UNKNOWN.value)
            if found.refusal is not None:
                return LookedUp(found.refusal.value)
            heads = {head.code: head for head in open_heads(registry)}
            if found.wave_code not in heads:  # closed between the two questions
                return LookedUp(Refusal.CLOSED.value)
            wave = self._memory.wave(registry, heads[found.wave_code])
        return LookedUp("used" if found.is_used else "ready", wave, found)

    def issue(self, secret: str, blinded: Mapping[BallotKind, bytes]) -> Mapping[BallotKind, bytes]:
        """Return the blind signatures; the mark is kept before they leave.

        Raises:
            PassRefused: no pass is issued.
            BlindedMessageError: what was sent is no blinded message.
        """
        looked_up = self.look_up(secret)
        wave, found = looked_up.wave, looked_up.found
        if wave is None or found is None:
            raise PassRefused(Refusal(looked_up.state))
        signed = sign_passes(
            found,
            blinded,
            key_of=lambda _wave, unit, kind: self._memory.pass_key(wave, unit, kind),
        )
        with self._stores.registry() as registry:
            take_mark(registry, found, blinded)
        return signed

    def since(self, today: date) -> Since | None:
        """Return what happened since last time, worked out once a day."""
        if self._since is None or self._since[0] != today:
            with self._stores.archive() as archive:
                self._since = (today, since_last_time(archive))
        return self._since[1]
