"""What is said by SMS about a registration; worded here and nowhere else."""
APPROVED = "【温馨提示】{name}在{platform}的注册已由{city}主管部门审核通过，可以登录报名。"
RETURNED = "【温馨提示】{name}在{platform}的注册审核不通过。{reason}请登录后在“企业信息”修改并重新提交，不需要重新注册。"
REVOKED = "【温馨提示】{name}在{platform}的注册被{city}主管部门撤销通过，暂时不能报名。原因：{reason}请登录后修改并重新提交。"
CHANGED = "【温馨提示】{name}在{platform}申请的信息变更{result}。{answer}"
RECOVERED = "【温馨提示】{city}主管部门核实身份后，为{name}的账号{username}重发了密码。如不是本单位办理，请立即联系{city}主管部门。"
OWNER = "【温馨提示】{name}在{platform}的负责人已改为{owner}（账号{username}）。如不是本单位办理，请立即联系{city}主管部门。"
LONGEST_REASON = 200
