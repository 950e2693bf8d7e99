"""A reader of a growing table gets every row once, whatever order transactions end in and however long they take."""

import random

import pytest

from cxweb.core.feed import MOST_RUNS, Look, Place, next_page, read_place


class Growing:
    """A table as PostgreSQL shows it: ids are taken when a transaction writes, and seen once it has ended."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.next_id = self.next_transaction = 1
        self.running: dict[int, list[int]] = {}
        self.visible: list[int] = []

    def step(self) -> None:
        act = self.chance.random()
        if act < 0.4 or not self.running:
            self.running[self.next_transaction] = []
            self.next_transaction += 1
        elif act < 0.75:
            self.running[self.chance.choice(list(self.running))].append(self.next_id)
            self.next_id += 1
        else:
            ids = self.running.pop(self.chance.choice(list(self.running)))
            if self.chance.random() < 0.8:
                self.visible = sorted([*self.visible, *ids])

    def look(self) -> Look:
        return Look(
            max(self.visible, default=0), min(self.running, default=self.next_transaction), self.next_transaction
        )

    def unread(self, place: Place, limit: int) -> list[int]:
        runs = [range(start, end + 1) for start, end in place.runs]
        return [id_ for id_ in self.visible if id_ > place.floor and not any(id_ in run for run in runs)][:limit]


@pytest.mark.parametrize("seed", range(60))
def test_every_row_comes_once_whatever_ends_when(seed: int) -> None:
    chance = random.Random(seed)
    table, place, read = Growing(chance), Place(), list[int]()
    size = chance.choice([1, 3, 50])
    for _ in range(400):
        table.step()
        if chance.random() < 0.3:
            look = table.look()
            if chance.random() < 0.5:
                table.step()
            page, place = next_page(place, look, table.unread, size)
            assert read_place(str(place)) == place
            assert len(place.runs) <= MOST_RUNS
            read += page
    table.running.clear()
    for _ in range(400):
        page, place = next_page(place, table.look(), table.unread, size)
        read += page
    assert sorted(read) == table.visible
    assert len(set(read)) == len(read)
    assert not place.runs


def test_while_one_transaction_stays_open_a_place_stays_short() -> None:
    table, place = Growing(random.Random(1)), Place()
    table.running[1] = [1]
    table.next_transaction, read = 2, 0
    table.visible = list(range(3, 3000, 2))
    for _ in range(50):
        page, place = next_page(place, table.look(), table.unread, 200)
        read += len(page)
    assert (read, len(place.runs)) == (MOST_RUNS, MOST_RUNS)
    table.running.clear()
    for _ in range(50):
        page, place = next_page(place, table.look(), table.unread, 200)
        read += len(page)
    assert read == len(table.visible)


def test_where_transactions_write_one_after_another_what_is_visible_is_settled() -> None:
    page, place = next_page(Place(), Look(9), lambda _place, limit: [2, 5, 9][:limit], 2)
    assert (page, place.floor, place.runs) == ([2, 5], 5, ())


@pytest.mark.parametrize(
    "text", ["", "1", "1-2-3-4", "1-2-3-4-5_", "1-2-3-4-5_6", "a-2-3-4-5", "1-2-3-4-5-6", "9" * 400]
)
def test_a_place_that_was_given_to_nobody_is_none(text: str) -> None:
    assert read_place(text) is None
