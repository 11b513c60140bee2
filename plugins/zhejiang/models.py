"""The tables of all rooms."""
from plugins.zhejiang.batch.models import Answer, Batch, BatchSheet, Candidate
from plugins.zhejiang.board.models import BoardRow, Bundle, Employee
from plugins.zhejiang.documents.models import Document, Offer, Upload, UploadPiece
from plugins.zhejiang.enterprise.models import Enterprise, EnterpriseChange, EnterpriseReview
from plugins.zhejiang.order.models import BatchOrder, Claim, Entry, Member, Voucher, VoucherPicture
from plugins.zhejiang.review.models import Application, ApplicationSheet, Bulk, FormPrint, Review, Sample
from plugins.zhejiang.testing.models import TestIncident, TestInvigilator, TestPlan, TestSeat
from plugins.zhejiang.training.models import Plan, PlanSession, PlanTrainee, SignIn, TestApplication

__all__ = ["Answer", "Application", "ApplicationSheet", "Batch", "BatchOrder", "BatchSheet", "BoardRow", "Bulk",
           "Bundle", "Candidate", "Claim", "Document", "Employee", "Enterprise", "EnterpriseChange",
           "EnterpriseReview", "Entry", "FormPrint", "Member", "Offer", "Plan", "PlanSession", "PlanTrainee",
           "Review", "Sample", "SignIn", "TestApplication", "TestIncident", "TestInvigilator", "TestPlan", "TestSeat",
           "Upload", "UploadPiece", "Voucher", "VoucherPicture"]
