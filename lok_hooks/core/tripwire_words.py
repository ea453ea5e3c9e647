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
_ORDERS: Final = (
    r"(?:instruct\w*|prompts?|directives?|directions|guidelines?|rules?|orders|commands|tasks|assignments|programming|"
    r"training|restrictions)"
)
_SHOW: Final = (
    r"(?:reveal|show|print|repeat|output|leak|display|tell|give|list|share|disclose|encode|translate|recite|"
    r"summari[sz]e|"
    r"describe|provide|what (?:is|are|was|were|s)|opposite of)"
)
_TALK: Final = r"(?:texts?|words|conversation|messages?|prompt)"
_ASKED: Final = (
    r"(?:summari[sz]e|answer|review|analy[sz]e|translate|respond|describe|explain|rate|evaluate|assess|classify)"
)
_LIMITS: Final = r"(?:restrictions?|constraints?|limitations?|guidelines|filters?|filtering|censorship|boundaries)"
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
    # Taking back what was said before, and giving other orders.
    _speech(
        "ignore ignoring disregard disregarding forget override overriding bypass neglect discard",
        r"\b(?:ignore|ignoring|disregard|disregarding|forget|override|overriding|bypass|neglect|discard) (?:\w+ ){0,5}?"
        rf"{_EARLIER} (?:\w+ ){{0,3}}?{_ORDERS}\b",
        r"\b(?:ignore|disregard|forget|override|bypass) (?:all|any|your|every|these|those|the) (?:\w+ ){0,3}?"
        r"(?:instructions|prompts|directives|directions)\b",
        r"\bforget (?:everything|all|anything) (?:and|now|just|then|instead|write|say|print|tell|answer|respond|"
        r"(?:that )?(?:you|i)\b|(?:\w+ ){0,3}?(?:said|told|above|before|learned))",
        r"\bforget (?:about )?(?:all|your|every|any) (?:\w+ ){0,3}?"
        rf"(?:{_ORDERS}|information|context|conversations?)\b",
        r"\b(?:ignore|disregard|forget) (?:(?:all (?:of )?)?the above and|above and|"
        r"all previous (?:text|content|requests)|instructions and)\b",
        r"\b(?:ignore|disregard|bypass|override|neglect) (?:\w+ ){0,2}?(?:content policy|safety (?:polic\w+|guidelines|"
        r"rules|filters?)|checklist|rubric)\b",
    ),
    _speech(
        "instructions instruction directives prompts",
        r"\b(?:delete|erase|abandon|drop|cancel|undo|unlearn) (?:\w+ ){0,2}?(?:previous|prior|above|earlier|your) "
        r"(?:\w+ )?(?:instructions?|directives|prompts)\b",
        r"\b(?:new|updated|revised|real|actual) (?:system )?instructions? (?:for (?:the )?)?"
        r"(?:ai|you|reviewers?|assistants?|models?|follow|begin|are|come)\b",
        r"\b(?:instructions?|prompts|directives) (?:that )?(?:you (?:were|are|have been) (?:given|told|shown)|"
        r"i gave you|given to you|you (?:have )?received)\b",
        r"\binstructions? (?:\w+ )?(?:is|are) (?:not|no longer) (?:required|valid|needed|in effect)\b",
        r"\bnew (?:important|urgent|critical|secret|higher|priority) (?:instructions?|directives)\b",
        r"\b(?:repeat|recite) (?:the |your )?(?:last|first|previous|initial) instructions?\b",
        r"\bwhat instructions (?:is|are|was|were|have|did) (?:\w+ )?(?:provided|given|told|been|get|receive)\b",
        r"\binstructions? from your (?:administrators?|developers?|creators?|operators?|owners?|supervisors?)\b",
    ),
    _speech(
        "task tasks instruction instructions directive directives objective objectives goal mission missions orders "
        "identity",
        r"\byour (?:new|next|real|true|actual|only|updated|first) (?:task|instructions?|directives?|objective|goal|"
        r"mission|orders|identity)\b",
        r"\bnew (?:tasks?|directives?|objectives?|orders|missions?) (?:now )?(?:follows?|for you|come|"
        r"starts? (?:right )?here)\b",
    ),
    _speech(
        "prompt prompts instructions instruction system conversation",
        r"\b(?:reveal|print|repeat|output|leak|disclose|recite|show me|tell me|give me) (?:\w+ ){0,2}?"
        r"(?:system|initial|hidden) prompts?\b",
        r"\b(?:reveal|repeat|leak|disclose|recite) (?:\w+ ){0,4}?system prompts?\b",
        r"\byour (?:initial|hidden|original|secret|previous) (?:prompts?|instructions?)\b",
        rf"\b{_SHOW} (?:me )?(?:all (?:of )?|\w+ of )?your (?:\w+ ){{0,3}}?"
        r"(?:prompts?|instructions?|system message)\b",
        r"\b(?:conversation|prompt|instructions) (?:\w+ ){0,4}?(?:word for word|verbatim)\b",
    ),
    _speech(
        "repeat recite reproduce output encode translate",
        r"\b(?:repeat|recite|reproduce|output|encode|translate) (?:back )?"
        r"(?:(?:all|of|the|this|your|every|entire|whole) )*"
        rf"(?:(?:above|previous|preceding|entire) {_TALK}|{_TALK} (?:above|before this|so far|back to me))\b",
    ),
    _speech(
        "longer now",
        r"\byou (?:a)?re (?:now|no longer) (?:\w+ ){0,4}?(?:reviewers?|assistant|model|mode|ai|bound|restricted|"
        r"unrestricted|dan)\b",
        r"\byou (?:may|can|must|will|should|are to) now (?:\w+ )?(?:reveal|ignore|answer|act|respond|disclose|"
        r"provide|approve|report|operate|follow|take|obey)\b",
        r"\byou now (?:take|follow|accept|obey|act|respond|operate) \w+",
        r"\bfrom now on (?:respond|answer|approve|report|act|only|treat|(?:\w+ ){0,8}?you(?:r|rself)?)\b",
        r"\b(?:okay|ok|so|and) now you (?:are|re|will)\b",
    ),
    _speech(
        "mode",
        r"\b(?:developer|jailbreak|god|unrestricted|dan) mode (?:which|in which|so|now|enabled|on)\b",
        r"\byou are (?:now |currently )?in (?:\w+ ){1,2}mode\b|\bmode (?:enabled|activated) by\b",
    ),
    _speech(
        "restriction restrictions constraint constraints limitation limitations guidelines filter filters filtering "
        "censorship boundaries",
        r"\b(?:you are|you re|act|respond|answer|reply|behave) (?:\w+ ){0,4}?"
        r"(?:free (?:from|of)|without|not bound by|no longer bound by) "
        rf"(?:(?:all|any|the|your|its|ethical|moral|safety|usual) )*{_LIMITS}\b",
    ),
    _speech(
        "act roleplay role pretend impersonate behave simulate",
        r"\b(?:i want you to|you (?:will|must|shall|are going to)) (?:now )?(?:act|roleplay|role play|pretend|"
        r"impersonate|behave|play the role|simulate being)\b",
        r"\b(?:act|roleplay|pretend|behave) (?:like|as|to be) (?:a |an |the |if )?(?:\w+ ){0,3}?"
        r"(?:chatgpt|gpt|an? ai|dan|unrestricted|uncensored|unfiltered|evil)\b",
    ),
    _speech(
        "told asked given shown instructed requested ordered directed authorized authorised forgot mistake",
        r"\b(?:told|instructed|ordered|directed|authori[sz]ed) you to\b",
        r"\bwhat (?:were|are) you (?:told|asked|instructed)\b|\btext (?:that )?you were (?:told|given|shown)\b",
        rf"\bif (?:you are|you re) (?:told|asked|instructed|requested) to {_ASKED} (?:\w+ ){{0,8}}?"
        r"(?:also|instead|make sure|must|do not|always|rather|only)\b",
        r"\bi (?:made a mistake when i|forgot to (?:tell|ask)) (?:\w+ ){0,2}?you\b",
    ),
    _speech(
        "persona unfiltered uncensored",
        r"\b(?:assume|adopt|take on) (?:the|a) persona of\b",
        r"\b(?:unfiltered|uncensored) (?:ai|assistant|responses?|answers?)\b",
    ),
    _speech(
        "decode decrypt decipher translate",
        r"\b(?:decode|decrypt|decipher|translate) (?:\w+ ){0,6}?(?:and|then) (?:then )?(?:execute|follow|obey|perform) "
        r"(?:it|them|its|the (?:result|instructions?))\b",
    ),
    _speech(
        "your",
        r"\b(?:start|begin|end|prefix|preface|finish) your (?:\w+ )?"
        r"(?:answers?|responses?|reply|replies|outputs?|reviews?) (?:\w+ )?(?:with|by)\b",
        r"\b(?:end|start|beginning) of (?:all |each of |every one of )?your (?:responses|answers|replies|messages)\b",
        r"\b(?:append|add) (?:\w+ ){0,5}?to (?:all of |each of |every one of )?your (?:\w+ )?"
        r"(?:responses?|repl\w+|answers?)\b",
        r"\b(?:save|store|remember|add|keep|commit) (?:\w+ ){0,4}?(?:to|in) your (?:\w+ ){0,2}?memory\b",
    ),
    _speech(
        "ai llm llms assistant assistants language chatbot chatbots automated reviewer",
        r"\b(?:important|attention|notice|notes?|message|reminder|hint|request|hello|hey|dear|hi|instructions?) "
        r"(?:for |to )?(?:(?:the|all|any|every|our|other) )*(?:ai|llms?|assistants?|language models?|chatbots?|"
        r"automated (?:tools?|reviewers?|agents?|systems?)|(?:ai|llm) \w+|reviewer (?:assistant|model|bot|agent|ai))\b",
    ),
    # Telling whoever reads what to answer.
    _speech(
        "report flag mention list comment include review audit analyse analyze reviewing inspect findings",
        r"\b(?:do not|dont|don t|never|no need to|must not|should not) (?:report|flag|mention|list|comment on|include) "
        r"(?:\w+ ){0,3}?(?:findings?|vulnerabilit\w+|issues? (?:in|with|for|about|from|here|below|above)|defects?|"
        rf"(?:this|the following|all of this) {_OURS}|anything (?:in|about|here|below|from))\b",
        rf"\b(?:do not|dont|don t|skip|no need to) (?:review|audit|analy[sz]e|reviewing|inspect) (?:{_THIS}|any of) "
        rf"(?:\w+ )?{_OURS}\b",
        rf"\bno (?:further )?(?:review|audit|findings) (?:is |are )?(?:needed|necessary|required|expected) (?:for|"
        rf"in|of|on) (?:this|these) {_OURS}\b",
    ),
    _speech(
        "approve accept pass lgtm merge approved yes safe comply",
        rf"\b(?:you|please|just|must|simply|always|immediately) (?:\w+ ){{0,2}}?(?:approve|accept|pass|lgtm|merge) "
        rf"(?:this|these) (?:\w+ )?{_OURS}\b",
        rf"\b(?:approve|lgtm) (?:this|these) {_OURS}\b",
        r"\b(?:respond|reply|answer|say|write|print|output) (?:only |just |with |exactly |solely )+(?:(?:the|a|word|"
        r"phrase|single) )*(?:lgtm|approved?|pass|yes|safe)\b",
        r"\b(?:approve|merge|comply|accept) (?:\w+ ){0,5}?without (?:\w+ ){0,2}?(?:filtering|review|comments?|"
        r"questions?|checking|reading|hesitation)\b",
    ),
    _speech(
        "finding findings found review vulnerabilities vulnerability defect defects",
        r"\b(?:do not|dont|don t|never|must not|should not) raise (?:\w+ ){0,3}?(?:findings?|vulnerabilit\w+|"
        r"defects?)\b",
        r"\b(?:ignore|disregard|suppress|dismiss) (?:all|any|every) (?:\w+ )?(?:findings|vulnerabilit\w+)\b",
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
        r"\brate (?:this|it) (?:as |a )?(?:10|100|ten|perfect|the highest|excellent)\b",
        rf"\b(?:treat|consider|mark|regard|rate|classify) (?:{_THIS}|everything) (?:\w+ )?{_OURS} (?:\w+ )?"
        rf"(?:as |to be )?{_SAFE}\b",
    ),
    _speech(
        "skip",
        r"\bskip (?:all|every|further) (?:\w+ )?(?:checks|verification|scans|scanning)\b",
    ),
    _speech(
        "reviewed approved audited verified cleared vetted whitelisted preapproved prereviewed "
        "precleared prevetted preauthorized preauthorised authorized authorised",
        r"\b(?:is|are|was|were|been) (?:\w+ )?pre ?(?:approved|reviewed|cleared|vetted|authori[sz]ed)\b",
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
        "ignoriere ignorieren ignoriert vergiss vergessen missachte missachten übergehe übergehen verwirf umgehe melde "
        "berichte beanstande melden ki prüfer gutachter reviewer deine deinen ihre ihren bist",
        r"\b(?:ignorier\w*|vergiss|vergessen|missachte\w*|übergeh\w*|verwirf|umgehe) (?:\w+ ){0,4}?(?:anweisung\w*|"
        r"instruktion\w*|vorgaben|regeln|richtlinien|befehle|aufgaben)\b",
        r"\b(?:zeig|zeige|nenne|nenn|verrate|gib|wiederhole|offenbare|schreibe) (?:\w+ ){0,2}?"
        r"(?:deine|deinen|ihre|ihren) (?:\w+ ){0,2}?(?:systemprompt|prompt|anweisungen|instruktionen)\b",
        r"\bdu bist (?:jetzt|nun|ab jetzt) \w+",
        r"\b(?:melde|berichte|beanstande) (?:\w+ ){0,4}?(?:keine?|nichts|nicht)\b|\bkeine (?:befunde|fehler|funde|"
        r"probleme) (?:\w+ )?melden\b",
        r"\b(?:ki|prüfer\w*|gutachter\w*|reviewer) (?:\w+ ){0,6}?(?:genehmig\w*|freigeben|überspring\w*|ignorier\w*|"
        r"durchwinken)\b",
    ),
    _speech(
        "consignes instructions directives règles ordres restrictions tes ton vos votre ne approuve approuvez "
        "approuver validez acceptez tu vous",
        r"\b(?:ignore[zr]?|oublie[zr]?|négligez?|contourne[zr]?) (?:\w+ ){0,2}?(?:les|tes|vos|ces|des|mes|ses|nos) "
        r"(?:\w+ ){0,2}?(?:instructions|consignes|directives|règles|ordres|restrictions)\b",
        r"\b(?:révèle[zr]?|montre[zr]?|affiche[zr]?|répète[zr]?|donne[zr]?) (?:\w+ ){0,2}?(?:tes|ton|vos|votre) "
        r"(?:\w+ ){0,2}?(?:instructions|prompt|consignes)\b",
        r"\b(?:tu es|vous êtes) (?:maintenant|désormais) \w+",
        r"\bne (?:signale[zr]?|rapporte[zr]?|mentionne[zr]?) (?:\w+ ){0,3}?(?:aucune?|rien|pas)\b|\bne (?:rien|pas) "
        r"signaler\b",
        r"\b(?:approuve[zr]?|validez|acceptez) (?:ce|cette|le|la) (?:code|commit|changement|modification|fichier|"
        r"révision)\b",
    ),
    _speech(
        "instrucciones órdenes ordenes reglas indicaciones directrices restricciones tus tu sus su ahora modo informe "
        "informes reporte reportes señale señales mencione menciones aprueba apruebe acepta",
        r"\b(?:ignora|ignore|ignorar|olvida|olvide|descarta|omite) (?:\w+ ){0,4}?(?:instrucciones|órdenes|ordenes|"
        r"reglas|indicaciones|directrices|restricciones)\b",
        r"\b(?:revela|revele|muestra|muestre|imprime|repite|dime|dame) (?:\w+ ){0,3}?(?:tus|tu|sus|su) (?:\w+ ){0,2}?"
        r"(?:instrucciones|prompt|reglas)\b",
        r"\b(?:ahora eres|a partir de ahora (?:\w+ )?(?:eres|responde|actúa|debes))\b",
        r"\best[aá]s (?:ahora )?en modo\b",
        r"\b(?:responder|responde|actúa|actuar|contesta|eres) (?:\w+ ){0,3}?sin restricciones\b",
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
        "istruzioni regole direttive ordini indicazioni tue tuo sue suo ora non instructies opdrachten "
        "regels aanwijzingen meld",
        r"\b(?:ignora|ignorare|ignorate|dimentica|dimenticare) (?:\w+ ){0,4}?(?:istruzioni|regole|direttive|ordini|"
        r"indicazioni)\b",
        r"\b(?:rivela|mostra|mostrami|stampa|ripeti|dimmi|dammi) (?:\w+ ){0,3}?(?:tue|tuo|sue|suo) (?:\w+ ){0,2}?"
        r"(?:istruzioni|prompt|regole)\b",
        r"\b(?:ora sei|da ora in poi (?:\w+ )?(?:sei|rispondi|devi))\b",
        r"\bnon (?:segnalare|riportare|segnala|menzionare) (?:\w+ ){0,3}?(?:nessun\w*|nulla|niente|alcun\w*|"
        r"problem\w*|error\w*)\b",
        r"\b(?:negeer|vergeet) (?:\w+ ){0,4}?(?:instructies|opdrachten|regels|aanwijzingen)\b",
        r"\bmeld (?:\w+ ){0,3}?(?:geen|niets)\b",
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
    "user_input", "assistant", "developer", "admin", "###",
)  # fmt: skip
ROLES: Final = re.compile(
    r"<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|"
    r"begin_of_text)\|>|\[/?INST\]|<</?SYS>>|<start_of_turn>|<end_of_turn>"
    r"|</?(?:system[-_ ](?:prompt|message|reminder|instruction)s?|untrusted[-_ ]?\w*|function_results|tool_result|"
    r"user_(?:query|input))>|(?:^\W*(?:SYSTEM|ASSISTANT|DEVELOPER|(?i:system|assistant|developer|admin(?:istrator)?) "
    r"(?i:message|prompt|note|override|instruction|directive)s?)\s*[:>\]]+\s*\w+\W+\w+\W+\w+)"
    r"|(?:^\W*(?i:system|assistant|developer)\s*[:>\]]+\s*(?i:you (?:are|may|must|can|will|should|now)|ignore|"
    r"disregard)\b)"
    r"|(?:^\W*###\s*(?i:instructions?|response|system)\s*:)"
)
POSE_STEMS: Final = ("receipt", "findings", "---", "===", "###", "***", "<<<", ">>>", "~~~")
POSES: Final = re.compile(
    r"(?i:\breceipt[\"']?\s*[:=]\s*[\"']?[0-9a-f]{8,}\b)"
    r"|(?i:(?<![-=#*<>~])[-=#*<>~]{3,}+\s*+(?:begin|end|start|stop)[\s_-]+(?:of[\s_-]+)?(?:the[\s_-]+)?(?:data|change|changes|diff|"
    r"prompt|untrusted|review|user[\s_-]input|instructions|context|input)\b)"
    r"|[\"']receipt[\"']\s*:\s*[\"'][^\"'{]+[\"']\s*,\s*[\"']files[\"']"
    r"|[\"'](?:files|receipt)[\"']\s*:[^\n]{0,200}[\"']findings[\"']\s*:\s*\[\s*\]"
    r"|(?i:(?:answer|respond|reply|output|return)\W[^\n]{0,40}\{\s*[\"']findings[\"']\s*:\s*\[\s*\])"
)
