"""Every table of the product, for the migrations."""

from cxweb.accounts import models as accounts
from cxweb.boards import models as boards
from cxweb.company import models as company
from cxweb.core import audit
from cxweb.integrations import models as integrations
from cxweb.notifications import models as notifications
from cxweb.orders import models as orders
from cxweb.privacy import models as privacy
from cxweb.ratings import models as ratings
from cxweb.reports import models as reports
from cxweb.rollups import models as rollups
from cxweb.surveys import models as surveys
from cxweb.uploads import models as uploads
from cxweb.webhooks import models as webhooks
from cxweb.wordings import models as wordings

__all__ = [
    "accounts",
    "audit",
    "boards",
    "company",
    "integrations",
    "notifications",
    "orders",
    "privacy",
    "ratings",
    "reports",
    "rollups",
    "surveys",
    "uploads",
    "webhooks",
    "wordings",
]
