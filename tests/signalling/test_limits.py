from signalling.limits import KeyedLimit, TokenBucket


def test_a_burst_is_allowed_and_then_the_rate() -> None:
    bucket = TokenBucket(rate=2.0, burst=3, now=0.0)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(0.5), bucket.take(0.5)] == [True, False]


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    bucket = TokenBucket(rate=10.0, burst=2, now=0.0)
    assert [bucket.take(1000.0) for _ in range(3)] == [True, True, False]
    assert not bucket.is_full(1000.0)
    assert bucket.is_full(1001.0)


def test_a_clock_that_steps_back_gives_nothing() -> None:
    bucket = TokenBucket(rate=1.0, burst=1, now=10.0)
    assert bucket.take(10.0)
    assert not bucket.take(0.0)
    assert not bucket.take(10.5)


def test_each_key_has_its_own_bucket() -> None:
    limit = KeyedLimit(rate=1.0, burst=1)
    assert limit.take("a", 0.0)
    assert not limit.take("a", 0.0)
    assert limit.take("b", 0.0)


def test_only_so_many_keys_are_remembered() -> None:
    limit = KeyedLimit(rate=1.0, burst=1, max_keys=2)
    assert limit.take("a", 0.0)
    assert limit.take("b", 0.0)
    assert not limit.take("c", 0.0)
    assert limit.take("c", 1.0)
    assert len(limit) == 1
