"""Steps 7 and 8: proof of hours, 证书更新, yearly refresh, and what the public can verify (N-49 … N-54, N-57)."""
from core.certificate.proofs import issue_proof, standing_proof
from core.certificate.service import refresh, replace, settle

__all__ = ["issue_proof", "refresh", "replace", "settle", "standing_proof"]
