"""What an act of the desk does to the yen, before it is done: each account as it stands, what is moved, and what is left."""

from __future__ import annotations

from dataclasses import dataclass

from sonae.apps.billing.models import HandReturn, Receivable, WriteOff
from sonae.domain.text import Text

OWED = Text("未収の保険料", "Premium owed")
WRITTEN_OFF = Text("貸倒処理した保険料", "Premium written off")
TO_TRANSFER = Text("会員に振り込む返戻保険料", "Return premium to be transferred")
TRANSFERRED = Text("銀行から振り込んだ額", "Transferred from the bank")


@dataclass(frozen=True, slots=True)
class YenMove:
    """One line: whole yen before, and what is added."""

    name: Text
    before_yen: int
    moved_yen: int

    @property
    def after_yen(self) -> int:
        """What stands there when it is done."""
        return self.before_yen + self.moved_yen


def write_off_moves(receivable: Receivable, write_off_yen: int, *, recovered_yen: int) -> list[YenMove]:
    """Below nought where a write-off is taken back. What only waits for a second person is still owed in the books."""
    given_up = sum(
        one.write_off_yen for one in receivable.write_offs.all() if one.state == WriteOff.State.DONE
    )  # fetched with the receivable
    owed = receivable.receivable_yen - recovered_yen - given_up
    return [YenMove(OWED, owed, -write_off_yen), YenMove(WRITTEN_OFF, given_up, write_off_yen)]


def transfer_moves(hand_return: HandReturn) -> list[YenMove]:
    """Of noting the transfer, or of taking it back where it is noted."""
    yen = hand_return.return_yen
    if hand_return.transferred_on is None:
        return [YenMove(TO_TRANSFER, yen, -yen), YenMove(TRANSFERRED, 0, yen)]
    return [YenMove(TO_TRANSFER, 0, yen), YenMove(TRANSFERRED, yen, -yen)]
