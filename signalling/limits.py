"""How often somebody may ask: token buckets. Pure; bounded in memory."""


class TokenBucket:
    """`burst` at once, then `rate` a second."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, *, rate: float, burst: int, now: float) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._tokens = float(burst)
        self._at = now

    def take(self, now: float) -> bool:
        """Whether one more is allowed now."""
        self._refill(now)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def has(self, now: float) -> bool:
        self._refill(now)
        return self._tokens >= 1.0

    def is_full(self, now: float) -> bool:
        self._refill(now)
        return self._tokens >= self._burst

    def _refill(self, now: float) -> None:
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) * self._rate)
        self._at = max(self._at, now)


class KeyedLimit:
    """One bucket a key (a client's address). At `max_keys` strangers share what is left: none.

    A key whose bucket is full again is forgotten, so only the busy are remembered.
    """

    def __init__(self, *, rate: float, burst: int, max_keys: int = 10_000) -> None:
        self._rate = rate
        self._burst = burst
        self._max_keys = max_keys
        self._buckets: dict[str, TokenBucket] = {}

    def take(self, key: str, now: float) -> bool:
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._max_keys:
                self._forget(now)
            if len(self._buckets) >= self._max_keys:
                return False
            bucket = self._buckets[key] = TokenBucket(rate=self._rate, burst=self._burst, now=now)
        return bucket.take(now)

    def may(self, key: str, now: float) -> bool:
        """Whether `take` would be allowed, of a key whose bucket is known."""
        bucket = self._buckets.get(key)
        return bucket is None or bucket.has(now)

    def __len__(self) -> int:
        return len(self._buckets)

    def _forget(self, now: float) -> None:
        self._buckets = {
            key: bucket for key, bucket in self._buckets.items() if not bucket.is_full(now)
        }
