"""4 question bank, papers, sittings (N-40 … N-43). Knows the study below it, tells of a pass by `ExamPassed`."""
from core.exam.events import ExamPassed
from core.exam.queries import Result, best_result, exam_passed, passed_at

__all__ = ["ExamPassed", "Result", "best_result", "exam_passed", "passed_at"]
