"""The words of the generated front matter, in the two languages of a client's pages."""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True)
class Phrases:
    """One language's stock of sentences; each list is drawn from by the seeded generator."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    roles_client: tuple[str, ...]
    roles_vendor: tuple[str, ...]
    project: str
    milestones: tuple[Pair, ...]
    welcome: str
    summary: str
    modules: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    example: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    glossary: tuple[Pair, ...]
    reasons: dict[str, str]
    evidence: tuple[Pair, ...]
    work: tuple[str, ...]
    fees: tuple[str, ...]
    credit: str
    abroad: str
    unit: str
    rate_source: str
    roles_work: tuple[str, ...]
    quality: tuple[str, ...]
    risks: tuple[Pair, ...]
    option_full: str
    option_small: str
    option_nothing: str
    pros: tuple[str, ...]
    cons: tuple[str, ...]
    pros_nothing: str
    cons_nothing: str
    steps: tuple[str, ...]
    approved: tuple[str, ...]
    approved_in_part: str
    approved_small: str
    rejected: tuple[str, ...]
    deferred: tuple[str, ...]
    conditions: tuple[str, ...]
    objections: tuple[tuple[str, str, str], ...]
    talks: tuple[str, ...]
    amendment: str
    void: tuple[str, ...]
    withdrawn: tuple[str, ...]
    superseded: str
    internal: tuple[str, ...]

    def name(self, number: int) -> str:
        """A person's name; numbers below the product of both lists give different names."""
        turn, given = divmod(number, len(self.given))
        family = self.family[(given + turn) % len(self.family)]
        name = self.given[given]
        return f"{family}{name}" if self is CHINESE else f"{name} {family}"


