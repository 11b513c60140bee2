"""The pages of all rooms."""
from core.api.web import JianxueFlask

from plugins.zhejiang.batch import routes as batch
from plugins.zhejiang.batch import sheet_routes
from plugins.zhejiang.documents import routes as documents
from plugins.zhejiang.enterprise import routes as enterprise
from plugins.zhejiang.institutions import routes as institutions
from plugins.zhejiang.order import routes as order
from plugins.zhejiang.review import filing_routes as filing
from plugins.zhejiang.review import routes as review
from plugins.zhejiang.testing import routes as testing
from plugins.zhejiang.training import routes as training


def install(app: JianxueFlask) -> None:
    """Called once, when the app is made."""
    batch.install(app)
    sheet_routes.install(app)
    documents.install(app)
    institutions.install(app)
    enterprise.install(app)
    testing.install(app)
    training.install(app)
    review.install(app)
    filing.install(app)
    order.install(app)
