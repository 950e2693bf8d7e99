"""What is counted of orders and answers, in rows and in rollups alike."""

SCORES = (1, 2, 3, 4, 5)
GROUPS = ("detractor", "passive", "promoter")

ORDERS = ("completed", "eligible", "rated")
# Of completed orders: an invitation left, one was not refused, and what followed.
WAY = ("sent", "reached", "reached_rated", "reached_commented", "rated_unasked", "opened")
STARS = tuple(f"stars_{n}" for n in SCORES)
# The same, of answers to survey versions that do not ask the 0–10 question.
PLAIN = tuple(f"plain_{n}" for n in SCORES)
NPS = tuple(f"nps_{n}" for n in range(11))
CES = tuple(f"ces_{n}" for n in SCORES)
# In no figure, and shown beside them.
BESIDE = ("spam", "by_phone")
# Answers to the open question, by the stars that were given with them.
OPEN = tuple(f"open_{n}" for n in SCORES)
CROSS = tuple(f"cross_{n}_{group}" for n in SCORES for group in GROUPS)
# Answers with a reason, and with one that lies with the driver.
REASONED = ("reasoned", "reasoned_driver")
# Of answers alone, by whichever date; then what only completed orders have.
OF_ANSWERS = (*STARS, *PLAIN, *NPS, *CES, *BESIDE, *OPEN, *CROSS, *REASONED)
OF_ORDERS = (*ORDERS, *WAY)
TALLIES = (*OF_ORDERS, *OF_ANSWERS)
