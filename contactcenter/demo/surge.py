"""A surge plan, kept ready."""

from contactcenter.demo.company import Company
from routing.actions.surges import compose_plan
from routing.engine import IN_HOUSE
from routing.models import Queue, SurgePlan
from routing.surge.bundle import Bundle, Marquee, NewCapacity, Opened, SeatWish

NAME = "Storm day"


def write_surge(company: Company) -> None:
    """For a day on which no paper arrives: the office helps the digital team, and Digipress is asked."""
    member = next((each for each in company.members.values() if each.supervises), None)
    if member is None or SurgePlan.objects.filter(name=NAME).exists():
        return
    queues = dict(Queue.objects.values_list("slug", "id"))
    compose_plan(
        member=member,
        name=NAME,
        purpose="When a storm keeps the carriers from delivering and everybody calls at once",
        bundle=Bundle(
            minutes=180,
            opened=(Opened(queues["digital"], IN_HOUSE),),
            announcements=(
                (queues["main"], "The storm keeps today's issues. They come tomorrow; nobody need call."),
            ),
            channels=(NewCapacity("chat", 25), NewCapacity("message", 25)),
            marquee=Marquee("Storm day", "Issues come tomorrow. Offer the digital edition.", urgency="soon"),
            asks=(SeatWish(company.partner.id, 2, answer_minutes=15, from_minutes=30),),
        ),
    )
