"""The tables of all rooms."""
from plugins.zhejiang.batch.models import Batch, BatchSheet, Candidate
from plugins.zhejiang.documents.models import Document, Upload
from plugins.zhejiang.enterprise.models import Enterprise, EnterpriseChange, EnterpriseReview
from plugins.zhejiang.review.models import Application, Review

__all__ = ["Application", "Batch", "BatchSheet", "Candidate", "Document", "Enterprise", "EnterpriseChange",
           "EnterpriseReview", "Review", "Upload"]
