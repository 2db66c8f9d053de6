"""Who gets in: lobby, knock, lock, admission, PIN attempts, hand-over, and the Meeting."""
