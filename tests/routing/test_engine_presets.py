"""Presets order as their products document it: their examples, worked by hand."""

from __future__ import annotations

from typing import Any

from routing.engine import Agent, Contact, QueuePlan, Requirement, Rulebook, Seat, decide
from routing.engine.presets import bullseye, connect, connect_score, genesys, task_router

NOW = 1_800_000_000.0


def queue(settings: dict[str, Any], number: int = 1, **more: Any) -> QueuePlan:
    return QueuePlan(id=number, slug=f"queue-{number}", **{**more, **settings})


def contact(number: int, waited: float, score: float = 0.0, queue_id: int = 1) -> Contact:
    since = NOW - waited
    return Contact(id=number, queue_id=queue_id, entered_at=since, queued_at=since, base_score=score)


def agent(number: int, idle: float, ended: float | None = None, **skills: int) -> Seat:
    end_at = None if ended is None else NOW - ended
    return Seat(number, Agent(number, f"Agent {number}", skills=skills), NOW - idle, end_at=end_at)


def order_of(waiting: list[Contact], *plans: QueuePlan) -> list[int]:
    """The contacts in the order in which enough free agents would get them."""
    rules = Rulebook({plan.id: plan for plan in plans})
    return [one.contact_id for one in decide(waiting, [agent(n, n) for n in range(1, 20)], rules, NOW)]


def winner(plan: QueuePlan, *seats: Seat, waited: float = 5) -> int:
    (made,) = decide([contact(1, waited)], seats, Rulebook({plan.id: plan}), NOW)
    return made.agent_id


def test_task_router_takes_the_higher_priority_however_old_the_others_are_and_then_the_oldest() -> None:
    waiting = [contact(1, 3_600, 0), contact(2, 10, 5), contact(3, 90, 5), contact(4, 600, 1)]
    assert order_of(waiting, queue(task_router())) == [3, 2, 4, 1]


def test_task_router_newest_first_does_not_look_at_priority() -> None:
    waiting = [contact(1, 3_600, 9), contact(2, 10, 0), contact(3, 90, 5)]
    assert order_of(waiting, queue(task_router("LIFO"))) == [2, 3, 1]


def test_task_router_reserves_the_worker_who_has_been_without_a_task_for_longest() -> None:
    assert winner(queue(task_router()), agent(1, 900, ended=60), agent(2, 200, ended=120)) == 2


def test_connect_serves_a_queue_of_lower_priority_only_when_the_other_is_empty() -> None:
    sales, support = queue(connect(1), 1), queue(connect(2), 2)
    waiting = [contact(1, 5), contact(2, 600, queue_id=2), contact(3, 20)]
    assert order_of(waiting, sales, support) == [3, 1, 2]


def test_connect_treats_a_delayed_queue_alike_once_its_delay_has_passed() -> None:
    sales, support = queue(connect(1), 1), queue(connect(1, delay=30), 2)
    assert order_of([contact(1, 5), contact(2, 29, queue_id=2)], sales, support) == [1]
    assert order_of([contact(1, 5), contact(2, 31, queue_id=2)], sales, support) == [2, 1]


def test_connect_with_four_tiers_as_documented() -> None:
    tiers = [
        queue(connect(1), 1),
        queue(connect(1), 2),
        queue(connect(2, delay=20), 3),
        queue(connect(3, delay=80), 4),
    ]
    waiting = [
        contact(1, 10, queue_id=1),
        contact(2, 15, queue_id=2),
        contact(3, 20, queue_id=3),
        contact(4, 100, queue_id=4),
        contact(5, 19, queue_id=3),
        contact(6, 79, queue_id=4),
    ]
    assert order_of(waiting, *tiers) == [2, 1, 3, 4]


def test_connect_moves_a_contact_by_its_routing_age_and_before_all_by_its_own_priority() -> None:
    older, moved = contact(1, 60), contact(2, 10, connect_score(age_seconds=600))
    first, last = contact(3, 0, connect_score(priority=1)), contact(4, 9_000, connect_score(priority=6))
    assert order_of([older, moved, first, last], queue(connect())) == [3, 2, 1, 4]


def test_connect_gives_it_to_the_agent_available_for_longest() -> None:
    assert winner(queue(connect()), agent(1, 100, ended=900), agent(2, 300, ended=5)) == 2


def test_genesys_counts_a_point_of_priority_as_a_minute() -> None:
    waiting = [contact(1, 600), contact(2, 0, 9), contact(3, 0, 11), contact(4, 30, 9.6)]
    assert order_of(waiting, queue(genesys())) == [3, 4, 1, 2]


NEEDS = (Requirement("spanish"), Requirement("billing"))


def test_genesys_all_skills_takes_whoever_has_them_and_has_been_idle_longest() -> None:
    plan = queue(genesys("all"), requirements=NEEDS)
    seats = [
        agent(1, 9, ended=900, spanish=5),
        agent(2, 9, ended=300, spanish=1, billing=1),
        agent(3, 9, ended=100, spanish=5, billing=5),
    ]
    assert winner(plan, *seats) == 2


def test_genesys_best_skills_takes_the_highest_rating_and_then_the_longest_idle() -> None:
    plan = queue(genesys("best"), requirements=NEEDS)
    seats = [
        agent(1, 9, ended=900, spanish=5),
        agent(2, 9, ended=300, spanish=3, billing=4),
        agent(3, 9, ended=100, spanish=4, billing=4),
        agent(4, 9, ended=200, spanish=5, billing=3),
    ]
    assert winner(plan, *seats) == 4
    assert winner(plan, *seats[:2]) == 2


def test_genesys_next_agent_disregards_skills() -> None:
    plan = queue({"requirements": NEEDS, **genesys("disregard")})
    assert winner(plan, agent(1, 9, ended=900), agent(2, 9, ended=300, spanish=5, billing=5)) == 1


def test_genesys_lets_an_agent_with_chats_win_over_a_free_one_which_our_usual_order_does_not() -> None:
    busy = Seat(1, Agent(1), NOW - 900, load=0.66, held={"chat": 2}, end_at=NOW - 900)
    free = Seat(2, Agent(2), NOW - 60, end_at=NOW - 60)
    (chat,) = [Contact(1, 1, NOW, NOW, channel="chat")]
    for settings, expected in ((genesys(), 1), ({}, 2)):
        (made,) = decide([chat], [busy, free], Rulebook({1: queue(settings)}), NOW)
        assert made.agent_id == expected


def test_genesys_rings_ask_for_fewer_skills_one_after_the_other() -> None:
    steps = bullseye(NEEDS, [(20, {"spanish"}), (10, {"billing"})])
    plan = queue(genesys(), requirements=NEEDS, steps=steps)
    seats = {"both": agent(1, 9, spanish=2, billing=2), "one": agent(2, 9, billing=2), "none": agent(3, 9)}

    def may(who: str, waited: float) -> bool:
        return bool(decide([contact(1, waited)], [seats[who]], Rulebook({1: plan}), NOW))

    assert [may("both", at) for at in (0, 20, 30)] == [True, True, True]
    assert [may("one", at) for at in (0, 19, 20, 30)] == [False, False, True, True]
    assert [may("none", at) for at in (0, 20, 29, 30)] == [False, False, False, True]
