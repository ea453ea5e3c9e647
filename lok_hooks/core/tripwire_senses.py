"""What the words of a sentence to a reviewer are about, for sentences in whatever words.

A sentence that decides its own review has to say who is meant or what is done, and what should come of it. The table
has words for each of these senses, in the languages that most code is commented in; how much they weigh was set on
phrasings of our own (tests/security/corpus) and on installed packages, so others' phrasings are told less often.

`word*` stands for all words that begin so, `two_words` for words that follow one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

Sense = Literal["reader", "you", "review", "wish", "claim", "here"]

_READERS: Final = {
    4: "language_model language_models review_bot review_bots review_agent review_agents review_tool review_tools "
    "review_model review_models automated_review automated_reviewer automated_reviewers automated_checks "
    "automatic_reviewer automatic_reviewers automatic_review ai_reviewer ai_reviewers ai_agents ai_tools "
    "ai_assistant ai_model ai_models ai_system ai_review llm_reviewer llm_reviewers security_model "
    "security_models dear_ai any_assistant code_assistant code_assistants coding_assistant reading_this_diff "
    "reads_this_diff reviewing_this reviews_this hey_bot hello_bot dear_bot the_bots sprachmodell* ki_prüf* "
    "relecteur_automatique revisor_automático revisor_automatico revisore_automatico modèle_de modelo_de_lenguaje "
    "yapay_zeka code_reviewer code_reviewers security_reviewer security_reviewers human_reviewer ai_based ai_bot "
    "ai_bots ai_checks ai_scanner ai_scanners ai_auditor ai_auditors ai_critic ai_code ai_driven ai_powered "
    "neural_network_review automated_tool automated_tools automated_tooling automated_scan automated_scanner "
    "automated_scanners automated_audit automated_analysis automated_agent automated_agents automated_system "
    "automated_systems automatic_checks artificial_intelligence review_system review_pipeline review_process "
    "review_tooling review_step review_engine review_assistant approval_bot whoever_inspects whoever_checks "
    "whoever_reviews whoever_examines whoever_analyses whoever_evaluates whoever_looks whatever_inspects "
    "whatever_checks whatever_reviews anyone_reviewing anyone_reading tool_reading tools_reading tool_reviewing "
    "model_reading model_reviewing being_evaluated being_graded bot_review bot_reviews bot_reviewers "
    "reader_of_this readers_of_this revisión_automática révision_automatique revisión_automatizada prüfmodell* "
    "automatische_prüfung automatisierte_prüfung automatische_überprüfung automatischer_prüfer "
    "automatische_recensent recensione_automatica revisione_automatica revisão_automática relecture_automatique "
    "inteligencia_artificial inteligência_artificial intelligence_artificielle intelligenza_artificiale "
    "künstliche_intelligenz kunstmatige_intelligentie искусственн* нейросеть are_being_tested is_being_tested "
    "re_being_tested",
    3: "llm llms chatgpt claude codex copilot reviewer reviewers assessor assessors auditor auditors ai ais bots "
    "robots analysers static_analysers grader graders whoever_reads whatever_reads gutachter* prüfer* ki ia "
    "relecteur relecteurs réviseur réviseurs revisor revisora revisores revisore revisori recenzent* beoordelaar* "
    "denetçi* ии нейросет* ревьюер* рецензент* проверяющ* المراجع مراجع المدقق sast coderabbit sonarqube deepseek "
    "mistral llama grok qwen bard sonnet critics judges jurors bots_that this_gate reader_of static_analyzers "
    "code_scanners code_scanning scanning_tool scanning_tools security_scanner security_scanners security_scan "
    "quality_gate security_gate review_gate some_bot a_machine any_ai an_ai the_ai no_ai every_ai recensent* "
    "revisoren controleur* bewerter* analysten agente_de ассистент* асистент* المساعد समीक्षक kecerdasan peninjau "
    "người_đánh",
    2: "bot robot gpt gemini assistant assistants scanner scanners analyser analyzers evaluator evaluators examiner "
    "examiners whichever_tool if_asked when_asked modèle modello modelo modell модел* модель النموذج semgrep snyk "
    "dependabot codeql judge critic whichever the_agent the_agents any_model every_model models_that agents_that "
    "any_agent the_pipeline the_gate the_machine asked_about bot_s robô asistente assistente asistan бот боты "
    "анализатор* مراجعة روبوت you_are_a_reviewer",
    1: "model models agent agents tool tools tooling machine machines gate pipeline automation reader checker "
    "checkers linter linters the_tool any_tool inspector inspectors inspecting this_model",
}  # fmt: skip
_YOU: Final = {
    2: "your_job your_task your_role your_purpose your_true your_objective your_goal your_report your_review "
    "your_verdict your_answer your_reply your_response your_output your_conclusion your_findings your_summary "
    "your_instructions your_analysis your_json your_duty from_you you_think release_you dear_reader "
    "your_assessment your_evaluation your_judgement your_judgment your_opinion your_score your_rating "
    "your_feedback your_notes your_comments your_list your_severity your_mission your_instinct your_real "
    "your_actual your_next your_work your_audit your_scan you_ll you_were you_are_being you_are_now you_are_free "
    "you_are_allowed deine_aufgabe ihre_aufgabe votre_tâche votre_réponse tu_respuesta tu_tarea su_respuesta "
    "sua_resposta sua_tarefa tua_risposta twoja note_to note_for message_to message_for notice_to notice_for "
    "attention_reviewer instructions_for instruction_for reminder_for if_you_are since_you_are when_you_are "
    "as_a_reviewer as_an_ai your_true_purpose",
    1: "you your yours youre du dein deine ihre sie_sollen tu vous votre usted tú você tuo uw je jij twoj* sen sizin "
    "вы вам ваш* ты dear attention hey hello nota hinweis",
}  # fmt: skip
_REVIEW: Final = {
    3: "verdict findings false_positive false_positives lgtm wontfix looks_good no_findings zero_findings "
    "zero_entries zero_issues no_defects no_vulnerabilities empty_report clean_result clean_report thumbs_up "
    "ship_it hallucinat* overreport* over_reporting ready_to_merge all_clear clean_bill clean_verdict befund* "
    "hallazgo* constatation* liste_vide lista_vacía lista_vazia lista_vuota замечани* находк* flagged_commit "
    "flagged_change every_finding any_finding each_finding all_findings every_entry no_entries no_finding "
    "zero_vulnerabilities empty_findings empty_review empty_json empty_answer clean_review clean_bill_of "
    "positive_review green_light greenlight rubber_stamp free_pass false_alarm false_alarms red_flag red_flags "
    "hear_about nitpick* blocker blockers shipit not_a_finding security_finding security_findings in_place_of_the "
    "instead_of_reviewing сработк* ложн* alucinac* falso_positivo falsos_positivos faux_positif faux_positifs "
    "falsi_positivi fehlalarm* approve approves approving downgrade downgrades downgraded",
    2: "finding severity review reviews reviewing reviewable vulnerab* flagged flagging code_review audit audits "
    "injection backdoor defect defects criticise criticize criticism assess* complain* objection* remark* "
    "signaler signale* señal* apont* segnala* melden bemängel* beanstand* beanstandung* revue revisión revisão "
    "revisione überprüfung prüfung уязвим* проверк* ثغرات مشاكل zgłasza* uwag bulgu* sorun* mergeable insecure "
    "security_issue security_issues flaw flaws weakness weaknesses feedback suspicious malicious triage "
    "inspection critique critiques rejection concern concerns alarm alarms unreviewed findable missing_check "
    "missing_checks issue_here problem_here bugs_here reviewed analyse analyze analysing analyzing auditing "
    "rating ratings judgement judgment report_it report_them report_this report_anything report_any report_issues "
    "complain complains complaining prüfe prüfen prüft geprüft bewertung gemeldet sicherheitslück* schwachstell* "
    "relire examiner évalu* faille* vulnérab* vulnerá* revisar analizar analiz* avaliar avali* valut* difett* "
    "kwetsba* beoordel* opmerking* podatno* zastrzeż* güvenlik_açı* hata* açık* inceleme* анализир* замечан* "
    "вердикт* ревью отчёт* отчет* отчетност* ثغرة तुरुटि kerentanan temuan lỗi scrutiny scrutinise scrutinize "
    "exploitable exploits empty_list empty_array empty_result",
    1: "issues issue problem problems report reports reporting result comment comments conclusion conclude decision "
    "bug bugs score grade entry entries summary summarise summarize examine inspect evaluat* answer reply "
    "response mention mentions noted observation* bewert* réponse répondre répond* respond* responder rispond* "
    "antwort* antworte antworten anmerk* fehler problème* problema* erreur* errore* błęd* ошиб* warning warnings "
    "alert alerts risk risks risky threat threats dangerous critical unsafe reject rejects rejected blocking scan "
    "scanned scanning inspected examined evaluated opinion assessment scores list listed listing bemerk* hinweis "
    "rapport rapporter reporte informe relatório relatar segnalazion* raport* rapor* проблем* сообща* отмеча* "
    "указыва* ответ* أبلغ أخطاء تقرير analysis flag flags",
}  # fmt: skip
_WISHES: Final = {
    3: "do_not_report do_not_flag wave_through wave_this let_it let_this keep_quiet kept_quiet stay_silent "
    "stays_silent remain_silent stay_quiet nothing_to_see nothing_worth nothing_to nothing_in move_on need_not "
    "no_need no_reason no_basis no_comments no_remarks out_of_scope turn_it give_this approve_it approve_this "
    "approve_the skip_this skip_analysis skip_review ignore_this written_down left_empty left_blank leave_out "
    "leave_it downgrade_accordingly accept_this pass_this act_accordingly stand_down stay_away look_away carry_on "
    "turn_a_blind final_decision keep_the_findings must_conclude only_the_word trust_the trust_this proceed_to "
    "return_zero return_no set_verdict be_lenient end_with the_answer_is rather_not not_worth waste_findings "
    "inutile_de pas_besoin no_hace_falta non_serve nicht_nötig keine_befunde nichts_zu sla_over overslaan "
    "proszę_nie não_aponte no_informe no_reporte ne_pas_signaler замечаний_быть считать_код не_требует "
    "عدم_الإبلاغ let_slide let_through let_it_through wave_it look_the_other blind_eye pass_over gloss_over "
    "steer_clear leave_alone leave_this leave_these no_action no_further no_comment not_required not_necessary "
    "not_needed without_looking without_comment without_review without_further without_reading give_it clear_this "
    "clear_it must_be_accepted must_be_approved must_be_ignored must_be_skipped must_be_treated should_be_ignored "
    "should_be_skipped should_be_treated should_be_approved should_be_accepted should_be_considered "
    "can_be_ignored can_be_skipped may_be_skipped may_be_ignored not_be_reported not_be_flagged not_be_listed "
    "not_be_mentioned not_be_raised never_report never_flag not_report not_flag not_list not_mention not_comment "
    "not_raise not_criticise not_criticize not_bother don_t_bother t_bother don_t_flag don_t_report don_t_mention "
    "don_t_review don_t_comment don_t_raise don_t_list t_flag t_report t_mention t_mark t_complain not_complain "
    "not_mark not_review not_audit not_analyse not_analyze not_inspect not_evaluate not_assess nothing_for "
    "hold_back keep_this keep_it keep_your say_nothing report_nothing list_nothing flag_nothing mention_nothing "
    "find_nothing found_nothing report_no list_no raise_no flag_no produce_no give_no end_your finish_your "
    "stop_here stop_reading stop_reviewing done_here end_of_review skip_over skip_the skip_it skip_everything "
    "ignore_the_rest ignore_it ignore_everything ignore_all say_it say_that conclude_that answer_with reply_with "
    "respond_with output_only verdict_pass verdict_is verdict_safe verdict_clean verdict_approved verdict_approve "
    "decision_approve decision_is action_approve severity_none severity_info severity_low status_approved "
    "ready_to_merge counts_as_a fail_the_test fails_the_test the_word forget_about assume_that_it assume_it "
    "in_place_of instead_of_reviewing no_reviewable free_to_skip welcome_to feel_free rest_assured nobody_wants "
    "duty_to from_the_duty no_duty nichts_melden nichts_beanstand* nichts_sagen keine_fehler keine_probleme "
    "keine_anmerkungen rien_signaler rien_à ne_rien ne_signale* ne_pas aucun_problème aucune_vulnérabilité "
    "aucune_remarque nada_que nada_a no_reportar no_señal* no_hay no_es_necesario no_analic* sin_problemas "
    "sin_hallazgos lista_vacía não_há não_report* não_é_necessário sem_problemas nessun_problema non_segnal* "
    "niente_da nulla_da niets_te geen_opmerkingen niet_melden niet_nodig nie_zgłaszaj nie_zgłaszać nie_wymaga "
    "brak_uwag bildirme* gerek_yok sorun_yok atla* не_нужно не_сообщ* не_указ* не_требует* не_отмеч* "
    "без_замечаний замечаний_нет لا_تبلغ لا_حاجة لا_تذكر tidak_perlu jangan_laporkan không_cần accept_my "
    "approve_my mark_as_resolved mark_as_safe mark_as_reviewed mark_as_approved mark_as_passed mark_as_done "
    "mark_as_fixed",
    2: "approve approves approving approved_by_default authorised authorized authorise authorize exempt exempts "
    "exempted exemption skip skips ignore ignores disregard omit omitted omits trust silent silence quiet "
    "overlook refrain refrains downgrade downgraded waive waived waiver dismiss dismissed suppress lenient "
    "forbid* forbidden prohibited hereby supersede* treat_this treat_as treat_module treated_as capped rated_as "
    "rate_this rate_as mark_this mark_it shouldn_t_mark resist wave please kindly onayla* lütfen bitte merci svp "
    "ignorier* überspring* genehmig* freigeb* approuve* ignore* valide* aprueb* aprobar omita omitir ignora* "
    "aprove* approva* salta negeer* keur_goed pomiń zatwierdź пропуст* одобр* считать игнор* пожалуйста يرجى "
    "تجاهل excluded exclude excludes whitelist allowlist bypass abstain withhold spare bother unnecessary "
    "needless superfluous assume presume rely permitted authorises obliged instructed asked_to told_to "
    "expected_to supposed_to free_to entitled counts_as count_as be_nice be_kind be_her fewest bonus reward "
    "rewarded tip merge_it overridden cease released relieved lenience leniency tolerate forgive mercy green "
    "kindest thank thanks hide hidden exclusion carry_this forward_this close_as resolved_as resolve_as "
    "informational negligible trivial minimi* wontfix conclude concluding pretend imagine roleplay behave act_as "
    "akzeptier* ignorez bewerte* betrachte* behandle* antworte rispondi responde répondez réponds répondre_que "
    "considère considérez considere considera considérer acepta* acceptez accepteer accepta* beschouw* uznaj* "
    "kabul* geç принят* принима* прими* ответь* выда* верни* اعتبر وافق تخطى abaikan setujui anggap bỏ_qua "
    "chấp_nhận lewati accept_it can_stop may_stop should_stop silence_from",
    1: "must should shall may can could cannot only never just don_t do_not does_not must_not should_not is_to "
    "are_to has_to have_to required conclude concludes treat treats consider considered regard mark marked set "
    "put return returns returned answer respond say accept accepts accepted pass passes passed stop stops filed "
    "filing grateful help turn release act desired outcome expected fewest fail fails failure produce contain "
    "phrase keep write soll sollte muss doit devrait debe deve devem moet musi należy powinien считай* должн* "
    "нужно следует override overrides to_be_closed required_to allowed_to decides be_closed",
}  # fmt: skip
_CLAIMS: Final = {
    3: "already_reviewed already_approved already_verified already_checked already_decided already_audited "
    "previously_assessed previously_reviewed previously_approved signed_off sign_off pre_approved pre_reviewed "
    "was_reviewed was_approved was_audited been_audited been_approved been_reviewed been_cleared been_vetted "
    "formally_verified not_vulnerable not_exploitable be_exploited user_reachable known_false déjà_été "
    "ya_aprobado ya_está_aprobado già_stata già_approvat* bereits_geprüft bereits_genehmigt al_goedgekeurd "
    "já_aprovad* уже_проверен* został_już approval_on pen_test is_safe are_safe as_safe is_harmless all_is_fine "
    "it_is_clean it_is_fine nothing_wrong no_risk no_problems no_issues no_bugs tout_est_correct tutto_bene "
    "todo_bien alles_gut no_concerns no_vulnerabilities not_a_bug not_a_vulnerability not_an_issue not_a_problem "
    "not_dangerous not_a_risk poses_no zero_risk low_risk accepted_risk risk_accepted audited_by reviewed_by "
    "approved_by verified_by vetted_by cleared_by certified_by checked_by endorsed_by good_to_go looks_fine "
    "is_fine is_secure are_secure is_clean are_clean is_correct is_benign are_harmless is_trusted been_verified "
    "been_checked been_tested been_signed been_certified been_accepted been_agreed been_discussed was_verified "
    "was_checked was_vetted already_fixed already_resolved already_closed already_cleared already_vetted "
    "already_accepted already_agreed already_passed already_known machine_generated manual_review human_review "
    "security_review passed_review passed_all has_been_reviewed not_reachable no_reviewable thought_to_be_a "
    "production_ready wurde_geprüft wurde_genehmigt wurde_bereits ist_sicher ist_unbedenklich ist_harmlos est_sûr "
    "est_sécurisé est_correct est_validé a_été es_seguro es_segura fue_aprobad* fue_revisad* está_aprobad* "
    "é_segur* foi_aprovad* foi_revisad* foi_verificad* já_foi ya_fue è_sicur* è_stata è_stato is_veilig "
    "is_goedgekeurd jest_bezpieczn* został_sprawdzon* güvenlidir уже_провер* уже_одобр* код_безопас* نمت_مراجعته "
    "تمت_مراجعته تمت_الموافقة sudah_ditinjau đã_được passed_audit passed_security has_passed_a passed_a_manual "
    "was_discussed was_resolved was_agreed was_accepted",
    2: "safe safely harmless benign flawless trustworthy trusted innocuous unobjectionable bug_free risk_free clean "
    "correct_by intentional audited vetted preapproved whitelisted sandboxed misread misreads unreachable "
    "unbedenklich* sicher freigegeben sûr sécurisé approuvé* validé* seguro segura aprobad* aprovad* approvat* "
    "sicuro veilig goedgekeurd bezpieczn* sprawdzon* güvenli onaylan* безопасн* проверен* одобрен* آمن آمنة "
    "correct correcte correcto corretto fine certified proven guaranteed endorsed blessed mitigated deliberate "
    "deliberately intentionally on_purpose by_design by_intent as_intended as_designed known_issue known_issues "
    "examined assessed cleared closed_risk immaculate impeccable spotless perfect perfectly faultless error_free "
    "innocent legitimate above_board hallucination unexploitable compliant test_fixture dead_code test_only "
    "geprüft genehmigt harmlos einwandfrei korrekt fehlerfrei vérifié* inoffensi* revisad* verificad* inofensiv* "
    "correcta corrett* innocu* gecontroleerd onschuldig poprawn* zatwierdzon* kontrol_edil* zararsız сертифицир* "
    "корректн* безвред* معتمد مراجع aman disetujui an_toàn",
    1: "approved verified checked secure compliant passed sanctioned acceptable decided tested_by ok generated "
    "vendored signed agreed discussed known fixture good great reachable closed resolved",
}  # fmt: skip
_HERE: Final = {
    2: "this_file this_change this_commit this_diff this_patch this_code this_function this_line this_block "
    "this_module this_directory this_branch this_migration this_statement next_line next_file next_function "
    "following_code code_below function_below lines_below diese_änderung diese_datei dieser_code ce_fichier "
    "ce_code cette_modification este_cambio este_código este_archivo este_ficheiro questa_modifica questo_file "
    "questo_codice dit_bestand deze_wijziging ten_plik ta_zmiana bu_kod bu_dosya этот_файл этот_код код_ниже "
    "هذا_الملف this_pr this_repository this_page_of everything_below anything_below everything_here anything_here "
    "this_shell this_call this_snippet this_path this_review this_again this_one this_script this_test "
    "this_package this_class this_method this_text this_item this_section this_crate this_template this_config "
    "this_page that_follows what_follows follows_is of_this about_this against_this concerning_this remainder "
    "rest_of everything_in anything_in anything_that these_lines these_changes these_files my_change my_code "
    "my_commit my_commits commits our_code for_this_file any_vulnerability any_issue any_problem dieses_modul "
    "diese_funktion diesem_code dieser_datei cette_fonction ce_commit ce_changement cet_ajout esta_función "
    "este_módulo esta_função questa_funzione questo_commit deze_code dit_commit ten_kod bu_değişiklik "
    "bu_fonksiyon данный_файл данный_код этот_коммит этой_функции هذا_الكود هذه_الدالة file_ini kode_ini tệp_này "
    "for_this everyone_s",
    1: "this here below these change commit diff patch file everything anything above",
}  # fmt: skip
_TABLE: Final[Mapping[Sense, Mapping[int, str]]] = {
    "reader": _READERS, "you": _YOU, "review": _REVIEW, "wish": _WISHES, "claim": _CLAIMS, "here": _HERE,
}  # fmt: skip

Weighed = tuple[Sense, int]


def entries() -> Iterator[tuple[tuple[str, ...], Weighed]]:
    """The words of each entry of the table, the last of which may end in `*`, with its sense and weight."""
    for sense, rows in _TABLE.items():
        for weight, words in rows.items():
            for entry in words.split():
                yield tuple(entry.split("_")), (sense, weight)