# fmt: off
ENGLISH = Phrases(
    given=(
        "Anna", "Bruno", "Clara", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas",
        "Katrin", "Luis", "Maren", "Nils", "Olga", "Pavel", "Rosa", "Stefan", "Teresa", "Viktor",
    ),
    family=(
        "Abbott", "Brandt", "Castell", "Dorsey", "Eklund", "Ferrante", "Gallen", "Harlow", "Ivers",
        "Jessop", "Kessler", "Lindqvist", "Moreau", "Novotny", "Ostrow", "Pereira", "Quarles",
        "Rasmus", "Sandoval", "Tillman",
    ),
    roles_client=("Project sponsor", "Finance director", "Product owner"),
    roles_vendor=("Delivery manager", "Lead engineer", "Test manager"),
    project="Settlement platform",
    milestones=(
        ("design", "Design agreed"), ("uat", "Acceptance test starts"), ("go-live", "Go-live"),
    ),
    welcome="Here is every change to the {project}, with its reason, its price and its state. "
    "Write to {contact} with any question.",
    summary="The platform follows the proposal “{title}”.",
    modules=(
        "Order entry", "Ledger", "Payments", "Fee calculation", "Wallet", "Reporting",
        "Customer portal", "Interfaces", "Archive", "Access rights",
    ),
    before=(
        "The step is done by hand.", "Only one value can be entered.",
        "The figure is updated once a day.", "There is no check.",
    ),
    after=(
        "The step runs without help.", "Several values can be entered.",
        "The figure is updated at once.", "The entry is checked before it is saved.",
    ),
    example=(
        "A clerk enters two values and sees the total at once.",
        "A payment that arrives at 16:55 is booked on the same day.",
    ),
    out_of_scope=(
        "Old data stays as it is.", "The mobile app is not changed.",
        "Printed forms are not changed.",
    ),
    glossary=(
        ("gas", "the measure of how much work a step costs"),
        ("fork", "the day from which all parties follow new rules"),
        ("opcode", "one instruction of the machine that runs contracts"),
    ),
    reasons={
        "client-request": "The operations team has requested it since the last review.",
        "market": "Two competitors offer it, and customers ask for it.",
        "performance": "The step takes too long at the end of the month.",
        "defect": "The present result is wrong in rare cases.",
        "regulation": "The new reporting rules require it from next year.",
        "technical": "The part that is used now is no longer maintained.",
    },
    evidence=(
        ("14% of the entries are corrected by hand", "Operations report"),
        ("The step takes 40 minutes on the last day of a month", "Measured in production"),
        ("31 customers requested it within a quarter", "Support desk"),
    ),
    work=("Analysis and design", "Development", "Test and acceptance", "Data migration"),
    fees=("Licence fee", "External review", "Set-up fee of the provider"),
    credit="Work that is no longer needed",
    abroad="Provider's fee abroad",
    unit="person-day",
    rate_source="Central bank's reference rate",
    roles_work=("Backend engineer", "Frontend engineer", "Tester", "Business analyst"),
    quality=(
        "All present acceptance tests stay valid.", "Response times stay below two seconds.",
    ),
    risks=(
        ("The provider answers late", "Ask now and agree on a fixed day"),
        ("Old entries do not fit the new rule", "Run a trial migration first"),
        ("Users are not trained in time", "Two short courses before go-live"),
        ("The test environment is not free", "Book it together with the plan"),
    ),
    option_full="The whole change",
    option_small="The core only",
    option_nothing="Do nothing",
    pros=("Solves the cause", "One release only", "Less manual work", "Easy to explain to users"),
    cons=("Needs more testing", "Takes longer", "Some manual steps stay", "Binds key people"),
    pros_nothing="No cost and no delay",
    cons_nothing="The reason for the change stays",
    steps=("Agree on the details", "Build and review", "Migrate the data", "Acceptance test"),
    approved=(
        "The benefit is clear and the price is fair.", "It is needed before the next audit.",
        "The manual work costs more within a year.",
    ),
    approved_in_part="The change is needed; the external part is paid by another budget.",
    approved_small="The core is enough for this year.",
    rejected=(
        "The cost is higher than the benefit.", "The need will be met by another system.",
    ),
    deferred=(
        "The budget of the next year has to be known first.",
        "We wait for the final text of the regulation.",
    ),
    conditions=(
        "Pilot with one department first", "Training material is ready before go-live",
        "The old report stays available for three months",
    ),
    objections=(
        (
            "The change comes in the busiest month.", "Go-live can be moved behind the closing.",
            "Switch it on for new entries only.",
        ),
        (
            "The price seems high for one report.", "The lines now show what each part costs.",
            "Leave out the export.",
        ),
        (
            "Our auditors were not asked.", "The auditors have seen the draft.",
            "Ask them together with the yearly review.",
        ),
    ),
    talks=(
        "Went through the scope and the open questions.", "Showed the prototype; two wishes noted.",
        "Agreed on how to test.", "Explained price and dates.",
    ),
    amendment="Amendment",
    void=(
        "The department was sold; the change is no longer needed.",
        "The provider ended the service before work was finished.",
    ),
    withdrawn=(
        "The wish is covered by another change.", "The department no longer needs it.",
    ),
    superseded="A later change takes its place.",
    internal=("Check the margin again before the next round.", "Ask for a second quotation."),
)

