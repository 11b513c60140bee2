"""The trainee's steps, gathered from all flows."""
from core.console.flowchart import titles
from core.console.rules import Board, arrange
from core.extension import hooks
from core.identity import Person, person_facts
from core.tenancy import Ctx


def board_of(ctx: Ctx, person: Person) -> Board:
    """办到哪一步 of a person: eight steps and the one to do now (C-28)."""
    return arrange(hooks(ctx).collect_steps(person_facts(ctx, person)), titles())
