"""Pure rules of Guangdong."""
from core.api import CertificateFacts, Rules

WHERE_TO_ENROLL = ("请携有效证件（本人身份证件及岗位证书）到省住建厅公布的培训机构报名，"
                   "按培训机构公示的收费标准缴纳继续教育培训费及教材费。")


def in_the_task(rules: Rules, certificate: CertificateFacts) -> bool:
    """GD-01 … GD-03: issued by the association in 2015 to 2018 for one of the 13 posts."""
    taken = rules.eligibility
    return (certificate.issuer in taken.issuers and taken.issued_from <= certificate.issued_on.year <= taken.issued_to
            and certificate.post in taken.posts)
