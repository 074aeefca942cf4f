"""Lexicon of consumer finance on the telephone: words and turns that mean the same, by the notion they stand for.

A caller says 缓几天 where the standard question has 延期; n-grams see nothing in common, and a small model of sentences
too little. `dialplans/intents/*.yaml` adds a site's own under `synonyms`. Words, not sentences: what a notion means for
an intent is learned from the site's phrasings.
"""

LEXICON: dict[str, str] = {
    # questions
    "how_much": "多少钱 多少 几块 几百 几千 一共 总共 总额 金额 how_much amount total balance",
    "when": "什么时候 啥时候 何时 几号 哪天 哪号 哪日 几点 多会儿 几月 日期 日子 when due_date what_day",
    "how_long": "多久 几天 多长时间 要等 还要等 等多久 how_long",
    "how": "怎么办理 怎么弄 咋弄 怎么操作 怎么申请 如何 咋办 怎么办 步骤 流程 手续 how_do how_can how_to",
    "why": "为什么 为啥 怎么回事 咋回事 凭什么 凭啥 原因 why",
    "where": "哪里 哪儿 在哪 什么地方 地址 where address",
    "who": "是谁 谁的 什么人 who",
    "consequence": "后果 会怎样 会咋样 会怎么样 影响 有事吗 会不会 what_happens consequence",
    "true_or_false": (
        "真的假的 真假 是不是你们 是你们吗 是你们的 是你们打 是你们发 正规 核实 骗子 假的 可信 genuine "
        "really_you real scam fake"
    ),
    # paying back
    "pay_back": (
        "还款 还钱 还贷 归还 偿还 还上 要还 得还 应还 该还 还多少 repay payment pay_back instalment installment"
    ),
    "pay_off": (
        "还清 结清 还完 全还 全部还 一次性 一把还 一次还 还掉 清掉 pay_off paid_off clear_it settle whole_thing"
    ),
    "early": "提前 提早 早点还 提前还 ahead early",
    "owe": "欠款 欠 欠着 剩余 还剩 剩下 余额 还差 left owe remaining",
    "bill": "账单 本期 这期 这个月 本月 当期 下期 下个月 下一期 每期 每月 月供 statement bill this_month next_month",
    "due": "还款日 到期 扣款日 最晚 截止 宽限期 顺延 due deadline grace",
    "deducted": "扣款 扣钱 代扣 自动扣 划扣 扣了 扣掉 扣我 扣走 没扣 多扣 deducted debited charged taken",
    "twice": "两次 两遍 重复 扣重 多扣 双倍 俩 又扣 twice double duplicate again",
    "failed": (
        "失败 不成功 没成功 没到账 不到账 没收到 没入账 没销账 没更新 显示没还 转圈 fails failed error not_arrived"
    ),
    "card": "银行卡 储蓄卡 工资卡 借记卡 卡号 尾号 绑卡 绑定 解绑 还款卡 扣款卡 换卡 card link_another",
    "late": "逾期 晚还 过期 迟还 拖欠 超期 没按时 忘还 晚了 overdue late missed",
    "penalty": "罚息 滞纳金 违约金 罚金 罚款 penalty late_fee",
    "court": "起诉 告我 法院 坐牢 律师 上门 法务 打官司 sue court jail",
    "defer": (
        "延期 缓 宽限 推迟 往后推 晚几天 展期 通融 缓缓 延后 拖一拖 往后放 等几天 more_time extension postpone delay"
    ),
    "hardship": (
        "失业 没工作 没发工资 生病 住院 手术 困难 没钱 还不上 还不起 周转不开 手头紧 受灾 拿不出 下岗 被裁 "
        "lost_my_job hospital cannot_pay hardship"
    ),
    "arrange": "协商 分期还 重新分期 停息 挂账 减免 分几次 分两次 只还利息 少还点 negotiate split reschedule",
    # borrowing
    "interest": "利息 利率 年化 日息 月息 费率 几个点 万分之 百分之 免息 等额本息 interest apr rate",
    "fee": "手续费 服务费 担保费 会员费 管理费 咨询费 费用 收费 砍头息 fee fees",
    "overcharged": "乱收费 多收 不合理 不明白 不透明 没告诉我 没说过 凭什么收 高利贷 overcharged hidden",
    "refund": "退钱 退款 退费 退给我 退我 退回 退还 返还 要退 refund money_back",
    "borrow": "借款 贷款 借钱 借点 贷一笔 再借 办分期 借一笔 急用 borrow loan cash",
    "apply": "申请 办理 办一个 条件 要求 资料 材料 资格 apply application qualify",
    "review": (
        "审核 审批 批了 批下来 通过 没过 过了吗 卡住 没动静 进度 到哪步 哪一步 under_review approved pending progress"
    ),
    "pay_out": "放款 下款 打款 到账 收到钱 没收到钱 提现 paid_out payout",
    "refused": "拒 被拒 没通过 不批 拒绝 rejected declined turned_down",
    "limit": "额度 可用额度 总额度 取现额度 限额 limit credit_line",
    "raise": "提额 涨额 提高 提升 加额度 调高 多给点 涨一点 临时额度 提到 增加 raise increase higher",
    "frozen": "冻结 锁定 用不了 不能用 灰的 变成零 没了 变少 降了 frozen blocked reduced zero",
    # papers and records
    "certificate": "结清证明 证明 无欠款 盖章 开证明 certificate letter proof paid-off_letter",
    "contract": "合同 协议 条款 签的字 签字 授权书 复印件 contract agreement signed",
    "invoice": "发票 开票 票据 专票 抬头 税号 报销 收据 invoice receipt",
    "credit_record": "征信 信用记录 信用报告 不良记录 呆账 黑户 央行 credit_report credit_bureau record",
    "correct": "更正 消掉 撤销记录 消除 异议 改过来 去掉 删除记录 写错 错误 弄错 dispute correct remove wrong",
    # account
    "close_account": "注销 销户 销号 关掉 关闭账户 取消账户 删掉 删除 解除授权 不想用 close_account delete",
    "phone_number": "手机号 电话号码 号码 换号 旧号 新号 预留 停机 改号 phone_number mobile",
    "change": "换 改 修改 变更 更换 更新 换成 改成 change update switch",
    "log_in": "登录 登不上 登陆 进不去 闪退 白屏 打不开 账号异常 log_in login crash",
    "password": "密码 忘记密码 重置 输错 password pin reset",
    "code": "验证码 短信码 刷脸 人脸 识别 验证 verification code face",
    # fraud
    "cheated": (
        "被骗 受骗 骗了 骗我 骗走 诈骗 上当 冒用 冒名 盗用 被盗 屏幕共享 转给骗子 scammed cheated stolen fraud"
    ),
    "not_mine": "不是我 没借过 没办过 没操作 我没贷 不是本人 不知情 莫名其妙 not_me never_borrowed",
    "police": "报警 警察 派出所 公安 police",
    "lost": "丢了 丢失 遗失 被偷 掉了 找不到 lost",
    "link_or_call": (
        "短信 链接 来电 电话打来 打来说 自称 说是你们 加我微信 公众号发 text_message link called_me saying"
    ),
    # calls and complaints
    "stop": "别再打 不要打 别打了 不要再 停止 免打扰 拉黑 退订 别发 不要发 别找我 stop unsubscribe do_not",
    "marketing": "推销 广告 营销 骚扰电话 推广 不需要 不办 不感兴趣 marketing sales",
    "wrong_person": "打错 不认识 不是他 找错人 新买的号 原机主 wrong_person wrong_number",
    "collect": "催收 催债 催款 催我 讨债 要债 外包 collector collection debt",
    "family": (
        "家人 家里人 爸妈 父母 老婆 老公 亲戚 朋友 同事 单位 公司 领导 通讯录 村委会 邻居 family relatives "
        "workplace colleagues"
    ),
    "abuse": "骂 辱骂 威胁 恐吓 难听 吓唬 爆 轰炸 泄露 隐私 冒充 threat abuse swear harass",
    "manner": (
        "态度 不耐烦 敷衍 爱答不理 挂我电话 挂了 阴阳怪气 吵 冲我 推来推去 踢皮球 服务差 rude attitude "
        "hung_up brushed_off"
    ),
    "staff": "客服 坐席 工号 业务员 小姑娘 小伙子 店员 经理 接线员 agent staff badge",
    "complain": "投诉 举报 反映 曝光 银保监 监管 12378 消协 说法 complain complaint regulator",
    "answer_to_complaint": (
        "处理结果 有结果 回复 答复 回电 工单 跟进 处理完 上次反映 上回 之前投诉 催催 复核 撤诉 ticket "
        "followed_up outcome reply"
    ),
    "person": (
        "人工 真人 活人 转接 转人工 找个人 有人吗 叫人 机器人 换个人 human real_person somebody representative operator"
    ),
    # goods and insurance
    "goods": (
        "商家 店家 货 商品 发货 退货 收货 质量 坏的 跑路 倒闭 关门 培训 健身 美容 课程 merchant shop seller "
        "delivered goods"
    ),
    "insurance": "保险 保费 退保 意外险 保障 投保 碎屏 险 insurance premium protection cover",
    "cancel": "取消 退掉 撤销 停掉 不要了 不想要 撤回 关了 cancel stop_it withdraw",
    "branch": "网点 门店 营业厅 总部 当面 branch office head_office",
    "hours": "上班 下班 营业 周末 周日 节假日 二十四小时 开门 open opening_hours",
    "company": "公司 牌照 全称 名字叫 官网 公众号 邮箱 客服电话 company licence hotline website",
}
"""Words by notion, apart by spaces; _ stands for a space inside one."""
