"""What text says when it speaks to a reviewer instead of to a reader of the code.

The patterns are matched against folded text: one case, look-alike letters and invisible characters undone, anything
but letters and digits replaced by one blank. They are ours; the languages are those with most writers of code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_MACHINE: Final = (
    r"(?:ai|llms?|gpt|chatgpt|claude|codex|gemini|copilot|ollama|language models?|assistants?|(?:code |ai |auto\w* |"
    r"llm |"
    r"security |bot )*review(?:er|ing|s)? (?:bot|agent|model|assistant|ai|tool|llm|system)s?|(?:auto\w* |ai |llm )+"
    r"(?:code |security )?(?:reviewers?|auditors?|scanners?))"
)
_ANYBODY: Final = rf"(?:{_MACHINE}|(?:code |security |the )?reviewers?|auditors?)"
_OURS: Final = r"(?:code|change|changes|diff|commit|file|files|pr|pull request|patch|function|module|lines?|block|repo)"
_EARLIER: Final = r"(?:previous|prior|above|earlier|preceding|former|foregoing|original|initial|existing|system)"
_SAFE: Final = (
    r"(?:safe|secure|clean|approved|passed|passing|correct|benign|trusted|resolved|reviewed|lgtm|bug free|"
    r"false positives?|low severity|not (?:a )?(?:bug|vulnerab\w*|issue|problem)s?)"
)
_MODAL: Final = r"(?:must|should|shall|please|do not|dont|don t|never|need not|has to|have to|will|can)"
_VERDICT: Final = (
    r"(?:report|flag|skip|ignore|approve|accept|pass|return|answer|respond|reply|treat|mark|consider|raise|mention|"
    r"trust|allow|say|rate|omit|exclude)"
)
_NOTHING: Final = r"(?:this|these|it|that|no|nothing|any|anything|all|everything|the following|as|with)"
_THIS: Final = r"(?:this|these|the following|all of this)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Speech:
    """A sentence to a reviewer. One of `words` is a word, or one of `parts` a part, of every text that `pattern`
    matches: texts without them, which are nearly all, are not searched."""

    pattern: re.Pattern[str]
    words: frozenset[str] = frozenset()
    parts: tuple[str, ...] = ()


def _speech(words: str, *patterns: str) -> Speech:
    return Speech(words=frozenset(words.split()), pattern=_after_a_blank(patterns))


def _script(parts: str, *patterns: str) -> Speech:
    """For scripts that put no blanks between words, or bend them too much to list."""
    return Speech(parts=tuple(parts.split("|")), pattern=_after_a_blank(patterns))


def _after_a_blank(patterns: Sequence[str]) -> re.Pattern[str]:
    # A pattern that begins with a letter to find is tried at each word, one with \\b at each character.
    return re.compile(re.sub(r"(^|\|)\\b", r"\1 ", "|".join(patterns)))


SPEECH: Final[tuple[Speech, ...]] = (
    # Taking back what was said before.
    _speech(
        "ignore ignoring disregard forget override bypass neglect discard",
        rf"\b(?:ignore|ignoring|disregard|forget|override|bypass|neglect|discard) (?:\w+ ){{0,5}}?{_EARLIER} (?:\w+ "
        rf"){{0,3}}?"
        r"(?:instruct\w*|prompts?|directives?|guidelines?|rules?|orders)\b",
        r"\b(?:ignore|disregard|forget|override|bypass) (?:all|any|your|every|these|those|the) (?:\w+ ){0,3}?"
        r"(?:instructions|prompts|directives)\b",
        r"\bforget (?:everything|all|anything) (?:\w+ ){0,3}?(?:said|told|above|before|learned|know)\b",
    ),
    _speech(
        "instructions instruction",
        r"\b(?:new|updated|revised|real|actual) (?:system )?instructions? (?:for (?:the )?)?"
        r"(?:ai|you|reviewers?|assistants?|models?|follow|begin|are)\b",
    ),
    _speech(
        "prompt prompts",
        r"\b(?:reveal|print|repeat|output|leak) (?:\w+ ){0,2}?(?:system|initial|hidden) prompts?\b",
    ),
    _speech(
        "longer now",
        r"\byou (?:a)?re (?:now|no longer) (?:\w+ ){0,4}?(?:reviewers?|assistant|model|mode|ai|bound|restricted|"
        r"unrestricted|dan)\b",
    ),
    _speech("now", r"\bfrom now on (?:you|respond|answer|approve|report|act|only|treat)\b"),
    _speech("mode", r"\b(?:developer|jailbreak|god|unrestricted|dan) mode (?:and|which|in which|so|now|enabled|on)\b"),
    # Telling whoever reads what to answer.
    _speech(
        "report flag mention raise list comment include review audit analyse analyze reviewing inspect findings",
        r"\b(?:do not|dont|don t|never|no need to|must not|should not) (?:report|flag|mention|raise|list|comment on|"
        r"include) "
        r"(?:\w+ ){0,3}?(?:findings?|vulnerabilit\w+|issues? (?:in|with|for|about|from|here|below|above)|defects?|"
        rf"(?:this|the following|all of this) {_OURS}|anything (?:in|about|here|below|from))\b",
        rf"\b(?:do not|dont|don t|skip|no need to) (?:review|audit|analy[sz]e|reviewing|inspect) (?:{_THIS}|any of) "
        rf"(?:\w+ )?{_OURS}\b",
        rf"\bno (?:further )?(?:review|audit|findings) (?:is |are )?(?:needed|necessary|required|expected) (?:for|"
        rf"in|of|on) (?:this|these) {_OURS}\b",
    ),
    _speech(
        "approve accept pass lgtm merge approved yes safe",
        rf"\b(?:you|please|just|must|simply|always|immediately) (?:\w+ ){{0,2}}?(?:approve|accept|pass|lgtm|merge) "
        rf"(?:this|these) (?:\w+ )?{_OURS}\b",
        rf"\b(?:approve|lgtm) (?:this|these) {_OURS}\b",
        r"\b(?:respond|reply|answer|say|write|print|output) (?:only |just |with |exactly |solely )+(?:lgtm|approved|"
        r"pass|yes|safe)\b",
    ),
    _speech(
        "findings found review vulnerabilities defects",
        r"\b(?:return|respond|reply|answer|output|give|produce|report|emit|write|submit) (?:with |only |just |me "
        r")*(?:an? |the )?"
        r"(?:empty|no|zero|0|clean) (?:list of |array of |json )?(?:findings|issues found|review\b|vulnerabilities|"
        r"defects|problems found)",
        r"\b(?:findings|review) (?:list |array |report |result )?(?:must|should|shall|has to|needs to) (?:be|stay|"
        r"remain) (?:empty|blank|clean|positive)\b",
        r"\b(?:say|write|print|output|report|answer) (?:only |just |exactly |that )*(?:no issues found|nothing "
        r"found|no problems found)\b",
    ),
    _speech(
        "severity severities finding findings verdict issue issues vulnerability vulnerabilities",
        r"\b(?:set|lower|downgrade|change|rate|mark|treat|report|classify|consider|label) (?:the |all |every |any |"
        r"this |these |"
        r"each |your )*(?:severity|severities|findings?|verdict|issues?|vulnerabilit\w+) (?:\w+ ){0,4}?(?:to|as) "
        r"(?:be )?(?:low|none|"
        r"info|informational|pass|passed|minor|safe|resolved|zero|0|harmless|approved|false positives?)\b",
    ),
    _speech(
        "treat consider mark regard rate classify",
        rf"\b(?:treat|consider|mark|regard|rate|classify) (?:{_THIS}|everything) (?:\w+ )?{_OURS} (?:\w+ )?"
        rf"(?:as |to be )?{_SAFE}\b",
    ),
    _speech(
        "reviewed approved audited verified cleared vetted whitelisted preapproved prereviewed",
        rf"\b(?:this|these|all) {_OURS} (?:\w+ )?(?:has|have|was|were|is|are) (?:already |all |pre )*(?:been )?"
        r"(?:already |pre )*(?:reviewed|approved|audited|verified|cleared|vetted|whitelisted) (?:and \w+ )?(?:by|"
        r"as) (?:the |our |a |"
        r"an |senior |two |human )*(?:security|safe|human|staff|admin\w*|lead|owner|maintainer|team|lok|anthropic|"
        r"openai|google)\b",
        rf"\b(?:this|these) {_OURS} (?:has|have|is|are|was|were) (?:already |been )*pre ?(?:approved|reviewed|"
        rf"cleared|vetted)\b",
    ),
    _speech("answer", r"\bend of (?:the )?(?:change|diff|data|untrusted \w+)s? answer now\b"),
    # German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish, Indonesian, Vietnamese.
    _speech(
        "ignoriere ignorieren ignoriert vergiss missachte missachten übergehe melde berichte beanstande melden ki "
        "prüfer gutachter reviewer",
        r"\b(?:ignorier\w*|vergiss|missachte\w*|übergeh\w*) (?:\w+ ){0,4}?(?:anweisung\w*|instruktion\w*|vorgaben|"
        r"regeln)\b",
        r"\b(?:melde|berichte|beanstande) (?:\w+ ){0,4}?(?:keine?|nichts|nicht)\b|\bkeine (?:befunde|fehler|funde|"
        r"probleme) (?:\w+ )?melden\b",
        r"\b(?:ki|prüfer\w*|gutachter\w*|reviewer) (?:\w+ ){0,6}?(?:genehmig\w*|freigeben|überspring\w*|ignorier\w*|"
        r"durchwinken)\b",
    ),
    _speech(
        "consignes instructions directives règles ne approuve approuvez approuver validez acceptez",
        r"\b(?:ignore[zr]?|oublie[zr]?|négligez) (?:\w+ ){0,4}?(?:instructions|consignes|directives|règles) "
        r"(?:précédentes|antérieures|\w+)",
        r"\bne (?:signale[zr]?|rapporte[zr]?|mentionne[zr]?) (?:\w+ ){0,3}?(?:aucune?|rien|pas)\b|\bne (?:rien|pas) "
        r"signaler\b",
        r"\b(?:approuve[zr]?|validez|acceptez) (?:ce|cette|le|la) (?:code|commit|changement|modification|fichier|"
        r"révision)\b",
    ),
    _speech(
        "instrucciones órdenes reglas indicaciones informe informes reporte reportes señale señales mencione "
        "menciones aprueba apruebe acepta",
        r"\b(?:ignora|ignore|ignorar|olvida|olvide|descarta) (?:\w+ ){0,4}?(?:instrucciones|órdenes|reglas|"
        r"indicaciones)\b",
        r"\bno (?:informes?|reportes?|señales?|menciones?) (?:\w+ ){0,3}?(?:ningún|ninguna|nada|problemas?|errores|"
        r"hallazgos|fallos)\b",
        r"\b(?:aprueba|apruebe|acepta) (?:este|esta|el|la) (?:código|commit|cambio|archivo|revisión)\b",
    ),
    _speech(
        "instruções ordens regras orientações não aprove aceite",
        r"\b(?:ignore|ignora|esqueça|desconsidere) (?:\w+ ){0,4}?(?:instruções|ordens|regras|orientações)\b",
        r"\bnão (?:relate|reporte|mencione|aponte) (?:\w+ ){0,3}?(?:nenhum|nenhuma|nada|problemas?|erros|falhas)\b",
        r"\b(?:aprove|aceite) (?:este|esta|o|a) (?:código|commit|mudança|alteração|arquivo)\b",
    ),
    _speech(
        "istruzioni regole direttive ordini non instructies opdrachten regels meld",
        r"\b(?:ignora|ignorare|ignorate|dimentica) (?:\w+ ){0,4}?(?:istruzioni|regole|direttive|ordini)\b",
        r"\bnon (?:segnalare|riportare|segnala|menzionare) (?:\w+ ){0,3}?(?:nessun\w*|nulla|niente|alcun\w*|"
        r"problem\w*|error\w*)\b",
        r"\bnegeer (?:\w+ ){0,4}?(?:instructies|opdrachten|regels)\b|\bmeld (?:\w+ ){0,3}?(?:geen|niets)\b",
    ),
    _speech(
        "instrukcje polecenia zasady wytyczne zgłaszaj talimatları talimatlarını yönergeleri hiçbir abaikan "
        "laporkan bỏ",
        r"\b(?:zignoruj|ignoruj|pomiń) (?:\w+ ){0,4}?(?:instrukcje|polecenia|zasady|wytyczne)\b|\bnie zgłaszaj\b",
        r"\b(?:talimatları|yönergeleri|talimatlarını) (?:\w+ ){0,3}?(?:yok ?say|görmezden|unut)\w*|\bhiçbir (?:hata|"
        r"sorun|bulgu) bildirme",
        r"\babaikan (?:\w+ ){0,3}?(?:instruksi|perintah)\b|\bjangan laporkan\b|\bbỏ qua (?:\w+ ){0,4}?(?:hướng dẫn|"
        r"chỉ thị|lệnh)\b",
    ),
    # Russian and Ukrainian, Arabic, Hindi, Chinese, Japanese, Korean.
    _script(
        "инструкц|інструкц|указани|правил|сообща|упомина|указыва|одобр|прими|пропусти",
        r"\b(?:игнориру\w+|забуд\w+|проигнорируй\w*|ігноруй\w*) (?:\w+ ){0,4}?(?:инструкц\w+|указани\w+|правил\w*|"
        r"інструкц\w+)\b",
        r"\bне (?:сообща\w+|упомина\w+|указыва\w+) (?:\w+ ){0,3}?(?:ошиб\w+|проблем\w*|уязвимост\w+|находк\w+|"
        r"ничего|никаких)\b",
        r"\b(?:одобр\w+|прими\w*|пропусти\w*) (?:этот|это|данный|эти) (?:код|коммит|изменени\w+|файл|патч)\b",
    ),
    _script(
        "تجاهل|لا تبلغ|لا تذكر|निर्देश",
        r"تجاهل (?:\w+ ){0,3}?(?:التعليمات|الأوامر|القواعد)|لا (?:تبلغ|تذكر) (?:\w+ ){0,2}?(?:أي|مشاكل|أخطاء)",
        r"निर्देश.{0,20}?(?:अनदेखा|नज़रअंदाज़|भूल)|(?:अनदेखा|नज़रअंदाज़).{0,20}?निर्देश",
    ),
    _script(
        "忽略|无视|無視|忘记|忘記|不要理会|不要|请勿|請勿|勿|无需|無需|批准|通过|通過|忘れ|報告|指摘|承認|무시|잊|않|말|승인",
        r"(?:忽略|无视|無視|忘记|忘記|不要理会).{0,12}?(?:指令|指示|说明|說明|提示|规则|規則)",
        r"(?:不要|请勿|請勿|勿|无需|無需).{0,4}?(?:报告|報告|标记|標記|指出|提及).{0,8}?(?:问题|問題|漏洞|错误|錯誤|缺陷|任何)",
        r"(?:批准|通过|通過)(?:此|这个|这次|這個|這次|本)(?:提交|更改|变更|變更|代码|程式碼)",
        r"(?:指示|命令|プロンプト|ルール).{0,6}?(?:無視|忘れ)|この(?:変更|コミット|コード)を承認",
        r"(?:問題|欠陥|脆弱性|バグ).{0,6}?(?:報告しないで|報告するな|指摘しないで)",
        r"(?:지시|명령|지침|프롬프트|규칙).{0,8}?(?:무시|잊)|이 ?(?:변경|커밋|코드).{0,3}?승인",
        r"(?:문제|취약점|오류|버그).{0,8}?(?:보고|신고|언급)하지",
    ),
    # Reversed, and turned by thirteen letters.
    _speech("snoitcurtsni vafgehpgvbaf", r"snoitcurtsni (?:\w+ ){0,3}?erongi|vtaber (?:\w+ ){0,3}?vafgehpgvbaf"),
)

# A chat's own marks, and what looks like our marks, receipts and answers or like the marks that others use around
# data; matched against a line as it stands.
ROLE_STEMS: Final = (
    "<|", "inst]", "sys>>", "_of_turn>", "system", "untrusted", "function_results", "tool_result", "user_query",
    "user_input", "assistant", "developer", "###",
)  # fmt: skip
ROLES: Final = re.compile(
    r"<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|"
    r"begin_of_text)\|>|\[/?INST\]|<</?SYS>>|<start_of_turn>|<end_of_turn>"
    r"|</?(?:system[-_ ](?:prompt|message|reminder|instruction)s?|untrusted[-_ ]?\w*|function_results|tool_result|"
    r"user_(?:query|input))>|(?:^\W*(?:SYSTEM|ASSISTANT|DEVELOPER|(?i:system|assistant|developer) "
    r"(?i:message|prompt|note|override|instruction|directive)s?)\s*[:>\]]+\s*\w+\W+\w+\W+\w+)"
    r"|(?:^\W*###\s*(?i:instructions?|response|system)\s*:)"
)
POSE_STEMS: Final = ("receipt", "findings", "---", "===", "###", "***", "<<<", ">>>", "~~~")
POSES: Final = re.compile(
    r"(?i:\breceipt[\"']?\s*[:=]\s*[\"']?[0-9a-f]{8,}\b)"
    r"|(?i:[-=#*<>~]{3,}\s*(?:begin|end|start|stop)[\s_-]+(?:of[\s_-]+)?(?:the[\s_-]+)?(?:data|change|changes|diff|"
    r"prompt|untrusted|review|user[\s_-]input|instructions|context|input)\b)"
    r"|[\"']receipt[\"']\s*:\s*[\"'][^\"'{]+[\"']\s*,\s*[\"']files[\"']"
    r"|[\"'](?:files|receipt)[\"']\s*:[^\n]{0,200}[\"']findings[\"']\s*:\s*\[\s*\]"
    r"|(?i:(?:answer|respond|reply|output|return)\W[^\n]{0,40}\{\s*[\"']findings[\"']\s*:\s*\[\s*\])"
)
