"""Pure rules of Guangdong."""
from core.api import CertificateFacts, Rules


def in_the_task(rules: Rules, certificate: CertificateFacts) -> bool:
    """GD-01 … GD-03: issued by the association in 2015 to 2018 for one of the 13 posts."""
    taken = rules.eligibility
    return (certificate.issuer in taken.issuers and taken.issued_from <= certificate.issued_on.year <= taken.issued_to
            and certificate.post in taken.posts)
