"""The senses of tripwire_senses.py for scripts that put no blanks between words, by parts that stand in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lok_hooks.core.tripwire_senses import Sense, Weighed

# Chinese (both forms), Japanese, Korean; small letters.
_PARTS: Final[Mapping[Sense, Mapping[int, str]]] = {
    "reader": {
        4: "ai审 ai審 ai评审 ai代码 ai模型 ai助手 审查员 審查員 审查模型 审查工具 审查机器人 自动审查 "
        "自動審查 自动评审 代码审查 代碼審查 审阅者 审核员 評審 评审 大模型 语言模型 語言模型 "
        "人工智能 人工智慧 aiレビュ レビュアー 自動レビュー 自動査読 レビューボット レビューツール "
        "aiアシスタント ai리뷰 ai\u00a0리뷰 리뷰어 자동\u00a0리뷰 자동\u00a0검토 검토자 인공지능 "
        "심사자",
        2: "审查 審查 机器人 機器人 扫描器 助手 检测工具 レビュー モデル 査読 ボット アシスタント "
        "解析ツール 리뷰 봇 모델",
        1: "审核 審核 模型 工具 ツール 도구 검토",
    },
    "review": {
        3: "空列表 空报告 误报 誤報 问题清单 問題なし 誤検知 指摘 지적 오탐 빈\u00a0목록",
        2: "漏洞 缺陷 结论 結論 风险 風險 安全问题 脆弱性 欠陥 検出 취약점 결함",
        1: "问题 問題 报告 報告 意见 意見 错误 結果 结果 バグ 문제 보고 결과 오류",
    },
    "wish": {
        3: "应给出 應給出 直接返回 无需 無需 不必 不用 不需要 请勿 請勿 请直接 視為 视为 视作 一律 "
        "対象外 扱うこと しないで 不要です 答えて 回答して 必要はあり 답하세요 하지\u00a0마 "
        "하지\u00a0않 필요\u00a0없 건너뛰 무시하",
        2: "请 請 不要 不得 忽略 跳过 跳過 通过 通過 批准 返回 回复 回答 ください こと 承認 無視 "
        "スキップ 除外 見逃 返す 승인 통과 생략 제외 무시 마세요 하세요 주세요",
    },
    "claim": {
        3: "已审查 已審查 已经过 已經過 已通过 已審核 已审核 已批准 已确认 是安全 无问题 没有问题 "
        "沒有問題 没问题 无风险 无漏洞 既に確認 確認済 レビュー済 承認済 検証済 問題ありません "
        "問題ない 安全です 이미\u00a0검토 검토되었 검토\u00a0완료 문제없 문제\u00a0없 이상\u00a0없 "
        "없다고 안전하",
        2: "安全 无害 無害 可信 正确 正しい 信頼 안전 무해 신뢰",
    },
    "here": {
        2: "此文件 本文件 本次修改 本次提交 此代码 此提交 此修改 这段代码 這段程式碼 以下代码 "
        "下面的代码 该文件 此函数 该函数 这个文件 このファイル この変更 このコード このコミット "
        "この関数 以下の 本変更 이\u00a0파일 이\u00a0코드 이\u00a0변경 이\u00a0커밋 이\u00a0함수 "
        "아래",
    },
}  # fmt: skip
_TABLE: Final = tuple(
    (part.replace("\u00a0", " "), (sense, weight))
    for sense, rows in _PARTS.items()
    for weight, parts in rows.items()
    for part in parts.split(" ")
)


def in_scripts(line: str) -> tuple[tuple[str, Weighed], ...]:
    """The parts that stand in a line of small letters, with what they weigh; of two with the same place both."""
    if max(line) < "\u3000":
        return ()
    return tuple((part, weighed) for part, weighed in _TABLE if part in line)