CHINESE = Phrases(
    given=(
        "伟", "芳", "敏", "静", "磊", "洋", "艳", "勇", "军", "杰",
        "娟", "涛", "明", "霞", "平", "刚", "桂英", "志强", "晓燕", "建国",
    ),
    family=(
        "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴",
        "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗",
    ),
    roles_client=("项目发起人", "财务总监", "产品负责人"),
    roles_vendor=("交付经理", "技术负责人", "测试经理"),
    project="结算平台",
    milestones=(("design", "设计确认"), ("uat", "验收测试开始"), ("go-live", "正式上线")),
    welcome="这里记录{project}的每一项变更，包括原因、费用和当前状态。"
    "如有疑问，请写信至 {contact}。",
    summary="平台将按提案“{title}”调整。",
    modules=(
        "订单录入", "总账", "支付", "费用计算", "钱包",
        "报表", "客户门户", "接口", "归档", "权限管理",
    ),
    before=("这一步由人工完成。", "只能填写一个值。", "数据每天更新一次。", "没有校验。"),
    after=("这一步自动完成。", "可以填写多个值。", "数据立即更新。", "保存前先校验。"),
    example=("柜员填写两个值后，立即看到合计。", "16:55 到账的款项当天入账。"),
    out_of_scope=("历史数据保持不变。", "手机应用不在本次范围内。", "纸质表单不变。"),
    glossary=(
        ("gas", "衡量一步操作所耗工作量的单位"),
        ("分叉", "各方开始遵循新规则的日期"),
        ("操作码", "运行合约的机器的一条指令"),
    ),
    reasons={
        "client-request": "运营团队在上次评审后提出了这项需求。",
        "market": "已有两家竞争对手提供该功能，客户也在询问。",
        "performance": "月末处理这一步耗时过长。",
        "defect": "目前在少数情况下结果有误。",
        "regulation": "新的报送规定要求明年起执行。",
        "technical": "现用的组件已停止维护。",
    },
    evidence=(
        ("14% 的记录需要人工更正", "运营报告"),
        ("每月最后一天这一步要花 40 分钟", "生产环境实测"),
        ("一个季度内有 31 位客户提出", "客服记录"),
    ),
    work=("分析与设计", "开发", "测试与验收", "数据迁移"),
    fees=("许可费", "外部评审费", "服务商开通费"),
    credit="不再需要的工作",
    abroad="境外服务商费用",
    unit="人天",
    rate_source="央行中间价",
    roles_work=("后端工程师", "前端工程师", "测试工程师", "业务分析师"),
    quality=("现有验收用例全部继续有效。", "响应时间保持在两秒以内。"),
    risks=(
        ("服务商答复较晚", "现在就询问并约定日期"),
        ("旧数据不符合新规则", "先做一次试迁移"),
        ("用户培训来不及", "上线前安排两次短训"),
        ("测试环境被占用", "与计划同时预订"),
    ),
    option_full="完整实施",
    option_small="只做核心部分",
    option_nothing="不做变更",
    pros=("解决根本问题", "一次发布即可", "减少人工操作", "用户容易理解"),
    cons=("测试量较大", "工期较长", "仍保留部分人工步骤", "占用关键人员"),
    pros_nothing="不增加费用，也不延期",
    cons_nothing="问题依然存在",
    steps=("确认细节", "开发与评审", "迁移数据", "验收测试"),
    approved=("收益明确，价格合理。", "下次审计之前必须完成。", "一年的人工成本更高。"),
    approved_in_part="变更确有必要，外部费用由其他预算承担。",
    approved_small="今年先做核心部分即可。",
    rejected=("费用高于收益。", "该需求将由另一个系统满足。"),
    deferred=("需先确定明年的预算。", "等待法规正式文本。"),
    conditions=("先在一个部门试点", "上线前备好培训材料", "旧报表再保留三个月"),
    objections=(
        ("上线时间正值最忙的月份。", "可以推迟到结账之后上线。", "只对新记录启用。"),
        ("一张报表的价格偏高。", "现已逐项列出各部分费用。", "不做导出功能。"),
        ("没有征求审计师的意见。", "审计师已看过草案。", "与年度审查一并征求意见。"),
    ),
    talks=(
        "逐项说明了范围和待定问题。", "演示了原型，记录了两条意见。",
        "商定了测试方法。", "解释了价格和日期。",
    ),
    amendment="补充协议",
    void=("该部门已出售，不再需要这项变更。", "工作完成前服务商已停止服务。"),
    withdrawn=("该需求已由另一项变更覆盖。", "该部门不再需要。"),
    superseded="由后来的变更取代。",
    internal=("下一轮之前再核对毛利。", "再要一份报价。"),
)
# fmt: on
