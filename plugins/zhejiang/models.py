"""The tables of all rooms."""
from plugins.zhejiang.batch.models import Batch, BatchSheet, Candidate
from plugins.zhejiang.documents.models import Document, Offer, Upload, UploadPiece
from plugins.zhejiang.enterprise.models import Enterprise, EnterpriseChange, EnterpriseReview
from plugins.zhejiang.review.models import Application, Review

__all__ = ["Application", "Batch", "BatchSheet", "Candidate", "Document", "Enterprise", "EnterpriseChange",
           "EnterpriseReview", "Offer", "Review", "Upload", "UploadPiece"]
