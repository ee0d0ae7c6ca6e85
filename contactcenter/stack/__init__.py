"""The whole product on one machine: engines, every kind of process, the simulator, one origin."""

from contactcenter.stack.demo_stack import DemoStack
from contactcenter.stack.errors import StackError

__all__ = ["DemoStack", "StackError"]
