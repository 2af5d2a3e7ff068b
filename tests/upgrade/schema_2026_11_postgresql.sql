SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.refuse_audit_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            RAISE EXCEPTION 'The audit log is only ever added to.'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.analytics_item (
    id uuid NOT NULL,
    answers bigint NOT NULL,
    correct double precision NOT NULL,
    times bytea NOT NULL,
    typical_seconds double precision,
    code character varying(255),
    guid uuid NOT NULL,
    difficulty_mean double precision NOT NULL,
    difficulty_variance double precision NOT NULL,
    facility_id uuid NOT NULL,
    skill_id uuid,
    name character varying(255) GENERATED ALWAYS AS ("substring"((code)::text, (strpos((code)::text, ':'::text) + 1))) STORED,
    CONSTRAINT analytics_item_answers_check CHECK ((answers >= 0)),
    CONSTRAINT item_code_is_null_or_named CHECK ((NOT (((code)::text = ''::text) AND (code IS NOT NULL)))),
    CONSTRAINT item_variance_is_not_negative CHECK ((difficulty_variance >= (0.0)::double precision))
);
CREATE TABLE public.analytics_itemmemory (
    id uuid NOT NULL,
    stability double precision NOT NULL,
    difficulty double precision NOT NULL,
    last_review timestamp with time zone NOT NULL,
    due timestamp with time zone NOT NULL,
    reviews integer NOT NULL,
    score double precision NOT NULL,
    seconds double precision NOT NULL,
    timed integer NOT NULL,
    studied boolean NOT NULL,
    item_id uuid NOT NULL,
    learner_id uuid NOT NULL,
    CONSTRAINT analytics_itemmemory_reviews_check CHECK ((reviews >= 0)),
    CONSTRAINT analytics_itemmemory_timed_check CHECK ((timed >= 0)),
    CONSTRAINT memory_difficulty_is_one_to_ten CHECK (((difficulty >= (1.0)::double precision) AND (difficulty <= (10.0)::double precision))),
    CONSTRAINT no_more_timed_than_reviewed CHECK ((timed <= reviews)),
    CONSTRAINT stability_is_positive CHECK ((stability > (0.0)::double precision))
);
CREATE TABLE public.analytics_learnerability (
    learner_id uuid NOT NULL,
    mean double precision NOT NULL,
    variance double precision NOT NULL,
    efficiency_weight double precision NOT NULL,
    efficiency double precision NOT NULL,
    answers bigint NOT NULL,
    newest timestamp with time zone,
    recall_offset double precision NOT NULL,
    recall_offset_sum double precision NOT NULL,
    recall_slope double precision NOT NULL,
    recall_slope_sum double precision NOT NULL,
    CONSTRAINT ability_variance_is_not_negative CHECK ((variance >= (0.0)::double precision)),
    CONSTRAINT analytics_learnerability_answers_check CHECK ((answers >= 0))
);
CREATE TABLE public.analytics_learningevent (
    id uuid NOT NULL,
    "position" bigint NOT NULL,
    source character varying(10) NOT NULL,
    source_id character varying(255),
    happened_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    score double precision NOT NULL,
    seconds double precision,
    confidence smallint,
    question_difficulty double precision,
    skill_mean double precision NOT NULL,
    skill_variance double precision NOT NULL,
    item_mean double precision NOT NULL,
    item_variance double precision NOT NULL,
    typical_seconds double precision NOT NULL,
    ability_mean double precision NOT NULL,
    ability_variance double precision NOT NULL,
    skill_ability_mean double precision NOT NULL,
    skill_ability_variance double precision NOT NULL,
    p_correct double precision NOT NULL,
    parameter_version integer NOT NULL,
    mastery_before double precision,
    mastery_after double precision,
    folded_at timestamp with time zone,
    facility_id uuid NOT NULL,
    item_id uuid,
    learner_id uuid NOT NULL,
    skill_id uuid,
    grade smallint,
    CONSTRAINT analytics_learningevent_confidence_check CHECK ((confidence >= 0)),
    CONSTRAINT analytics_learningevent_grade_check CHECK ((grade >= 0)),
    CONSTRAINT analytics_learningevent_parameter_version_check CHECK ((parameter_version >= 0)),
    CONSTRAINT analytics_learningevent_position_check CHECK (("position" >= 0)),
    CONSTRAINT confidence_is_one_to_five CHECK (((confidence IS NULL) OR ((confidence >= 1) AND (confidence <= 5)))),
    CONSTRAINT event_of_a_skill_moves_its_mastery CHECK (((skill_id IS NULL) OR (mastery_after IS NOT NULL))),
    CONSTRAINT event_score_is_a_share CHECK (((score >= (0.0)::double precision) AND (score <= (1.0)::double precision))),
    CONSTRAINT grade_is_of_an_item CHECK (((grade IS NULL) OR ((grade = ANY (ARRAY[1, 2, 3, 4, 5])) AND (item_id IS NOT NULL))))
);
CREATE TABLE public.analytics_skill (
    id uuid NOT NULL,
    answers bigint NOT NULL,
    correct double precision NOT NULL,
    times bytea NOT NULL,
    typical_seconds double precision,
    code character varying(255) NOT NULL,
    title character varying(200) NOT NULL,
    section character varying(50) NOT NULL,
    difficulty_mean double precision NOT NULL,
    difficulty_variance double precision NOT NULL,
    facility_id uuid NOT NULL,
    parameters_id uuid,
    CONSTRAINT analytics_skill_answers_check CHECK ((answers >= 0)),
    CONSTRAINT skill_has_a_code CHECK ((NOT ((code)::text = ''::text))),
    CONSTRAINT skill_variance_is_not_negative CHECK ((difficulty_variance >= (0.0)::double precision))
);
CREATE TABLE public.analytics_skillparameters (
    id uuid NOT NULL,
    version integer NOT NULL,
    prior double precision NOT NULL,
    learn double precision NOT NULL,
    guess double precision NOT NULL,
    slip double precision NOT NULL,
    fading_prior double precision NOT NULL,
    fading_learn double precision NOT NULL,
    fading_guess double precision NOT NULL,
    fading_slip double precision NOT NULL,
    fading_forget double precision NOT NULL,
    blend jsonb NOT NULL,
    fitted_at timestamp with time zone NOT NULL,
    answers bigint NOT NULL,
    learners integer NOT NULL,
    log_likelihood_before double precision NOT NULL,
    log_likelihood_after double precision NOT NULL,
    warnings jsonb NOT NULL,
    skill_id uuid NOT NULL,
    CONSTRAINT analytics_skillparameters_answers_check CHECK ((answers >= 0)),
    CONSTRAINT analytics_skillparameters_learners_check CHECK ((learners >= 0)),
    CONSTRAINT analytics_skillparameters_version_check CHECK ((version >= 0)),
    CONSTRAINT fading_forget_is_probability CHECK (((fading_forget >= (0.0)::double precision) AND (fading_forget <= (1.0)::double precision))),
    CONSTRAINT fading_guess_is_probability CHECK (((fading_guess >= (0.0)::double precision) AND (fading_guess <= (1.0)::double precision))),
    CONSTRAINT fading_learn_is_probability CHECK (((fading_learn >= (0.0)::double precision) AND (fading_learn <= (1.0)::double precision))),
    CONSTRAINT fading_prior_is_probability CHECK (((fading_prior >= (0.0)::double precision) AND (fading_prior <= (1.0)::double precision))),
    CONSTRAINT fading_slip_is_probability CHECK (((fading_slip >= (0.0)::double precision) AND (fading_slip <= (1.0)::double precision))),
    CONSTRAINT fits_count_from_one CHECK ((version > 0)),
    CONSTRAINT guess_is_probability CHECK (((guess >= (0.0)::double precision) AND (guess <= (1.0)::double precision))),
    CONSTRAINT learn_is_probability CHECK (((learn >= (0.0)::double precision) AND (learn <= (1.0)::double precision))),
    CONSTRAINT prior_is_probability CHECK (((prior >= (0.0)::double precision) AND (prior <= (1.0)::double precision))),
    CONSTRAINT slip_is_probability CHECK (((slip >= (0.0)::double precision) AND (slip <= (1.0)::double precision)))
);
CREATE TABLE public.analytics_skillstate (
    id uuid NOT NULL,
    mastery double precision NOT NULL,
    fading double precision NOT NULL,
    attempts integer NOT NULL,
    correct integer NOT NULL,
    ability_mean double precision NOT NULL,
    ability_variance double precision NOT NULL,
    course bytea NOT NULL,
    plateau boolean NOT NULL,
    p_stuck double precision NOT NULL,
    velocity double precision NOT NULL,
    efficiency double precision NOT NULL,
    last_practised timestamp with time zone NOT NULL,
    learner_id uuid NOT NULL,
    parameters_id uuid,
    skill_id uuid NOT NULL,
    CONSTRAINT analytics_skillstate_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT analytics_skillstate_correct_check CHECK ((correct >= 0)),
    CONSTRAINT fading_is_probability CHECK (((fading >= (0.0)::double precision) AND (fading <= (1.0)::double precision))),
    CONSTRAINT mastery_is_probability CHECK (((mastery >= (0.0)::double precision) AND (mastery <= (1.0)::double precision))),
    CONSTRAINT no_more_right_than_answered CHECK ((correct <= attempts)),
    CONSTRAINT skill_ability_variance_is_not_negative CHECK ((ability_variance >= (0.0)::double precision))
);
CREATE TABLE public.analytics_upkeep (
    name character varying(50) NOT NULL
);
CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);
ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);
ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.axes_accessattempt (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    get_data text NOT NULL,
    post_data text NOT NULL,
    failures_since_start integer NOT NULL,
    CONSTRAINT axes_accessattempt_failures_since_start_check CHECK ((failures_since_start >= 0))
);
ALTER TABLE public.axes_accessattempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accessattempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.axes_accessattemptexpiration (
    access_attempt_id integer NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.axes_accessfailurelog (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    locked_out boolean NOT NULL
);
ALTER TABLE public.axes_accessfailurelog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accessfailurelog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.axes_accesslog (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    logout_time timestamp with time zone,
    session_hash character varying(64) NOT NULL
);
ALTER TABLE public.axes_accesslog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accesslog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.config_jobrun (
    name character varying(50) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    succeeded_at timestamp with time zone,
    failed_at timestamp with time zone,
    done bigint NOT NULL,
    CONSTRAINT config_jobrun_done_check CHECK ((done >= 0))
);
CREATE TABLE public.django_admin_log (
    id integer NOT NULL,
    action_time timestamp with time zone NOT NULL,
    object_id text,
    object_repr character varying(200) NOT NULL,
    action_flag smallint NOT NULL,
    change_message text NOT NULL,
    content_type_id integer,
    user_id uuid NOT NULL,
    CONSTRAINT django_admin_log_action_flag_check CHECK ((action_flag >= 0))
);
ALTER TABLE public.django_admin_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_admin_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);
ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);
ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);
CREATE TABLE public.logger_attemptlog (
    id uuid NOT NULL,
    start_timestamp timestamp with time zone NOT NULL,
    end_timestamp timestamp with time zone NOT NULL,
    completion_timestamp timestamp with time zone,
    time_spent double precision NOT NULL,
    content_id uuid NOT NULL,
    item character varying(200) NOT NULL,
    "position" integer NOT NULL,
    complete boolean NOT NULL,
    correct double precision NOT NULL,
    hinted boolean NOT NULL,
    error boolean NOT NULL,
    judged boolean NOT NULL,
    answer jsonb,
    simple_answer character varying(200) NOT NULL,
    interaction_history jsonb NOT NULL,
    facility_id uuid,
    user_id uuid,
    session_id uuid NOT NULL,
    mastery_log_id uuid,
    CONSTRAINT attempt_correct_is_a_share CHECK (((correct >= (0.0)::double precision) AND (correct <= (1.0)::double precision))),
    CONSTRAINT attempt_has_an_item CHECK ((NOT ((item)::text = ''::text))),
    CONSTRAINT attemptlog_time_is_not_negative CHECK ((time_spent >= (0.0)::double precision)),
    CONSTRAINT logger_attemptlog_position_check CHECK (("position" >= 0))
);
CREATE TABLE public.logger_content (
    id uuid NOT NULL,
    title character varying(200) NOT NULL,
    kind character varying(20) NOT NULL,
    items jsonb NOT NULL,
    parent_id uuid,
    CONSTRAINT content_has_a_title CHECK ((NOT ((title)::text = ''::text))),
    CONSTRAINT content_is_no_part_of_itself CHECK (((parent_id IS NULL) OR (NOT ((parent_id = id) AND (parent_id IS NOT NULL)))))
);
CREATE TABLE public.logger_contentsession (
    id uuid NOT NULL,
    start_timestamp timestamp with time zone NOT NULL,
    end_timestamp timestamp with time zone NOT NULL,
    completion_timestamp timestamp with time zone,
    time_spent double precision NOT NULL,
    content_id uuid NOT NULL,
    channel_id uuid,
    kind character varying(20) NOT NULL,
    progress double precision NOT NULL,
    extra_fields jsonb NOT NULL,
    node_id uuid,
    attempt_count integer NOT NULL,
    course_session_id uuid,
    facility_id uuid,
    lesson_id uuid,
    quiz_id uuid,
    user_id uuid,
    summary_id uuid,
    mastery_log_id uuid,
    CONSTRAINT contentsession_progress_is_a_share CHECK (((progress >= (0.0)::double precision) AND (progress <= (1.0)::double precision))),
    CONSTRAINT contentsession_time_is_not_negative CHECK ((time_spent >= (0.0)::double precision)),
    CONSTRAINT guests_are_of_a_facility CHECK (((user_id IS NOT NULL) OR (facility_id IS NOT NULL))),
    CONSTRAINT learners_sessions_have_a_summary CHECK ((NOT (((user_id IS NULL) OR (summary_id IS NULL)) AND (1 = (
CASE
    WHEN (user_id IS NULL) THEN 1
    ELSE 0
END +
CASE
    WHEN (summary_id IS NULL) THEN 1
    ELSE 0
END))))),
    CONSTRAINT logger_contentsession_attempt_count_check CHECK ((attempt_count >= 0))
);
CREATE TABLE public.logger_contentsummary (
    id uuid NOT NULL,
    start_timestamp timestamp with time zone NOT NULL,
    end_timestamp timestamp with time zone NOT NULL,
    completion_timestamp timestamp with time zone,
    time_spent double precision NOT NULL,
    content_id uuid NOT NULL,
    channel_id uuid,
    kind character varying(20) NOT NULL,
    progress double precision NOT NULL,
    extra_fields jsonb NOT NULL,
    user_id uuid NOT NULL,
    CONSTRAINT contentsummary_progress_is_a_share CHECK (((progress >= (0.0)::double precision) AND (progress <= (1.0)::double precision))),
    CONSTRAINT contentsummary_time_is_not_negative CHECK ((time_spent >= (0.0)::double precision))
);
CREATE TABLE public.logger_masterylog (
    id uuid NOT NULL,
    start_timestamp timestamp with time zone NOT NULL,
    end_timestamp timestamp with time zone NOT NULL,
    completion_timestamp timestamp with time zone,
    time_spent double precision NOT NULL,
    content_id uuid NOT NULL,
    mastery_level integer NOT NULL,
    is_quiz boolean NOT NULL,
    is_coach_assigned boolean NOT NULL,
    mastery_criterion jsonb NOT NULL,
    complete boolean NOT NULL,
    attempt_count integer NOT NULL,
    summary_id uuid NOT NULL,
    user_id uuid NOT NULL,
    CONSTRAINT complete_try_has_its_time CHECK ((NOT ((complete OR (completion_timestamp IS NOT NULL)) AND (1 = (
CASE
    WHEN complete THEN 1
    ELSE 0
END +
CASE
    WHEN (completion_timestamp IS NOT NULL) THEN 1
    ELSE 0
END))))),
    CONSTRAINT logger_masterylog_attempt_count_check CHECK ((attempt_count >= 0)),
    CONSTRAINT masterylog_time_is_not_negative CHECK ((time_spent >= (0.0)::double precision)),
    CONSTRAINT quiz_levels_are_negative CHECK (((is_quiz AND (mastery_level < 0)) OR ((NOT is_quiz) AND (mastery_level > 0))))
);
CREATE TABLE public.roster_apikey (
    id uuid NOT NULL,
    name character varying(100) NOT NULL,
    prefix character varying(16) NOT NULL,
    digest character varying(64) NOT NULL,
    can_read boolean NOT NULL,
    can_write boolean NOT NULL,
    can_admin boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    facility_id uuid NOT NULL,
    CONSTRAINT key_can_do_something CHECK ((can_read OR can_write OR can_admin))
);
CREATE TABLE public.roster_auditentry (
    id uuid NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    actor_id uuid,
    actor_name character varying(255) NOT NULL,
    action character varying(10) NOT NULL,
    object_kind character varying(50) NOT NULL,
    object_id uuid,
    object_name character varying(255) NOT NULL,
    changes jsonb NOT NULL,
    facility_id uuid
);
CREATE TABLE public.roster_classroom (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    facility_id uuid NOT NULL,
    external_id character varying(255),
    CONSTRAINT class_external_id_is_null_or_named CHECK ((NOT (((external_id)::text = ''::text) AND (external_id IS NOT NULL))))
);
CREATE TABLE public.roster_coursesession (
    id uuid NOT NULL,
    title character varying(200) NOT NULL,
    active boolean NOT NULL,
    classroom_id uuid,
    facility_id uuid NOT NULL
);
CREATE TABLE public.roster_coursesessionassignment (
    id uuid NOT NULL,
    classroom_id uuid,
    course_session_id uuid NOT NULL,
    group_id uuid,
    CONSTRAINT coursesessionassignment_is_to_one_place CHECK ((((classroom_id IS NOT NULL) OR (group_id IS NOT NULL)) AND (1 = (
CASE
    WHEN (classroom_id IS NOT NULL) THEN 1
    ELSE 0
END +
CASE
    WHEN (group_id IS NOT NULL) THEN 1
    ELSE 0
END))))
);
CREATE TABLE public.roster_enrolment (
    id uuid NOT NULL,
    classroom_id uuid NOT NULL,
    user_id uuid NOT NULL
);
CREATE TABLE public.roster_export (
    id uuid NOT NULL,
    listing character varying(100) NOT NULL,
    title character varying(100) NOT NULL,
    query text NOT NULL,
    format character varying(4) NOT NULL,
    state character varying(10) NOT NULL,
    rows bigint NOT NULL,
    last_read uuid,
    bytes_read bigint NOT NULL,
    failures smallint NOT NULL,
    error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    worked_at timestamp with time zone,
    finished_at timestamp with time zone,
    user_id uuid NOT NULL,
    rights character varying(64) NOT NULL,
    claim uuid,
    expected bigint,
    written bigint NOT NULL,
    CONSTRAINT roster_export_bytes_read_check CHECK ((bytes_read >= 0)),
    CONSTRAINT roster_export_expected_check CHECK ((expected >= 0)),
    CONSTRAINT roster_export_failures_check CHECK ((failures >= 0)),
    CONSTRAINT roster_export_rows_check CHECK ((rows >= 0)),
    CONSTRAINT roster_export_written_check CHECK ((written >= 0))
);
CREATE TABLE public.roster_facility (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    partner_id character varying(100),
    auto_provision boolean NOT NULL,
    guest_access boolean NOT NULL,
    remember_answers boolean NOT NULL
);
CREATE TABLE public.roster_groupmembership (
    id uuid NOT NULL,
    enrolment_id uuid NOT NULL,
    group_id uuid NOT NULL
);
CREATE TABLE public.roster_keptanswer (
    id uuid NOT NULL,
    owner character varying(50) NOT NULL,
    name character varying(255) NOT NULL,
    fingerprint character varying(64) NOT NULL,
    holder uuid NOT NULL,
    status smallint,
    content_type character varying(100) NOT NULL,
    body bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    learner_id uuid,
    CONSTRAINT only_success_is_kept CHECK (((status IS NULL) OR ((status >= 200) AND (status < 300)))),
    CONSTRAINT roster_keptanswer_status_check CHECK ((status >= 0))
);
CREATE TABLE public.roster_learnergroup (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    classroom_id uuid NOT NULL
);
CREATE TABLE public.roster_learnertoken (
    id uuid NOT NULL,
    digest character varying(64) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    key_id uuid NOT NULL,
    user_id uuid NOT NULL
);
CREATE TABLE public.roster_lesson (
    id uuid NOT NULL,
    title character varying(200) NOT NULL,
    active boolean NOT NULL,
    classroom_id uuid,
    facility_id uuid NOT NULL
);
CREATE TABLE public.roster_lessonassignment (
    id uuid NOT NULL,
    classroom_id uuid,
    group_id uuid,
    lesson_id uuid NOT NULL,
    CONSTRAINT lessonassignment_is_to_one_place CHECK ((((classroom_id IS NOT NULL) OR (group_id IS NOT NULL)) AND (1 = (
CASE
    WHEN (classroom_id IS NOT NULL) THEN 1
    ELSE 0
END +
CASE
    WHEN (group_id IS NOT NULL) THEN 1
    ELSE 0
END))))
);
CREATE VIEW public.roster_membership AS
 SELECT roster_enrolment.id,
    roster_enrolment.user_id,
    roster_enrolment.classroom_id AS collection_id,
    roster_enrolment.classroom_id
   FROM public.roster_enrolment
UNION ALL
 SELECT roster_groupmembership.id,
    roster_enrolment.user_id,
    roster_groupmembership.group_id AS collection_id,
    roster_enrolment.classroom_id
   FROM (public.roster_groupmembership
     JOIN public.roster_enrolment ON ((roster_enrolment.id = roster_groupmembership.enrolment_id)));
CREATE TABLE public.roster_quiz (
    id uuid NOT NULL,
    title character varying(200) NOT NULL,
    active boolean NOT NULL,
    classroom_id uuid,
    facility_id uuid NOT NULL
);
CREATE TABLE public.roster_quizassignment (
    id uuid NOT NULL,
    classroom_id uuid,
    group_id uuid,
    quiz_id uuid NOT NULL,
    CONSTRAINT quizassignment_is_to_one_place CHECK ((((classroom_id IS NOT NULL) OR (group_id IS NOT NULL)) AND (1 = (
CASE
    WHEN (classroom_id IS NOT NULL) THEN 1
    ELSE 0
END +
CASE
    WHEN (group_id IS NOT NULL) THEN 1
    ELSE 0
END))))
);
CREATE TABLE public.roster_role (
    id uuid NOT NULL,
    kind character varying(10) NOT NULL,
    classroom_id uuid,
    facility_id uuid,
    user_id uuid NOT NULL,
    CONSTRAINT role_is_of_one_place CHECK ((((facility_id IS NOT NULL) OR (classroom_id IS NOT NULL)) AND (1 = (
CASE
    WHEN (facility_id IS NOT NULL) THEN 1
    ELSE 0
END +
CASE
    WHEN (classroom_id IS NOT NULL) THEN 1
    ELSE 0
END)))),
    CONSTRAINT role_kind_known CHECK (((kind)::text = ANY ((ARRAY['admin'::character varying, 'coach'::character varying])::text[])))
);
CREATE TABLE public.roster_user (
    id uuid NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean NOT NULL,
    username character varying(150),
    username_key character varying(255),
    full_name character varying(200) NOT NULL,
    external_id character varying(255),
    is_active boolean NOT NULL,
    is_staff boolean NOT NULL,
    created_at timestamp with time zone,
    facility_id uuid,
    email character varying(254) NOT NULL,
    CONSTRAINT external_id_is_null_or_named CHECK ((NOT (((external_id)::text = ''::text) AND (external_id IS NOT NULL)))),
    CONSTRAINT only_superusers_have_no_facility CHECK (((facility_id IS NOT NULL) OR is_superuser)),
    CONSTRAINT username_is_null_or_named CHECK ((NOT (((username)::text = ''::text) AND (username IS NOT NULL))))
);
CREATE TABLE public.roster_user_groups (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    group_id integer NOT NULL
);
ALTER TABLE public.roster_user_groups ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.roster_user_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.roster_user_user_permissions (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE public.roster_user_user_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.roster_user_user_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.study_learningitem (
    item_id uuid NOT NULL,
    "position" smallint NOT NULL,
    question text,
    answer text,
    created_at timestamp with time zone NOT NULL,
    study_set_id uuid NOT NULL,
    CONSTRAINT a_set_holds_so_many_items CHECK (("position" < 200)),
    CONSTRAINT study_learningitem_position_check CHECK (("position" >= 0))
);
CREATE TABLE public.study_studyset (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    facility_id uuid NOT NULL,
    skill_id uuid NOT NULL
);
INSERT INTO public.analytics_item VALUES ('01a22bbc-245e-74be-9406-8db419cf56e8', 3, 0, '\x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000030000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000', NULL, '4c1d3f0e6a554c289c6f0d2c5b8f7a11:q0', '01a22bbc-245e-74be-9406-8db512923e37', 0.6806012142936345, 0.652245352897504, '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL, DEFAULT);
INSERT INTO public.analytics_item VALUES ('01a22bbc-245e-74be-9406-8db6ab12c648', 3, 3, '\x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000030000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000', NULL, '4c1d3f0e6a554c289c6f0d2c5b8f7a11:q1', '01a22bbc-245e-74be-9406-8db736e17caf', -0.5338587354906124, 0.6487329268944764, '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL, DEFAULT);
INSERT INTO public.analytics_item VALUES ('01a22bbc-245e-74be-9406-8db8884d878a', 3, 3, '\x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000030000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000', NULL, '4c1d3f0e6a554c289c6f0d2c5b8f7a11:q2', '01a22bbc-245e-74be-9406-8db91baf4d13', -0.4581816539984376, 0.6508771509087418, '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL, DEFAULT);
INSERT INTO public.analytics_item VALUES ('01a22bbc-24b6-762f-9009-fd99b34ac19c', 12, 9, '\x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000', 20.02959716383203, 'a1', '01a22bbc-24b6-762f-9009-fd9aac1be553', -0.2849918152805756, 0.4219376985331945, '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL, DEFAULT);
INSERT INTO public.analytics_item VALUES ('01a22bbc-2702-7305-b425-0e2161369425', 3, 1.5, '\x000000000000000000000000000000000000000000000000000000000000000003000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000', NULL, NULL, '1f6a1f3c-5d0e-4b7e-9a86-6e5b2f0d3c33', 0.1992434922362772, 0.6615812441158823, '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-26f0-76d5-b324-7588f349c8ba', DEFAULT);
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-247c-7776-a961-a14cf6a48700', 0.212, 6.4133, '2026-11-30 09:14:40.066927+00', '2026-11-30 14:19:56.866927+00', 1, 0, 7, 1, false, '01a22bbc-245e-74be-9406-8db419cf56e8', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-247c-7776-a961-a14ef9f8a679', 2.3065, 2.118103970459016, '2026-11-30 09:14:40.066927+00', '2026-12-02 16:36:01.666927+00', 1, 1, 7, 1, false, '01a22bbc-245e-74be-9406-8db6ab12c648', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-247c-7776-a961-a14f8b76fd0d', 2.3065, 2.118103970459016, '2026-11-30 09:14:40.066927+00', '2026-12-02 16:36:01.666927+00', 1, 1, 7, 1, false, '01a22bbc-245e-74be-9406-8db8884d878a', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-24c6-72cf-b188-fcdd6fd090cf', 0.8810323149596583, 7.37018264052428, '2026-11-30 09:14:40.254549+00', '2026-12-01 06:23:21.446562+00', 4, 3, 80, 4, false, '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-2543-76d4-9ad5-736abafcb5ad', 0.212, 6.4133, '2026-11-30 09:14:40.304015+00', '2026-11-30 14:19:57.104015+00', 1, 0, 7, 1, false, '01a22bbc-245e-74be-9406-8db419cf56e8', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-2543-76d4-9ad5-736c67195cfd', 2.3065, 2.118103970459016, '2026-11-30 09:14:40.304015+00', '2026-12-02 16:36:01.904015+00', 1, 1, 7, 1, false, '01a22bbc-245e-74be-9406-8db6ab12c648', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-2543-76d4-9ad5-736d35e6cd69', 2.3065, 2.118103970459016, '2026-11-30 09:14:40.304015+00', '2026-12-02 16:36:01.904015+00', 1, 1, 7, 1, false, '01a22bbc-245e-74be-9406-8db8884d878a', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-2576-766e-ac4d-34bb89f70059', 0.8810323149596583, 7.37018264052428, '2026-11-30 09:14:40.430504+00', '2026-12-01 06:23:21.622517+00', 4, 3, 80, 4, false, '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-25fa-730b-9892-a874977bacca', 0.212, 6.4133, '2026-11-30 09:14:40.48519+00', '2026-11-30 14:19:57.28519+00', 1, 0, 7, 1, false, '01a22bbc-245e-74be-9406-8db419cf56e8', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-25fa-730b-9892-a876d2f60b1c', 2.3065, 2.118103970459016, '2026-11-30 09:14:40.48519+00', '2026-12-02 16:36:02.08519+00', 1, 1, 7, 1, false, '01a22bbc-245e-74be-9406-8db6ab12c648', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-25fa-730b-9892-a877b2fd8a3d', 2.3065, 2.118103970459016, '2026-11-30 09:14:40.48519+00', '2026-12-02 16:36:02.08519+00', 1, 1, 7, 1, false, '01a22bbc-245e-74be-9406-8db8884d878a', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-262a-72d8-b03d-10677082eada', 0.8810323149596583, 7.37018264052428, '2026-11-30 09:14:40.614619+00', '2026-12-01 06:23:21.806632+00', 4, 3, 80, 4, false, '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388');
INSERT INTO public.analytics_itemmemory VALUES ('01a22bbc-2717-72e0-8552-6fee477c8139', 0.4657233454124748, 8.260528635039767, '2026-11-30 09:14:40.815742+00', '2026-11-30 20:25:19.312786+00', 3, 1.5, 2.7, 3, true, '01a22bbc-2702-7305-b425-0e2161369425', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.analytics_learnerability VALUES ('01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', 0.19567851627091404, 0.44866795131245013, 5.925630291684737, 0.6112261827913015, 7, '2026-11-30 09:14:40.614619+00', 0, 1, 1, 1);
INSERT INTO public.analytics_learnerability VALUES ('01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', 0.09840442262093171, 0.40766959918675827, 7.817614301218551, 0.5478788412100144, 10, '2026-11-30 09:14:40.815742+00', 0, 1, 1, 1);
INSERT INTO public.analytics_learnerability VALUES ('01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', 0.19567851627091404, 0.44866795131245013, 5.925630291684737, 0.6112261827913015, 7, '2026-11-30 09:14:40.430504+00', 0, 1, 1, 1);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-247c-7776-a961-a1499286ae3c', 0, 'session', '01a22bbc24517229a3b9be3802fc21e4', '2026-11-30 09:14:40.066927+00', '2026-11-30 09:14:40.066927+00', 0, 7, NULL, NULL, -0.6, 1, 0, 0.8, 60, 0, 0.602, 0, 0.62, 0.5464124692063003, 1, 0.22737853919391948, 0.2639078344827105, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-245e-74be-9406-8db419cf56e8', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-2474-72cb-a39b-100ae112bde0', 1);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-247c-7776-a961-a14aaf1f15ce', 1, 'session', '01a22bbc24517229a3b9be39370af7db', '2026-11-30 09:14:40.066927+00', '2026-11-30 09:14:40.066927+00', 1, 7, NULL, NULL, -0.6, 1, 0, 0.8, 60, -0.18344537878359277, 0.5741329642394333, -0.18893045655453075, 0.6083201936337296, 0.4794205515219603, 1, 0.2639078344827105, 0.5791396331579348, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-245e-74be-9406-8db6ab12c648', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-2474-72cb-a39b-100ae112bde0', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-247c-7776-a961-a14b6bff90e1', 2, 'session', '01a22bbc24517229a3b9be3a3bce5ca9', '2026-11-30 09:14:40.066927+00', '2026-11-30 09:14:40.066927+00', 1, 7, NULL, NULL, -0.6, 1, 0, 0.8, 60, -0.04940214786814154, 0.5480057211558723, -0.04690550891231085, 0.5967434989773548, 0.5635933390753018, 1, 0.5791396331579348, 0.8169580521247499, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-245e-74be-9406-8db8884d878a', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-2474-72cb-a39b-100ae112bde0', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-24c6-72cf-b188-fcdc464130b2', 3, 'track', NULL, '2026-11-30 09:14:40.170547+00', '2026-11-30 09:14:40.170547+00', 1, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.06692869229543547, 0.5246128400975955, 0, 0.62, 0.5576475689457276, 1, 0.24920121802175518, 0.512709935303668, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-24db-717c-8596-3f2368b798bc', 4, 'track', NULL, '2026-11-30 09:14:40.211139+00', '2026-11-30 09:14:40.211139+00', 0, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.171693272264126, 0.503720861728448, 0.12381328594341025, 0.6080265960872457, 0.6400037759386638, 1, 0.512709935303668, 0.3560972348206787, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 1);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-24f3-708e-9ea8-09f44ee45c24', 5, 'track', NULL, '2026-11-30 09:14:40.236371+00', '2026-11-30 09:14:40.236371+00', 1, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.0013821334113046368, 0.4851133986042163, -0.08176426682478986, 0.5980011264559206, 0.5388087994096915, 1, 0.3560972348206787, 0.6145987631696407, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-2506-7042-b458-ff0d1a9b6660', 6, 'track', NULL, '2026-11-30 09:14:40.254549+00', '2026-11-30 09:14:40.254549+00', 1, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.10447601403864545, 0.46697306846258163, 0.04531995085141553, 0.5873967137549891, 0.6222429737053057, 1, 0.6145987631696407, 0.8058464948240394, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-2717-72e0-8552-6fed5d2e04f0', 7, 'study', NULL, '2026-11-30 09:14:40.780472+00', '2026-11-30 09:14:40.780472+00', 1, 0.9, NULL, NULL, -0.6, 1, 0, 0.8, 60, 0.19567851627091404, 0.45066795131245013, 0, 0.62, 0.5787357315997538, 1, 0.24012137669936018, 0.5134469991790753, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-2702-7305-b425-0e2161369425', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-26f0-76d5-b324-7588f349c8ba', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-272a-71ff-b335-2c6ae1e2334b', 8, 'study', NULL, '2026-11-30 09:14:40.799944+00', '2026-11-30 09:14:40.799944+00', 0.5, 0.9, NULL, NULL, -0.6, 1, 0, 0.8, 60, 0.2819914071189874, 0.4357834319940271, 0.11874372732731552, 0.6080435351015524, 0.6565833429169686, 1, 0.5134469991790753, 0.534595255048566, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-2702-7305-b425-0e2161369425', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-26f0-76d5-b324-7588f349c8ba', 5);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-2737-7667-8d8e-911b68428ba2', 9, 'study', NULL, '2026-11-30 09:14:40.815742+00', '2026-11-30 09:14:40.815742+00', 0, 0.9, NULL, NULL, -0.6, 1, 0, 0.8, 60, 0.24383598322121114, 0.42240942152441296, 0.06550590980877313, 0.5981129578132266, 0.6398975678246889, 1, 0.534595255048566, 0.3253903429672322, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-2702-7305-b425-0e2161369425', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-26f0-76d5-b324-7588f349c8ba', 1);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-2543-76d4-9ad5-736713f8ebbb', 0, 'session', '01a22bbc25337662ac317402fba841d4', '2026-11-30 09:14:40.304015+00', '2026-11-30 09:14:40.304015+00', 0, 7, NULL, NULL, -0.6, 1, 0, 0.8, 60, 0, 0.602, 0, 0.62, 0.5464124692063003, 1, 0.22737853919391948, 0.2639078344827105, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-245e-74be-9406-8db419cf56e8', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-2474-72cb-a39b-100ae112bde0', 1);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-2543-76d4-9ad5-73685e7f5f1b', 1, 'session', '01a22bbc25347183aaddcc76e572cfe2', '2026-11-30 09:14:40.304015+00', '2026-11-30 09:14:40.304015+00', 1, 7, NULL, NULL, -0.6, 1, 0, 0.8, 60, -0.18344537878359277, 0.5741329642394333, -0.18893045655453075, 0.6083201936337296, 0.4794205515219603, 1, 0.2639078344827105, 0.5791396331579348, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-245e-74be-9406-8db6ab12c648', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-2474-72cb-a39b-100ae112bde0', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-2543-76d4-9ad5-7369ff00b7e3', 2, 'session', '01a22bbc25347183aaddcc770cf8b7e9', '2026-11-30 09:14:40.304015+00', '2026-11-30 09:14:40.304015+00', 1, 7, NULL, NULL, -0.6, 1, 0, 0.8, 60, -0.04940214786814154, 0.5480057211558723, -0.04690550891231085, 0.5967434989773548, 0.5635933390753018, 1, 0.5791396331579348, 0.8169580521247499, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-245e-74be-9406-8db8884d878a', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-2474-72cb-a39b-100ae112bde0', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-2576-766e-ac4d-34baa076ee4d', 3, 'track', NULL, '2026-11-30 09:14:40.358147+00', '2026-11-30 09:14:40.358147+00', 1, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.06692869229543547, 0.5246128400975955, 0, 0.62, 0.5576475689457276, 1, 0.24920121802175518, 0.512709935303668, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-258a-7160-aba1-d2b40e00c40f', 4, 'track', NULL, '2026-11-30 09:14:40.386497+00', '2026-11-30 09:14:40.386497+00', 0, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.171693272264126, 0.503720861728448, 0.12381328594341025, 0.6080265960872457, 0.6400037759386638, 1, 0.512709935303668, 0.3560972348206787, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 1);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-25a2-72b6-b624-081ff379672a', 5, 'track', NULL, '2026-11-30 09:14:40.410494+00', '2026-11-30 09:14:40.410494+00', 1, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.0013821334113046368, 0.4851133986042163, -0.08176426682478986, 0.5980011264559206, 0.5388087994096915, 1, 0.3560972348206787, 0.6145987631696407, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-25b9-71a1-9a32-f52841cd96ff', 6, 'track', NULL, '2026-11-30 09:14:40.430504+00', '2026-11-30 09:14:40.430504+00', 1, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.10447601403864545, 0.46697306846258163, 0.04531995085141553, 0.5873967137549891, 0.6222429737053057, 1, 0.6145987631696407, 0.8058464948240394, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-25fa-730b-9892-a8712fe364e7', 0, 'session', '01a22bbc25e772ddb8f6d9eb4d020874', '2026-11-30 09:14:40.48519+00', '2026-11-30 09:14:40.48519+00', 0, 7, NULL, NULL, -0.6, 1, 0, 0.8, 60, 0, 0.602, 0, 0.62, 0.5464124692063003, 1, 0.22737853919391948, 0.2639078344827105, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-245e-74be-9406-8db419cf56e8', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-2474-72cb-a39b-100ae112bde0', 1);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-25fa-730b-9892-a872280ea90c', 1, 'session', '01a22bbc25e772ddb8f6d9ec5d6fe55f', '2026-11-30 09:14:40.48519+00', '2026-11-30 09:14:40.48519+00', 1, 7, NULL, NULL, -0.6, 1, 0, 0.8, 60, -0.18344537878359277, 0.5741329642394333, -0.18893045655453075, 0.6083201936337296, 0.4794205515219603, 1, 0.2639078344827105, 0.5791396331579348, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-245e-74be-9406-8db6ab12c648', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-2474-72cb-a39b-100ae112bde0', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-25fa-730b-9892-a8734d2c0198', 2, 'session', '01a22bbc25e772ddb8f6d9ed5016ce2b', '2026-11-30 09:14:40.48519+00', '2026-11-30 09:14:40.48519+00', 1, 7, NULL, NULL, -0.6, 1, 0, 0.8, 60, -0.04940214786814154, 0.5480057211558723, -0.04690550891231085, 0.5967434989773548, 0.5635933390753018, 1, 0.5791396331579348, 0.8169580521247499, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-245e-74be-9406-8db8884d878a', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-2474-72cb-a39b-100ae112bde0', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-262a-72d8-b03d-1066c7d2a6a9', 3, 'track', NULL, '2026-11-30 09:14:40.539996+00', '2026-11-30 09:14:40.539996+00', 1, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.06692869229543547, 0.5246128400975955, 0, 0.62, 0.5576475689457276, 1, 0.24920121802175518, 0.512709935303668, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-263f-77cc-afc3-ace3e8135492', 4, 'track', NULL, '2026-11-30 09:14:40.566796+00', '2026-11-30 09:14:40.566796+00', 0, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.171693272264126, 0.503720861728448, 0.12381328594341025, 0.6080265960872457, 0.6400037759386638, 1, 0.512709935303668, 0.3560972348206787, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 1);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-2652-72d1-a6f5-0ae4e390a0a2', 5, 'track', NULL, '2026-11-30 09:14:40.587136+00', '2026-11-30 09:14:40.587136+00', 1, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.0013821334113046368, 0.4851133986042163, -0.08176426682478986, 0.5980011264559206, 0.5388087994096915, 1, 0.3560972348206787, 0.6145987631696407, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 3);
INSERT INTO public.analytics_learningevent VALUES ('01a22bbc-266c-7170-bb70-43de7efb50b0', 6, 'track', NULL, '2026-11-30 09:14:40.614619+00', '2026-11-30 09:14:40.614619+00', 1, 20, 3, NULL, -0.6, 1, 0, 0.8, 60, 0.10447601403864545, 0.46697306846258163, 0.04531995085141553, 0.5873967137549891, 0.6222429737053057, 1, 0.6145987631696407, 0.8058464948240394, '2026-11-30 09:14:41.605018+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-24b6-762f-9009-fd99b34ac19c', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 3);
INSERT INTO public.analytics_skill VALUES ('01a22bbc-2474-72cb-a39b-100ae112bde0', 9, 6, '\x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000090000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000', 6.912448965439576, '4c1d3f0e6a554c289c6f0d2c5b8f7a11', '', '', -0.8373545066700601, 0.5373679137824087, '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-2ab4-7698-8b56-414f687331ce');
INSERT INTO public.analytics_skill VALUES ('01a22bbc-24be-76a9-9ebb-0ad00e7121c6', 12, 9, '\x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000', 20.02959716383203, 'algebra', '', '', -0.9351846773269386, 0.4692825683376636, '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-2ab4-7698-8b56-4150a452e549');
INSERT INTO public.analytics_skill VALUES ('01a22bbc-26f0-76d5-b324-7588f349c8ba', 3, 1.5, '\x000000000000000000000000000000000000000000000000000000000000000003000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000', NULL, '01a22bbc-26f0-76d5-b324-75872cf057b7', 'Capitals', '', -0.36330399586126416, 0.7901800793861868, '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-2ab4-7698-8b56-41516f43703e');
INSERT INTO public.analytics_skillparameters VALUES ('01a22bbc-2ab4-7698-8b56-414f687331ce', 1, 0.22737853919391948, 0.22382242301478017, 0.3755945826874265, 0.11554152836099771, 0.2265299129487341, 0.2241984733552788, 0.3774017993957881, 0.11382769252482107, 0.01769535226909241, '[0.006589428434665368, 0.27121851886948145, 0.08012049093783832, -0.1724205739061816, -0.03395365706079922, -0.2, 0.7944143297841595]', '2026-11-30 09:14:41.691401+00', 9, 3, -6.742027727437681, -5.248479878130363, '["too few answers"]', '01a22bbc-2474-72cb-a39b-100ae112bde0');
INSERT INTO public.analytics_skillparameters VALUES ('01a22bbc-2ab4-7698-8b56-4150a452e549', 1, 0.24920121802175518, 0.1920963013360722, 0.43553599705857116, 0.13664007904272377, 0.24826796006699278, 0.19272276098811245, 0.43770542651106564, 0.13419432766681222, 0.01796906169000436, '[0.006589428434665368, 0.27121851886948145, 0.08012049093783832, -0.1724205739061816, -0.03395365706079922, -0.2, 0.7944143297841595]', '2026-11-30 09:14:41.691401+00', 12, 3, -9.735241332668142, -7.6985196910008105, '["too few answers"]', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6');
INSERT INTO public.analytics_skillparameters VALUES ('01a22bbc-2ab4-7698-8b56-41516f43703e', 1, 0.24012137669936018, 0.16023175648292, 0.37753978828726165, 0.13266791583919396, 0.2405384156629243, 0.1609441621295675, 0.3779608515766757, 0.13017617450749766, 0.020044686144462802, '[0.006589428434665368, 0.27121851886948145, 0.08012049093783832, -0.1724205739061816, -0.03395365706079922, -0.2, 0.7944143297841595]', '2026-11-30 09:14:41.691401+00', 3, 1, -2.659483276134509, -2.4962775165831284, '["too few answers"]', '01a22bbc-26f0-76d5-b324-7588f349c8ba');
INSERT INTO public.analytics_skillstate VALUES ('01a22bbc-247c-7776-a961-a14d6362a8cc', 0.8169580521247499, 0.7977161294878423, 3, 2, 0.07977140324066084, 0.5666330531275253, '\x000000000000f03f00000000000008400f03e3a6d84cd4409c8c82368524ea3f9c8c82368524ea3f0000000000000000d63f77d49502e33f00000000000000000d9c82cd65c2a23f85aa21939c5ec33f63c5aff27e2acd3f2b0275e5e96fcb3f1d592c73035cc33f2cdc3bfacef5bb3ffa2b546e8879853fbcc6cbd216c9983f158233ad6d809d3f12da6fd56c3e983f6a3c3da2d3988d3f459af4aa48aa7f3f0000000000000840f1964cd999f3a23f00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000c4f76376994efa3f4069e9536cdded3f747f0eb83d0cf43fa20988f31b1aff3f441310e73734ee3fa20988f31b1aff3f000000000000000000000000000000000000000000000000', false, 0.0871761672081498, 0.03365678738577734, 0.5800073953302016, '2026-11-30 09:14:40.066927+00', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-2ab4-7698-8b56-414f687331ce', '01a22bbc-2474-72cb-a39b-100ae112bde0');
INSERT INTO public.analytics_skillstate VALUES ('01a22bbc-24c6-72cf-b188-fcde686741e4', 0.8058464948240394, 0.7813782111394278, 4, 3, 0.16004187747952325, 0.5584331585871353, '\x000000000000f03f0000000000001040be1eeca6d84cd44008b29b967ec9e93f08b29b967ec9e93f000000000000000089e47999b3d2e53f00000000000000006c0ae6672ee6843f2d2ed658129cb13fb513b76006f0c43f49b7c7ba997ecc3f32349fc8334fca3f3d7d6f5b76e6c93ff8976ae7c691723fcaed765b0d03923fa379a7679f269f3f7e4f4daf2ef0a03fe3857fde639d993f642c35b26dae903ffed79ae9ffff0f40b7885bbdbbeaa03f00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000382644400689024052d930a4879c0740ff8f2bc099a8fc3fbcb91ae0354706409423c8ac85bb0b40bcb91ae035470640000000000000000000000000000000000000000000000000', false, 0.08562654044810039, 0.0281539448845864, 0.6303359124515283, '2026-11-30 09:14:40.254549+00', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-2ab4-7698-8b56-4150a452e549', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6');
INSERT INTO public.analytics_skillstate VALUES ('01a22bbc-2543-76d4-9ad5-736b0143799d', 0.8169580521247499, 0.7977161294878423, 3, 2, 0.07977140324066084, 0.5666330531275253, '\x000000000000f03f00000000000008407c85eea6d84cd4409c8c82368524ea3f9c8c82368524ea3f0000000000000000d63f77d49502e33f00000000000000000d9c82cd65c2a23f85aa21939c5ec33f63c5aff27e2acd3f2b0275e5e96fcb3f1d592c73035cc33f2cdc3bfacef5bb3ffa2b546e8879853fbcc6cbd216c9983f158233ad6d809d3f12da6fd56c3e983f6a3c3da2d3988d3f459af4aa48aa7f3f0000000000000840f1964cd999f3a23f00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000c4f76376994efa3f4069e9536cdded3f747f0eb83d0cf43fa20988f31b1aff3f441310e73734ee3fa20988f31b1aff3f000000000000000000000000000000000000000000000000', false, 0.0871761672081498, 0.03365678738577734, 0.5800073953302016, '2026-11-30 09:14:40.304015+00', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-2ab4-7698-8b56-414f687331ce', '01a22bbc-2474-72cb-a39b-100ae112bde0');
INSERT INTO public.analytics_skillstate VALUES ('01a22bbc-2576-766e-ac4d-34bc3083ea0d', 0.8058464948240394, 0.7813782111394278, 4, 3, 0.16004187747952325, 0.5584331585871353, '\x000000000000f03f000000000000104070a9f4a6d84cd44008b29b967ec9e93f08b29b967ec9e93f000000000000000089e47999b3d2e53f00000000000000006c0ae6672ee6843f2d2ed658129cb13fb513b76006f0c43f49b7c7ba997ecc3f32349fc8334fca3f3d7d6f5b76e6c93ff8976ae7c691723fcaed765b0d03923fa379a7679f269f3f7e4f4daf2ef0a03fe3857fde639d993f642c35b26dae903f22bb05ebffff0f40948b5bbdbbeaa03f00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000382644400689024052d930a4879c0740ff8f2bc099a8fc3fbcb91ae0354706409423c8ac85bb0b40bcb91ae035470640000000000000000000000000000000000000000000000000', false, 0.08562654044810039, 0.0281539448845864, 0.6303359124515283, '2026-11-30 09:14:40.430504+00', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-2ab4-7698-8b56-4150a452e549', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6');
INSERT INTO public.analytics_skillstate VALUES ('01a22bbc-25fa-730b-9892-a8754ac950ef', 0.8169580521247499, 0.7977161294878423, 3, 2, 0.07977140324066084, 0.5666330531275253, '\x000000000000f03f00000000000008400d51f7a6d84cd4409c8c82368524ea3f9c8c82368524ea3f0000000000000000d63f77d49502e33f00000000000000000d9c82cd65c2a23f85aa21939c5ec33f63c5aff27e2acd3f2b0275e5e96fcb3f1d592c73035cc33f2cdc3bfacef5bb3ffa2b546e8879853fbcc6cbd216c9983f158233ad6d809d3f12da6fd56c3e983f6a3c3da2d3988d3f459af4aa48aa7f3f0000000000000840f1964cd999f3a23f00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000c4f76376994efa3f4069e9536cdded3f747f0eb83d0cf43fa20988f31b1aff3f441310e73734ee3fa20988f31b1aff3f000000000000000000000000000000000000000000000000', false, 0.0871761672081498, 0.03365678738577734, 0.5800073953302016, '2026-11-30 09:14:40.48519+00', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-2ab4-7698-8b56-414f687331ce', '01a22bbc-2474-72cb-a39b-100ae112bde0');
INSERT INTO public.analytics_skillstate VALUES ('01a22bbc-262a-72d8-b03d-1068c82dd53d', 0.8058464948240394, 0.7813782111394278, 4, 3, 0.16004187747952325, 0.5584331585871353, '\x000000000000f03f00000000000010408a99fda6d84cd44008b29b967ec9e93f08b29b967ec9e93f000000000000000089e47999b3d2e53f00000000000000006c0ae6672ee6843f2d2ed658129cb13fb513b76006f0c43f49b7c7ba997ecc3f32349fc8334fca3f3d7d6f5b76e6c93ff8976ae7c691723fcaed765b0d03923fa379a7679f269f3f7e4f4daf2ef0a03fe3857fde639d993f642c35b26dae903f1ff2efe8ffff0f407ded4ebdbbeaa03f00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000382644400689024052d930a4879c0740ff8f2bc099a8fc3fbcb91ae0354706409423c8ac85bb0b40bcb91ae035470640000000000000000000000000000000000000000000000000', false, 0.08562654044810039, 0.0281539448845864, 0.6303359124515283, '2026-11-30 09:14:40.614619+00', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-2ab4-7698-8b56-4150a452e549', '01a22bbc-24be-76a9-9ebb-0ad00e7121c6');
INSERT INTO public.analytics_skillstate VALUES ('01a22bbc-2717-72e0-8552-6fef7bd11bc2', 0.3253903429672322, 0.31275155231333296, 3, 1, -0.14041871316983487, 0.568560644739691, '\x000000000000f03f0000000000000840025d07a7d84cd440839f5e0432d3d43fcaf82082671be13f000000000000f03f59ed5cafa40dde3f0000000000000000f5a0ccbef425c13f48e511b33de6ce3f0cd7d789daa8cc3f5f0f2b1c0d7ac23f0e11284b6322b13f856307df4b8aa23ffce3e77ba0c8a33fc2922e36fe52a73f8091f3114b15a23f1a0b2af9f12d953f85808afd7feb823f6c9b11b2261c6f3f91fe24f8ffff07400a4e2ed05b38a13f000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000009a51b663a5ccf33f440509cd579afd3f9c2d11bd91aee83f66656bfd2ccef53ffd628900a6070240fd628900a607f23f000000000000000000000000000000000000000000000000', false, 0.1401968822606495, 0.035701887215006174, 0.43652962750961116, '2026-11-30 09:14:40.815742+00', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-2ab4-7698-8b56-41516f43703e', '01a22bbc-26f0-76d5-b324-7588f349c8ba');
INSERT INTO public.analytics_upkeep VALUES ('folding');
INSERT INTO public.analytics_upkeep VALUES ('fitting');
INSERT INTO public.auth_group VALUES (1, 'Nobody');
INSERT INTO public.auth_group_permissions VALUES (1, 1, 1);
INSERT INTO public.auth_permission VALUES (1, 'Can add job', 1, 'add_jobrun');
INSERT INTO public.auth_permission VALUES (2, 'Can change job', 1, 'change_jobrun');
INSERT INTO public.auth_permission VALUES (3, 'Can delete job', 1, 'delete_jobrun');
INSERT INTO public.auth_permission VALUES (4, 'Can view job', 1, 'view_jobrun');
INSERT INTO public.auth_permission VALUES (5, 'Can add classroom', 2, 'add_classroom');
INSERT INTO public.auth_permission VALUES (6, 'Can change classroom', 2, 'change_classroom');
INSERT INTO public.auth_permission VALUES (7, 'Can delete classroom', 2, 'delete_classroom');
INSERT INTO public.auth_permission VALUES (8, 'Can view classroom', 2, 'view_classroom');
INSERT INTO public.auth_permission VALUES (9, 'Can add facility', 3, 'add_facility');
INSERT INTO public.auth_permission VALUES (10, 'Can change facility', 3, 'change_facility');
INSERT INTO public.auth_permission VALUES (11, 'Can delete facility', 3, 'delete_facility');
INSERT INTO public.auth_permission VALUES (12, 'Can view facility', 3, 'view_facility');
INSERT INTO public.auth_permission VALUES (13, 'Can add user', 4, 'add_user');
INSERT INTO public.auth_permission VALUES (14, 'Can change user', 4, 'change_user');
INSERT INTO public.auth_permission VALUES (15, 'Can delete user', 4, 'delete_user');
INSERT INTO public.auth_permission VALUES (16, 'Can view user', 4, 'view_user');
INSERT INTO public.auth_permission VALUES (17, 'Can add course session', 5, 'add_coursesession');
INSERT INTO public.auth_permission VALUES (18, 'Can change course session', 5, 'change_coursesession');
INSERT INTO public.auth_permission VALUES (19, 'Can delete course session', 5, 'delete_coursesession');
INSERT INTO public.auth_permission VALUES (20, 'Can view course session', 5, 'view_coursesession');
INSERT INTO public.auth_permission VALUES (21, 'Can add enrolment', 6, 'add_enrolment');
INSERT INTO public.auth_permission VALUES (22, 'Can change enrolment', 6, 'change_enrolment');
INSERT INTO public.auth_permission VALUES (23, 'Can delete enrolment', 6, 'delete_enrolment');
INSERT INTO public.auth_permission VALUES (24, 'Can view enrolment', 6, 'view_enrolment');
INSERT INTO public.auth_permission VALUES (25, 'Can add API key', 7, 'add_apikey');
INSERT INTO public.auth_permission VALUES (26, 'Can change API key', 7, 'change_apikey');
INSERT INTO public.auth_permission VALUES (27, 'Can delete API key', 7, 'delete_apikey');
INSERT INTO public.auth_permission VALUES (28, 'Can view API key', 7, 'view_apikey');
INSERT INTO public.auth_permission VALUES (29, 'Can add learner group', 8, 'add_learnergroup');
INSERT INTO public.auth_permission VALUES (30, 'Can change learner group', 8, 'change_learnergroup');
INSERT INTO public.auth_permission VALUES (31, 'Can delete learner group', 8, 'delete_learnergroup');
INSERT INTO public.auth_permission VALUES (32, 'Can view learner group', 8, 'view_learnergroup');
INSERT INTO public.auth_permission VALUES (33, 'Can add group membership', 9, 'add_groupmembership');
INSERT INTO public.auth_permission VALUES (34, 'Can change group membership', 9, 'change_groupmembership');
INSERT INTO public.auth_permission VALUES (35, 'Can delete group membership', 9, 'delete_groupmembership');
INSERT INTO public.auth_permission VALUES (36, 'Can view group membership', 9, 'view_groupmembership');
INSERT INTO public.auth_permission VALUES (37, 'Can add course session assignment', 10, 'add_coursesessionassignment');
INSERT INTO public.auth_permission VALUES (38, 'Can change course session assignment', 10, 'change_coursesessionassignment');
INSERT INTO public.auth_permission VALUES (39, 'Can delete course session assignment', 10, 'delete_coursesessionassignment');
INSERT INTO public.auth_permission VALUES (40, 'Can view course session assignment', 10, 'view_coursesessionassignment');
INSERT INTO public.auth_permission VALUES (41, 'Can add learner token', 11, 'add_learnertoken');
INSERT INTO public.auth_permission VALUES (42, 'Can change learner token', 11, 'change_learnertoken');
INSERT INTO public.auth_permission VALUES (43, 'Can delete learner token', 11, 'delete_learnertoken');
INSERT INTO public.auth_permission VALUES (44, 'Can view learner token', 11, 'view_learnertoken');
INSERT INTO public.auth_permission VALUES (45, 'Can add lesson', 12, 'add_lesson');
INSERT INTO public.auth_permission VALUES (46, 'Can change lesson', 12, 'change_lesson');
INSERT INTO public.auth_permission VALUES (47, 'Can delete lesson', 12, 'delete_lesson');
INSERT INTO public.auth_permission VALUES (48, 'Can view lesson', 12, 'view_lesson');
INSERT INTO public.auth_permission VALUES (49, 'Can add lesson assignment', 13, 'add_lessonassignment');
INSERT INTO public.auth_permission VALUES (50, 'Can change lesson assignment', 13, 'change_lessonassignment');
INSERT INTO public.auth_permission VALUES (51, 'Can delete lesson assignment', 13, 'delete_lessonassignment');
INSERT INTO public.auth_permission VALUES (52, 'Can view lesson assignment', 13, 'view_lessonassignment');
INSERT INTO public.auth_permission VALUES (53, 'Can add quiz', 14, 'add_quiz');
INSERT INTO public.auth_permission VALUES (54, 'Can change quiz', 14, 'change_quiz');
INSERT INTO public.auth_permission VALUES (55, 'Can delete quiz', 14, 'delete_quiz');
INSERT INTO public.auth_permission VALUES (56, 'Can view quiz', 14, 'view_quiz');
INSERT INTO public.auth_permission VALUES (57, 'Can add quiz assignment', 15, 'add_quizassignment');
INSERT INTO public.auth_permission VALUES (58, 'Can change quiz assignment', 15, 'change_quizassignment');
INSERT INTO public.auth_permission VALUES (59, 'Can delete quiz assignment', 15, 'delete_quizassignment');
INSERT INTO public.auth_permission VALUES (60, 'Can view quiz assignment', 15, 'view_quizassignment');
INSERT INTO public.auth_permission VALUES (61, 'Can add role', 16, 'add_role');
INSERT INTO public.auth_permission VALUES (62, 'Can change role', 16, 'change_role');
INSERT INTO public.auth_permission VALUES (63, 'Can delete role', 16, 'delete_role');
INSERT INTO public.auth_permission VALUES (64, 'Can view role', 16, 'view_role');
INSERT INTO public.auth_permission VALUES (65, 'Can add kept answer', 17, 'add_keptanswer');
INSERT INTO public.auth_permission VALUES (66, 'Can change kept answer', 17, 'change_keptanswer');
INSERT INTO public.auth_permission VALUES (67, 'Can delete kept answer', 17, 'delete_keptanswer');
INSERT INTO public.auth_permission VALUES (68, 'Can view kept answer', 17, 'view_keptanswer');
INSERT INTO public.auth_permission VALUES (69, 'Can add membership', 18, 'add_membership');
INSERT INTO public.auth_permission VALUES (70, 'Can change membership', 18, 'change_membership');
INSERT INTO public.auth_permission VALUES (71, 'Can delete membership', 18, 'delete_membership');
INSERT INTO public.auth_permission VALUES (72, 'Can view membership', 18, 'view_membership');
INSERT INTO public.auth_permission VALUES (73, 'Can add audit entry', 19, 'add_auditentry');
INSERT INTO public.auth_permission VALUES (74, 'Can change audit entry', 19, 'change_auditentry');
INSERT INTO public.auth_permission VALUES (75, 'Can delete audit entry', 19, 'delete_auditentry');
INSERT INTO public.auth_permission VALUES (76, 'Can view audit entry', 19, 'view_auditentry');
INSERT INTO public.auth_permission VALUES (77, 'Can add export', 20, 'add_export');
INSERT INTO public.auth_permission VALUES (78, 'Can change export', 20, 'change_export');
INSERT INTO public.auth_permission VALUES (79, 'Can delete export', 20, 'delete_export');
INSERT INTO public.auth_permission VALUES (80, 'Can view export', 20, 'view_export');
INSERT INTO public.auth_permission VALUES (81, 'Can add upkeep', 21, 'add_upkeep');
INSERT INTO public.auth_permission VALUES (82, 'Can change upkeep', 21, 'change_upkeep');
INSERT INTO public.auth_permission VALUES (83, 'Can delete upkeep', 21, 'delete_upkeep');
INSERT INTO public.auth_permission VALUES (84, 'Can view upkeep', 21, 'view_upkeep');
INSERT INTO public.auth_permission VALUES (85, 'Can add learner ability', 22, 'add_learnerability');
INSERT INTO public.auth_permission VALUES (86, 'Can change learner ability', 22, 'change_learnerability');
INSERT INTO public.auth_permission VALUES (87, 'Can delete learner ability', 22, 'delete_learnerability');
INSERT INTO public.auth_permission VALUES (88, 'Can view learner ability', 22, 'view_learnerability');
INSERT INTO public.auth_permission VALUES (89, 'Can add skill', 23, 'add_skill');
INSERT INTO public.auth_permission VALUES (90, 'Can change skill', 23, 'change_skill');
INSERT INTO public.auth_permission VALUES (91, 'Can delete skill', 23, 'delete_skill');
INSERT INTO public.auth_permission VALUES (92, 'Can view skill', 23, 'view_skill');
INSERT INTO public.auth_permission VALUES (93, 'Can add item', 24, 'add_item');
INSERT INTO public.auth_permission VALUES (94, 'Can change item', 24, 'change_item');
INSERT INTO public.auth_permission VALUES (95, 'Can delete item', 24, 'delete_item');
INSERT INTO public.auth_permission VALUES (96, 'Can view item', 24, 'view_item');
INSERT INTO public.auth_permission VALUES (97, 'Can add skill parameters', 25, 'add_skillparameters');
INSERT INTO public.auth_permission VALUES (98, 'Can change skill parameters', 25, 'change_skillparameters');
INSERT INTO public.auth_permission VALUES (99, 'Can delete skill parameters', 25, 'delete_skillparameters');
INSERT INTO public.auth_permission VALUES (100, 'Can view skill parameters', 25, 'view_skillparameters');
INSERT INTO public.auth_permission VALUES (101, 'Can add skill state', 26, 'add_skillstate');
INSERT INTO public.auth_permission VALUES (102, 'Can change skill state', 26, 'change_skillstate');
INSERT INTO public.auth_permission VALUES (103, 'Can delete skill state', 26, 'delete_skillstate');
INSERT INTO public.auth_permission VALUES (104, 'Can view skill state', 26, 'view_skillstate');
INSERT INTO public.auth_permission VALUES (105, 'Can add learning event', 27, 'add_learningevent');
INSERT INTO public.auth_permission VALUES (106, 'Can change learning event', 27, 'change_learningevent');
INSERT INTO public.auth_permission VALUES (107, 'Can delete learning event', 27, 'delete_learningevent');
INSERT INTO public.auth_permission VALUES (108, 'Can view learning event', 27, 'view_learningevent');
INSERT INTO public.auth_permission VALUES (109, 'Can add item memory', 28, 'add_itemmemory');
INSERT INTO public.auth_permission VALUES (110, 'Can change item memory', 28, 'change_itemmemory');
INSERT INTO public.auth_permission VALUES (111, 'Can delete item memory', 28, 'delete_itemmemory');
INSERT INTO public.auth_permission VALUES (112, 'Can view item memory', 28, 'view_itemmemory');
INSERT INTO public.auth_permission VALUES (113, 'Can add attempt', 29, 'add_attemptlog');
INSERT INTO public.auth_permission VALUES (114, 'Can change attempt', 29, 'change_attemptlog');
INSERT INTO public.auth_permission VALUES (115, 'Can delete attempt', 29, 'delete_attemptlog');
INSERT INTO public.auth_permission VALUES (116, 'Can view attempt', 29, 'view_attemptlog');
INSERT INTO public.auth_permission VALUES (117, 'Can add content session', 30, 'add_contentsession');
INSERT INTO public.auth_permission VALUES (118, 'Can change content session', 30, 'change_contentsession');
INSERT INTO public.auth_permission VALUES (119, 'Can delete content session', 30, 'delete_contentsession');
INSERT INTO public.auth_permission VALUES (120, 'Can view content session', 30, 'view_contentsession');
INSERT INTO public.auth_permission VALUES (121, 'Can add content summary', 31, 'add_contentsummary');
INSERT INTO public.auth_permission VALUES (122, 'Can change content summary', 31, 'change_contentsummary');
INSERT INTO public.auth_permission VALUES (123, 'Can delete content summary', 31, 'delete_contentsummary');
INSERT INTO public.auth_permission VALUES (124, 'Can view content summary', 31, 'view_contentsummary');
INSERT INTO public.auth_permission VALUES (125, 'Can add try', 32, 'add_masterylog');
INSERT INTO public.auth_permission VALUES (126, 'Can change try', 32, 'change_masterylog');
INSERT INTO public.auth_permission VALUES (127, 'Can delete try', 32, 'delete_masterylog');
INSERT INTO public.auth_permission VALUES (128, 'Can view try', 32, 'view_masterylog');
INSERT INTO public.auth_permission VALUES (129, 'Can add content', 33, 'add_content');
INSERT INTO public.auth_permission VALUES (130, 'Can change content', 33, 'change_content');
INSERT INTO public.auth_permission VALUES (131, 'Can delete content', 33, 'delete_content');
INSERT INTO public.auth_permission VALUES (132, 'Can view content', 33, 'view_content');
INSERT INTO public.auth_permission VALUES (133, 'Can add study set', 34, 'add_studyset');
INSERT INTO public.auth_permission VALUES (134, 'Can change study set', 34, 'change_studyset');
INSERT INTO public.auth_permission VALUES (135, 'Can delete study set', 34, 'delete_studyset');
INSERT INTO public.auth_permission VALUES (136, 'Can view study set', 34, 'view_studyset');
INSERT INTO public.auth_permission VALUES (137, 'Can add learning item', 35, 'add_learningitem');
INSERT INTO public.auth_permission VALUES (138, 'Can change learning item', 35, 'change_learningitem');
INSERT INTO public.auth_permission VALUES (139, 'Can delete learning item', 35, 'delete_learningitem');
INSERT INTO public.auth_permission VALUES (140, 'Can view learning item', 35, 'view_learningitem');
INSERT INTO public.auth_permission VALUES (141, 'Can add log entry', 36, 'add_logentry');
INSERT INTO public.auth_permission VALUES (142, 'Can change log entry', 36, 'change_logentry');
INSERT INTO public.auth_permission VALUES (143, 'Can delete log entry', 36, 'delete_logentry');
INSERT INTO public.auth_permission VALUES (144, 'Can view log entry', 36, 'view_logentry');
INSERT INTO public.auth_permission VALUES (145, 'Can add permission', 37, 'add_permission');
INSERT INTO public.auth_permission VALUES (146, 'Can change permission', 37, 'change_permission');
INSERT INTO public.auth_permission VALUES (147, 'Can delete permission', 37, 'delete_permission');
INSERT INTO public.auth_permission VALUES (148, 'Can view permission', 37, 'view_permission');
INSERT INTO public.auth_permission VALUES (149, 'Can add group', 38, 'add_group');
INSERT INTO public.auth_permission VALUES (150, 'Can change group', 38, 'change_group');
INSERT INTO public.auth_permission VALUES (151, 'Can delete group', 38, 'delete_group');
INSERT INTO public.auth_permission VALUES (152, 'Can view group', 38, 'view_group');
INSERT INTO public.auth_permission VALUES (153, 'Can add content type', 39, 'add_contenttype');
INSERT INTO public.auth_permission VALUES (154, 'Can change content type', 39, 'change_contenttype');
INSERT INTO public.auth_permission VALUES (155, 'Can delete content type', 39, 'delete_contenttype');
INSERT INTO public.auth_permission VALUES (156, 'Can view content type', 39, 'view_contenttype');
INSERT INTO public.auth_permission VALUES (157, 'Can add session', 40, 'add_session');
INSERT INTO public.auth_permission VALUES (158, 'Can change session', 40, 'change_session');
INSERT INTO public.auth_permission VALUES (159, 'Can delete session', 40, 'delete_session');
INSERT INTO public.auth_permission VALUES (160, 'Can view session', 40, 'view_session');
INSERT INTO public.auth_permission VALUES (161, 'Can add access attempt', 41, 'add_accessattempt');
INSERT INTO public.auth_permission VALUES (162, 'Can change access attempt', 41, 'change_accessattempt');
INSERT INTO public.auth_permission VALUES (163, 'Can delete access attempt', 41, 'delete_accessattempt');
INSERT INTO public.auth_permission VALUES (164, 'Can view access attempt', 41, 'view_accessattempt');
INSERT INTO public.auth_permission VALUES (165, 'Can add access log', 42, 'add_accesslog');
INSERT INTO public.auth_permission VALUES (166, 'Can change access log', 42, 'change_accesslog');
INSERT INTO public.auth_permission VALUES (167, 'Can delete access log', 42, 'delete_accesslog');
INSERT INTO public.auth_permission VALUES (168, 'Can view access log', 42, 'view_accesslog');
INSERT INTO public.auth_permission VALUES (169, 'Can add access failure', 43, 'add_accessfailurelog');
INSERT INTO public.auth_permission VALUES (170, 'Can change access failure', 43, 'change_accessfailurelog');
INSERT INTO public.auth_permission VALUES (171, 'Can delete access failure', 43, 'delete_accessfailurelog');
INSERT INTO public.auth_permission VALUES (172, 'Can view access failure', 43, 'view_accessfailurelog');
INSERT INTO public.auth_permission VALUES (173, 'Can add access attempt expiration', 44, 'add_accessattemptexpiration');
INSERT INTO public.auth_permission VALUES (174, 'Can change access attempt expiration', 44, 'change_accessattemptexpiration');
INSERT INTO public.auth_permission VALUES (175, 'Can delete access attempt expiration', 44, 'delete_accessattemptexpiration');
INSERT INTO public.auth_permission VALUES (176, 'Can view access attempt expiration', 44, 'view_accessattemptexpiration');
INSERT INTO public.axes_accessattempt VALUES (1, '<unknown>', '127.0.0.1', 'ben', '<unknown>', '/api/auth/session', '2026-11-30 09:14:41.520224+00', '', '', 1);
INSERT INTO public.axes_accessattemptexpiration VALUES (1, '2026-11-30 09:14:41.535836+00');
INSERT INTO public.axes_accessfailurelog VALUES (1, '', '127.0.0.1', 'root', '', '/', '2026-11-30 09:14:41.586503+00', false);
INSERT INTO public.axes_accesslog VALUES (1, '', '127.0.0.1', 'root', '', '/', '2026-11-30 09:14:41.58057+00', NULL, '');
INSERT INTO public.config_jobrun VALUES ('fold_items', '2026-11-30 09:15:11.815899+00', '2026-11-30 09:14:41.815899+00', NULL, 0);
INSERT INTO public.config_jobrun VALUES ('purge_kept_answers', '2026-11-30 09:24:41.815899+00', '2026-11-30 09:14:41.815899+00', NULL, 0);
INSERT INTO public.config_jobrun VALUES ('purge_tokens', '2026-11-30 09:24:41.815899+00', '2026-11-30 09:14:41.815899+00', NULL, 0);
INSERT INTO public.config_jobrun VALUES ('purge_guest_sessions', '2026-11-30 10:14:41.815899+00', '2026-11-30 09:14:41.815899+00', NULL, 0);
INSERT INTO public.config_jobrun VALUES ('purge_login_sessions', '2026-11-30 10:14:41.815899+00', '2026-11-30 09:14:41.815899+00', NULL, 0);
INSERT INTO public.config_jobrun VALUES ('purge_exports', '2026-11-30 09:24:41.815899+00', '2026-11-30 09:14:41.815899+00', NULL, 0);
INSERT INTO public.config_jobrun VALUES ('export', '2026-11-30 09:15:41.88644+00', '2026-11-30 09:14:41.88644+00', NULL, 1);
INSERT INTO public.django_admin_log VALUES (1, '2026-11-30 09:14:41.535836+00', NULL, 'Example', 1, '', NULL, '01a22bbc-227b-76fe-a2a4-e5cf8b8089f5');
INSERT INTO public.django_content_type VALUES (1, 'config', 'jobrun');
INSERT INTO public.django_content_type VALUES (2, 'roster', 'classroom');
INSERT INTO public.django_content_type VALUES (3, 'roster', 'facility');
INSERT INTO public.django_content_type VALUES (4, 'roster', 'user');
INSERT INTO public.django_content_type VALUES (5, 'roster', 'coursesession');
INSERT INTO public.django_content_type VALUES (6, 'roster', 'enrolment');
INSERT INTO public.django_content_type VALUES (7, 'roster', 'apikey');
INSERT INTO public.django_content_type VALUES (8, 'roster', 'learnergroup');
INSERT INTO public.django_content_type VALUES (9, 'roster', 'groupmembership');
INSERT INTO public.django_content_type VALUES (10, 'roster', 'coursesessionassignment');
INSERT INTO public.django_content_type VALUES (11, 'roster', 'learnertoken');
INSERT INTO public.django_content_type VALUES (12, 'roster', 'lesson');
INSERT INTO public.django_content_type VALUES (13, 'roster', 'lessonassignment');
INSERT INTO public.django_content_type VALUES (14, 'roster', 'quiz');
INSERT INTO public.django_content_type VALUES (15, 'roster', 'quizassignment');
INSERT INTO public.django_content_type VALUES (16, 'roster', 'role');
INSERT INTO public.django_content_type VALUES (17, 'roster', 'keptanswer');
INSERT INTO public.django_content_type VALUES (18, 'roster', 'membership');
INSERT INTO public.django_content_type VALUES (19, 'roster', 'auditentry');
INSERT INTO public.django_content_type VALUES (20, 'roster', 'export');
INSERT INTO public.django_content_type VALUES (21, 'analytics', 'upkeep');
INSERT INTO public.django_content_type VALUES (22, 'analytics', 'learnerability');
INSERT INTO public.django_content_type VALUES (23, 'analytics', 'skill');
INSERT INTO public.django_content_type VALUES (24, 'analytics', 'item');
INSERT INTO public.django_content_type VALUES (25, 'analytics', 'skillparameters');
INSERT INTO public.django_content_type VALUES (26, 'analytics', 'skillstate');
INSERT INTO public.django_content_type VALUES (27, 'analytics', 'learningevent');
INSERT INTO public.django_content_type VALUES (28, 'analytics', 'itemmemory');
INSERT INTO public.django_content_type VALUES (29, 'logger', 'attemptlog');
INSERT INTO public.django_content_type VALUES (30, 'logger', 'contentsession');
INSERT INTO public.django_content_type VALUES (31, 'logger', 'contentsummary');
INSERT INTO public.django_content_type VALUES (32, 'logger', 'masterylog');
INSERT INTO public.django_content_type VALUES (33, 'logger', 'content');
INSERT INTO public.django_content_type VALUES (34, 'study', 'studyset');
INSERT INTO public.django_content_type VALUES (35, 'study', 'learningitem');
INSERT INTO public.django_content_type VALUES (36, 'admin', 'logentry');
INSERT INTO public.django_content_type VALUES (37, 'auth', 'permission');
INSERT INTO public.django_content_type VALUES (38, 'auth', 'group');
INSERT INTO public.django_content_type VALUES (39, 'contenttypes', 'contenttype');
INSERT INTO public.django_content_type VALUES (40, 'sessions', 'session');
INSERT INTO public.django_content_type VALUES (41, 'axes', 'accessattempt');
INSERT INTO public.django_content_type VALUES (42, 'axes', 'accesslog');
INSERT INTO public.django_content_type VALUES (43, 'axes', 'accessfailurelog');
INSERT INTO public.django_content_type VALUES (44, 'axes', 'accessattemptexpiration');
INSERT INTO public.django_migrations VALUES (1, 'contenttypes', '0001_initial', '2026-11-30 09:14:13.250355+00');
INSERT INTO public.django_migrations VALUES (2, 'contenttypes', '0002_remove_content_type_name', '2026-11-30 09:14:13.315907+00');
INSERT INTO public.django_migrations VALUES (3, 'auth', '0001_initial', '2026-11-30 09:14:13.512146+00');
INSERT INTO public.django_migrations VALUES (4, 'auth', '0002_alter_permission_name_max_length', '2026-11-30 09:14:13.570851+00');
INSERT INTO public.django_migrations VALUES (5, 'auth', '0003_alter_user_email_max_length', '2026-11-30 09:14:13.592652+00');
INSERT INTO public.django_migrations VALUES (6, 'auth', '0004_alter_user_username_opts', '2026-11-30 09:14:13.640941+00');
INSERT INTO public.django_migrations VALUES (7, 'auth', '0005_alter_user_last_login_null', '2026-11-30 09:14:13.652992+00');
INSERT INTO public.django_migrations VALUES (8, 'auth', '0006_require_contenttypes_0002', '2026-11-30 09:14:13.734198+00');
INSERT INTO public.django_migrations VALUES (9, 'auth', '0007_alter_validators_add_error_messages', '2026-11-30 09:14:13.752069+00');
INSERT INTO public.django_migrations VALUES (10, 'auth', '0008_alter_user_username_max_length', '2026-11-30 09:14:13.783003+00');
INSERT INTO public.django_migrations VALUES (11, 'auth', '0009_alter_user_last_name_max_length', '2026-11-30 09:14:13.850346+00');
INSERT INTO public.django_migrations VALUES (12, 'auth', '0010_alter_group_name_max_length', '2026-11-30 09:14:13.951516+00');
INSERT INTO public.django_migrations VALUES (13, 'auth', '0011_update_proxy_permissions', '2026-11-30 09:14:13.994982+00');
INSERT INTO public.django_migrations VALUES (14, 'auth', '0012_alter_user_first_name_max_length', '2026-11-30 09:14:14.044253+00');
INSERT INTO public.django_migrations VALUES (15, 'roster', '0001_initial', '2026-11-30 09:14:15.934525+00');
INSERT INTO public.django_migrations VALUES (16, 'admin', '0001_initial', '2026-11-30 09:14:15.98396+00');
INSERT INTO public.django_migrations VALUES (17, 'admin', '0002_logentry_remove_auto_add', '2026-11-30 09:14:16.018244+00');
INSERT INTO public.django_migrations VALUES (18, 'admin', '0003_logentry_add_action_flag_choices', '2026-11-30 09:14:16.036611+00');
INSERT INTO public.django_migrations VALUES (19, 'roster', '0002_kept_answers', '2026-11-30 09:14:16.115925+00');
INSERT INTO public.django_migrations VALUES (20, 'roster', '0003_classroom_external_id', '2026-11-30 09:14:16.19243+00');
INSERT INTO public.django_migrations VALUES (21, 'roster', '0004_membership_view', '2026-11-30 09:14:16.224978+00');
INSERT INTO public.django_migrations VALUES (22, 'roster', '0005_fold_usernames_stably', '2026-11-30 09:14:16.277382+00');
INSERT INTO public.django_migrations VALUES (23, 'roster', '0006_email_and_memory', '2026-11-30 09:14:16.377384+00');
INSERT INTO public.django_migrations VALUES (24, 'roster', '0007_audit_and_exports', '2026-11-30 09:14:16.522512+00');
INSERT INTO public.django_migrations VALUES (25, 'roster', '0008_audit_entries_stay', '2026-11-30 09:14:16.584126+00');
INSERT INTO public.django_migrations VALUES (26, 'analytics', '0001_learner_model', '2026-11-30 09:14:18.306418+00');
INSERT INTO public.django_migrations VALUES (27, 'analytics', '0002_item_memory', '2026-11-30 09:14:19.171778+00');
INSERT INTO public.django_migrations VALUES (28, 'analytics', '0003_event_lists', '2026-11-30 09:14:19.298283+00');
INSERT INTO public.django_migrations VALUES (29, 'analytics', '0004_events_of_facilities_and_sources', '2026-11-30 09:14:19.482378+00');
INSERT INTO public.django_migrations VALUES (30, 'analytics', '0005_items_by_name', '2026-11-30 09:14:20.082249+00');
INSERT INTO public.django_migrations VALUES (31, 'analytics', '0006_lists_by_what_was_last', '2026-11-30 09:14:20.20728+00');
INSERT INTO public.django_migrations VALUES (32, 'axes', '0001_initial', '2026-11-30 09:14:20.229453+00');
INSERT INTO public.django_migrations VALUES (33, 'axes', '0002_auto_20151217_2044', '2026-11-30 09:14:20.399761+00');
INSERT INTO public.django_migrations VALUES (34, 'axes', '0003_auto_20160322_0929', '2026-11-30 09:14:20.592833+00');
INSERT INTO public.django_migrations VALUES (35, 'axes', '0004_auto_20181024_1538', '2026-11-30 09:14:20.628943+00');
INSERT INTO public.django_migrations VALUES (36, 'axes', '0005_remove_accessattempt_trusted', '2026-11-30 09:14:20.650686+00');
INSERT INTO public.django_migrations VALUES (37, 'axes', '0006_remove_accesslog_trusted', '2026-11-30 09:14:20.658554+00');
INSERT INTO public.django_migrations VALUES (38, 'axes', '0007_alter_accessattempt_unique_together', '2026-11-30 09:14:20.742269+00');
INSERT INTO public.django_migrations VALUES (39, 'axes', '0008_accessfailurelog', '2026-11-30 09:14:20.766209+00');
INSERT INTO public.django_migrations VALUES (40, 'axes', '0009_add_session_hash', '2026-11-30 09:14:20.774911+00');
INSERT INTO public.django_migrations VALUES (41, 'axes', '0010_accessattemptexpiration', '2026-11-30 09:14:20.802226+00');
INSERT INTO public.django_migrations VALUES (42, 'config', '0001_initial', '2026-11-30 09:14:20.824869+00');
INSERT INTO public.django_migrations VALUES (43, 'logger', '0001_initial', '2026-11-30 09:14:20.882964+00');
INSERT INTO public.django_migrations VALUES (44, 'logger', '0002_initial', '2026-11-30 09:14:25.946456+00');
INSERT INTO public.django_migrations VALUES (45, 'logger', '0003_guests_sessions', '2026-11-30 09:14:26.00503+00');
INSERT INTO public.django_migrations VALUES (46, 'logger', '0004_list_indexes', '2026-11-30 09:14:28.987923+00');
INSERT INTO public.django_migrations VALUES (47, 'logger', '0005_content', '2026-11-30 09:14:29.050236+00');
INSERT INTO public.django_migrations VALUES (48, 'logger', '0006_lists_by_when_they_begin', '2026-11-30 09:14:29.954295+00');
INSERT INTO public.django_migrations VALUES (49, 'logger', '0007_contents_and_kinds', '2026-11-30 09:14:30.375655+00');
INSERT INTO public.django_migrations VALUES (50, 'roster', '0009_rights_of_exports', '2026-11-30 09:14:30.483606+00');
INSERT INTO public.django_migrations VALUES (51, 'roster', '0010_claims_on_exports', '2026-11-30 09:14:31.166324+00');
INSERT INTO public.django_migrations VALUES (52, 'sessions', '0001_initial', '2026-11-30 09:14:31.185589+00');
INSERT INTO public.django_migrations VALUES (53, 'study', '0001_sets_of_items', '2026-11-30 09:14:31.360076+00');
INSERT INTO public.django_session VALUES ('p4sv1vxnix8xuhi6fg1ljg3jb6k4jxzf', '.eJxVyzEOwjAMheG7ZCZV4qRJw8gRuEBlx7ZaIRWpTSfE3aGIAdb3v-9hRtzbNO6brOPM5mycRwCiagEy2ZxULAJGKz0DaPWUic3plxHWmyyHXe9bk7U7kixtrtjm-9JdP-vl-_qjE27T27Ficlz6mCpGHbJCBoRUg1OOAgRYKIScfKoSSnJDYYiqXogJKrB5vgD6qECo:1xXxT7:-7Rw1rlZVv97Pv7b1KZ1urPkSSpZqwLIdXJgYnJhFZQ', '2026-12-14 09:14:41.271064+00');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-2451-7229-a3b9-be3802fc21e4', '2026-11-30 09:14:33.066927+00', '2026-11-30 09:14:40.066927+00', NULL, 7, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 'q0', 0, false, 0, false, false, true, '{"choice": 0}', '', '[{"type": "answer", "answer": {"choice": 0}, "correct": 0.0, "timestamp": "2026-11-30T09:14:40.066927Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-242e-73d1-9a3f-e9faf6f91a4f', '01a22bbc-242d-746c-9241-5b0f1cd93ae2');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-2451-7229-a3b9-be39370af7db', '2026-11-30 09:14:33.066927+00', '2026-11-30 09:14:40.066927+00', NULL, 7, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 'q1', 1, false, 1, false, false, true, '{"choice": 1}', '', '[{"type": "answer", "answer": {"choice": 1}, "correct": 1.0, "timestamp": "2026-11-30T09:14:40.066927Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-242e-73d1-9a3f-e9faf6f91a4f', '01a22bbc-242d-746c-9241-5b0f1cd93ae2');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-2451-7229-a3b9-be3a3bce5ca9', '2026-11-30 09:14:33.066927+00', '2026-11-30 09:14:40.066927+00', NULL, 7, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 'q2', 2, false, 1, false, false, true, '{"choice": 2}', '', '[{"type": "answer", "answer": {"choice": 2}, "correct": 1.0, "timestamp": "2026-11-30T09:14:40.066927Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-242e-73d1-9a3f-e9faf6f91a4f', '01a22bbc-242d-746c-9241-5b0f1cd93ae2');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-2533-7662-ac31-7402fba841d4', '2026-11-30 09:14:33.304015+00', '2026-11-30 09:14:40.304015+00', NULL, 7, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 'q0', 0, false, 0, false, false, true, '{"choice": 0}', '', '[{"type": "answer", "answer": {"choice": 0}, "correct": 0.0, "timestamp": "2026-11-30T09:14:40.304015Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-2523-750c-b80c-f046c84b8a05', '01a22bbc-2522-777c-8ce0-fb5e39cdad0f');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-2534-7183-aadd-cc76e572cfe2', '2026-11-30 09:14:33.304015+00', '2026-11-30 09:14:40.304015+00', NULL, 7, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 'q1', 1, false, 1, false, false, true, '{"choice": 1}', '', '[{"type": "answer", "answer": {"choice": 1}, "correct": 1.0, "timestamp": "2026-11-30T09:14:40.304015Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-2523-750c-b80c-f046c84b8a05', '01a22bbc-2522-777c-8ce0-fb5e39cdad0f');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-2534-7183-aadd-cc770cf8b7e9', '2026-11-30 09:14:33.304015+00', '2026-11-30 09:14:40.304015+00', NULL, 7, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 'q2', 2, false, 1, false, false, true, '{"choice": 2}', '', '[{"type": "answer", "answer": {"choice": 2}, "correct": 1.0, "timestamp": "2026-11-30T09:14:40.304015Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-2523-750c-b80c-f046c84b8a05', '01a22bbc-2522-777c-8ce0-fb5e39cdad0f');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-25e7-72dd-b8f6-d9eb4d020874', '2026-11-30 09:14:33.48519+00', '2026-11-30 09:14:40.48519+00', NULL, 7, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 'q0', 0, false, 0, false, false, true, '{"choice": 0}', '', '[{"type": "answer", "answer": {"choice": 0}, "correct": 0.0, "timestamp": "2026-11-30T09:14:40.485190Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-25cb-707e-8011-7ca8566a8da6', '01a22bbc-25cb-707e-8011-7ca779ef2f38');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-25e7-72dd-b8f6-d9ec5d6fe55f', '2026-11-30 09:14:33.48519+00', '2026-11-30 09:14:40.48519+00', NULL, 7, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 'q1', 1, false, 1, false, false, true, '{"choice": 1}', '', '[{"type": "answer", "answer": {"choice": 1}, "correct": 1.0, "timestamp": "2026-11-30T09:14:40.485190Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-25cb-707e-8011-7ca8566a8da6', '01a22bbc-25cb-707e-8011-7ca779ef2f38');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-25e7-72dd-b8f6-d9ed5016ce2b', '2026-11-30 09:14:33.48519+00', '2026-11-30 09:14:40.48519+00', NULL, 7, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 'q2', 2, false, 1, false, false, true, '{"choice": 2}', '', '[{"type": "answer", "answer": {"choice": 2}, "correct": 1.0, "timestamp": "2026-11-30T09:14:40.485190Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-25cb-707e-8011-7ca8566a8da6', '01a22bbc-25cb-707e-8011-7ca779ef2f38');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-26c7-71da-a98d-b8e3230e96e9', '2026-11-30 09:14:33.702788+00', '2026-11-30 09:14:40.702788+00', NULL, 7, '01a22bbc-22a9-7699-97aa-f034e9e40d28', 'q0', 0, false, 0, false, false, true, '{"choice": 0}', '', '[{"type": "answer", "answer": {"choice": 0}, "correct": 0.0, "timestamp": "2026-11-30T09:14:40.702788Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-26b2-77b9-9a4c-2b5e140fa94d', '01a22bbc-26ae-714e-8986-9e299857fe9f');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-26c7-71da-a98d-b8e4b868658b', '2026-11-30 09:14:33.702788+00', '2026-11-30 09:14:40.702788+00', NULL, 7, '01a22bbc-22a9-7699-97aa-f034e9e40d28', 'q1', 1, false, 1, false, false, true, '{"choice": 1}', '', '[{"type": "answer", "answer": {"choice": 1}, "correct": 1.0, "timestamp": "2026-11-30T09:14:40.702788Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-26b2-77b9-9a4c-2b5e140fa94d', '01a22bbc-26ae-714e-8986-9e299857fe9f');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-26c7-71da-a98d-b8e52aadba08', '2026-11-30 09:14:33.702788+00', '2026-11-30 09:14:40.702788+00', NULL, 7, '01a22bbc-22a9-7699-97aa-f034e9e40d28', 'q2', 2, false, 1, false, false, true, '{"choice": 2}', '', '[{"type": "answer", "answer": {"choice": 2}, "correct": 1.0, "timestamp": "2026-11-30T09:14:40.702788Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-26b2-77b9-9a4c-2b5e140fa94d', '01a22bbc-26ae-714e-8986-9e299857fe9f');
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-274c-72e3-afe1-9192d13f3638', '2026-11-30 09:14:33.842772+00', '2026-11-30 09:14:40.842772+00', NULL, 7, '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'q0', 0, false, 0, false, false, true, '{"choice": 0}', '', '[{"type": "answer", "answer": {"choice": 0}, "correct": 0.0, "timestamp": "2026-11-30T09:14:40.842772Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL, '01a22bbc-2740-77bc-8f89-4419b1fc2366', NULL);
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-274d-74d6-88c2-396723594c5d', '2026-11-30 09:14:33.842772+00', '2026-11-30 09:14:40.842772+00', NULL, 7, '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'q1', 1, false, 1, false, false, true, '{"choice": 1}', '', '[{"type": "answer", "answer": {"choice": 1}, "correct": 1.0, "timestamp": "2026-11-30T09:14:40.842772Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL, '01a22bbc-2740-77bc-8f89-4419b1fc2366', NULL);
INSERT INTO public.logger_attemptlog VALUES ('01a22bbc-274d-74d6-88c2-3968b180a445', '2026-11-30 09:14:33.842772+00', '2026-11-30 09:14:40.842772+00', NULL, 7, '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'q2', 2, false, 1, false, false, true, '{"choice": 2}', '', '[{"type": "answer", "answer": {"choice": 2}, "correct": 1.0, "timestamp": "2026-11-30T09:14:40.842772Z"}]', '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL, '01a22bbc-2740-77bc-8f89-4419b1fc2366', NULL);
INSERT INTO public.logger_content VALUES ('9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'Channel', 'topic', '[]', NULL);
INSERT INTO public.logger_content VALUES ('4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 'Sums', 'exercise', '["q0", "q1"]', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22');
INSERT INTO public.logger_contentsession VALUES ('01a22bbc-242e-73d1-9a3f-e9faf6f91a4f', '2026-11-30 09:14:40.027018+00', '2026-11-30 09:14:40.146797+00', '2026-11-30 09:14:40.066927+00', 9, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'exercise', 1, '{"page": 2}', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 0, NULL, '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-22a5-7793-b2b5-5b2e81d13a30', NULL, '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-242b-70cd-9c49-bd16256063f6', '01a22bbc-242d-746c-9241-5b0f1cd93ae2');
INSERT INTO public.logger_contentsession VALUES ('01a22bbc-2523-750c-b80c-f046c84b8a05', '2026-11-30 09:14:40.275036+00', '2026-11-30 09:14:40.342436+00', '2026-11-30 09:14:40.304015+00', 9, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'exercise', 1, '{"page": 2}', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 0, NULL, '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-22a5-7793-b2b5-5b2e81d13a30', NULL, '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', '01a22bbc-251f-7295-aae2-59ad92c3136d', '01a22bbc-2522-777c-8ce0-fb5e39cdad0f');
INSERT INTO public.logger_contentsession VALUES ('01a22bbc-25cb-707e-8011-7ca8566a8da6', '2026-11-30 09:14:40.450967+00', '2026-11-30 09:14:40.522742+00', '2026-11-30 09:14:40.48519+00', 9, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'exercise', 1, '{"page": 2}', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 0, NULL, '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL, NULL, '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', '01a22bbc-25ca-711c-ae97-14d4a1058db9', '01a22bbc-25cb-707e-8011-7ca779ef2f38');
INSERT INTO public.logger_contentsession VALUES ('01a22bbc-267e-73a4-869c-59bbc3d4ee3b', '2026-11-30 09:14:40.632204+00', '2026-11-30 09:14:40.664181+00', NULL, 9, '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'video', 0.5, '{"page": 2}', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 0, NULL, '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL, NULL, '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-267e-73a4-869c-59ba43cc3a4a', NULL);
INSERT INTO public.logger_contentsession VALUES ('01a22bbc-26b2-77b9-9a4c-2b5e140fa94d', '2026-11-30 09:14:40.676095+00', '2026-11-30 09:14:40.724213+00', NULL, 9, '01a22bbc-22a9-7699-97aa-f034e9e40d28', NULL, 'quiz', 0, '{"page": 2}', NULL, 0, NULL, '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL, '01a22bbc-22a9-7699-97aa-f034e9e40d28', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', '01a22bbc-26ad-74b2-9d45-cc2c571867e0', '01a22bbc-26ae-714e-8986-9e299857fe9f');
INSERT INTO public.logger_contentsession VALUES ('01a22bbc-2740-77bc-8f89-4419b1fc2366', '2026-11-30 09:14:40.832249+00', '2026-11-30 09:14:40.855444+00', NULL, 9, '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'exercise', 0, '{"page": 2}', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 3, NULL, '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.logger_contentsummary VALUES ('01a22bbc-242b-70cd-9c49-bd16256063f6', '2026-11-30 09:14:40.027018+00', '2026-11-30 09:14:40.146797+00', '2026-11-30 09:14:40.066927+00', 9, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'exercise', 1, '{"page": 2}', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.logger_contentsummary VALUES ('01a22bbc-251f-7295-aae2-59ad92c3136d', '2026-11-30 09:14:40.275036+00', '2026-11-30 09:14:40.342436+00', '2026-11-30 09:14:40.304015+00', 9, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'exercise', 1, '{"page": 2}', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0');
INSERT INTO public.logger_contentsummary VALUES ('01a22bbc-25ca-711c-ae97-14d4a1058db9', '2026-11-30 09:14:40.450967+00', '2026-11-30 09:14:40.522742+00', '2026-11-30 09:14:40.48519+00', 9, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'exercise', 1, '{"page": 2}', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388');
INSERT INTO public.logger_contentsummary VALUES ('01a22bbc-267e-73a4-869c-59ba43cc3a4a', '2026-11-30 09:14:40.632204+00', '2026-11-30 09:14:40.664181+00', NULL, 9, '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', '9e0b54a2-7f43-4a1a-8b8e-3b1a7f9f2c22', 'video', 0.5, '{"page": 2}', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.logger_contentsummary VALUES ('01a22bbc-26ad-74b2-9d45-cc2c571867e0', '2026-11-30 09:14:40.676095+00', '2026-11-30 09:14:40.724213+00', NULL, 9, '01a22bbc-22a9-7699-97aa-f034e9e40d28', NULL, 'quiz', 0, '{"page": 2}', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.logger_masterylog VALUES ('01a22bbc-242d-746c-9241-5b0f1cd93ae2', '2026-11-30 09:14:40.027018+00', '2026-11-30 09:14:40.146797+00', '2026-11-30 09:14:40.066927+00', 9, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 1, false, false, '{"m": 2, "n": 3, "type": "m_of_n"}', true, 3, '01a22bbc-242b-70cd-9c49-bd16256063f6', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.logger_masterylog VALUES ('01a22bbc-2522-777c-8ce0-fb5e39cdad0f', '2026-11-30 09:14:40.275036+00', '2026-11-30 09:14:40.342436+00', '2026-11-30 09:14:40.304015+00', 9, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 1, false, false, '{"m": 2, "n": 3, "type": "m_of_n"}', true, 3, '01a22bbc-251f-7295-aae2-59ad92c3136d', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0');
INSERT INTO public.logger_masterylog VALUES ('01a22bbc-25cb-707e-8011-7ca779ef2f38', '2026-11-30 09:14:40.450967+00', '2026-11-30 09:14:40.522742+00', '2026-11-30 09:14:40.48519+00', 9, '4c1d3f0e-6a55-4c28-9c6f-0d2c5b8f7a11', 1, false, false, '{"m": 2, "n": 3, "type": "m_of_n"}', true, 3, '01a22bbc-25ca-711c-ae97-14d4a1058db9', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388');
INSERT INTO public.logger_masterylog VALUES ('01a22bbc-26ae-714e-8986-9e299857fe9f', '2026-11-30 09:14:40.676095+00', '2026-11-30 09:14:40.724213+00', NULL, 9, '01a22bbc-22a9-7699-97aa-f034e9e40d28', -536671075, true, true, '{"type": "quiz", "coach_assigned": true}', false, 3, '01a22bbc-26ad-74b2-9d45-cc2c571867e0', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.roster_apikey VALUES ('01a22bbc-22bb-728b-93fb-f92fe75bcf1e', 'App', '0f9b66f7dc08', '41ffa3099aaa91c68ff6242c9cfd8c9dde4f6037591e2f5964386840b2afea8c', true, true, true, '2026-11-30 09:14:36.918525+00', NULL, NULL, '2026-11-30 09:14:40.013334+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8');
INSERT INTO public.roster_auditentry VALUES ('01a22bbc-22bb-728b-93fb-f93004ab0466', '2026-11-30 09:14:39.676303+00', NULL, 'manage.py', 'added', 'apikey', '01a22bbc-22bb-728b-93fb-f92fe75bcf1e', 'App (0f9b66f7dc08)', '{"name": [null, "App"], "prefix": [null, "0f9b66f7dc08"], "can_read": [null, true], "can_admin": [null, true], "can_write": [null, true]}', '01a22bbc-2278-75ba-be5d-61e62acd16f8');
INSERT INTO public.roster_auditentry VALUES ('01a22bbc-22bd-70fa-8989-489d19a640aa', '2026-11-30 09:14:39.677828+00', NULL, 'manage.py', 'imported', 'facility', '01a22bbc-2278-75ba-be5d-61e62acd16f8', 'Example school', '{"users": 7, "lessons": 1, "quizzes": 1, "api_keys": 1, "classrooms": 2, "learner_groups": 1, "course_sessions": 1}', '01a22bbc-2278-75ba-be5d-61e62acd16f8');
INSERT INTO public.roster_classroom VALUES ('01a22bbc-2280-71f6-a539-be87be419b06', '7A', '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL);
INSERT INTO public.roster_classroom VALUES ('01a22bbc-2280-71f6-a539-be881504d7fa', '7B', '01a22bbc-2278-75ba-be5d-61e62acd16f8', NULL);
INSERT INTO public.roster_coursesession VALUES ('01a22bbc-22b3-76a3-bc82-c709f7e73f56', 'Course', true, '01a22bbc-2280-71f6-a539-be881504d7fa', '01a22bbc-2278-75ba-be5d-61e62acd16f8');
INSERT INTO public.roster_coursesessionassignment VALUES ('01a22bbc-22b4-749a-a4dc-47c01b3452bf', '01a22bbc-2280-71f6-a539-be881504d7fa', '01a22bbc-22b3-76a3-bc82-c709f7e73f56', NULL);
INSERT INTO public.roster_enrolment VALUES ('01a22bbc-2293-755e-893b-f18de3f37f60', '01a22bbc-2280-71f6-a539-be87be419b06', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.roster_enrolment VALUES ('01a22bbc-2293-755e-893b-f18ef253e102', '01a22bbc-2280-71f6-a539-be87be419b06', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0');
INSERT INTO public.roster_enrolment VALUES ('01a22bbc-2293-755e-893b-f18fa15e20f5', '01a22bbc-2280-71f6-a539-be881504d7fa', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388');
INSERT INTO public.roster_enrolment VALUES ('01a22bbc-2293-755e-893b-f190194e8e2d', '01a22bbc-2280-71f6-a539-be881504d7fa', '01a22bbc-227b-76fe-a2a4-e5d58ab344e4');
INSERT INTO public.roster_export VALUES ('01a22bbc-2a08-752e-8f80-adcdbadadae2', 'roster.classroom', 'Classes', '', 'csv', 'ready', 2, NULL, 227, 0, '', '2026-11-30 09:14:41.535836+00', '2026-11-30 09:14:41.880842+00', '2026-11-30 09:14:41.880842+00', '01a22bbc-227b-76fe-a2a4-e5cf8b8089f5', 'bae2454c732fbfc53ad73dc7b22a7562753ed73affb3af8f5e92f02aa60ebb65', NULL, 2, 0);
INSERT INTO public.roster_facility VALUES ('01a22bbc-2278-75ba-be5d-61e62acd16f8', 'Example school', 'example', true, true, true);
INSERT INTO public.roster_groupmembership VALUES ('01a22bbc-229b-747d-bb88-0871f4015715', '01a22bbc-2293-755e-893b-f18de3f37f60', '01a22bbc-2284-757b-ab66-17fde972a7ea');
INSERT INTO public.roster_keptanswer VALUES ('01a22bbc-243e-7548-8713-7e4f6c981cb4', 'key/01a22bbc22bb728b93fbf92fe75bcf1e', '01a22bbc242e73d19a3fe9faf6f91a4f-1', 'bcc20d810887b7a9a05f2a02c4c4a33484a6a4b80a2cd9a3b4b1e807bb44c4c7', '01a22bbc-243e-7548-8713-7e4ef876b3e8', 200, 'application/json', '\x7b22636f6d706c657465223a747275652c22617474656d707473223a5b7b226964223a223031613232626263323435313732323961336239626533383032666332316534222c22636f7272656374223a302e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227130222c22616e73776572223a7b2263686f696365223a307d2c2274696d655f7370656e74223a372e307d2c7b226964223a223031613232626263323435313732323961336239626533393337306166376462222c22636f7272656374223a312e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227131222c22616e73776572223a7b2263686f696365223a317d2c2274696d655f7370656e74223a372e307d2c7b226964223a223031613232626263323435313732323961336239626533613362636535636139222c22636f7272656374223a312e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227132222c22616e73776572223a7b2263686f696365223a327d2c2274696d655f7370656e74223a372e307d5d7d', '2026-12-01 09:14:40.138437+00', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.roster_keptanswer VALUES ('01a22bbc-252d-7518-873d-95aa20675415', 'key/01a22bbc22bb728b93fbf92fe75bcf1e', '01a22bbc2523750cb80cf046c84b8a05-1', 'f9bcc77c53d96c54c8b8b9d774bfd3cc518f89c2d4059ac76777b647fd5c764c', '01a22bbc-252d-7518-873d-95a9d36f3d69', 200, 'application/json', '\x7b22636f6d706c657465223a747275652c22617474656d707473223a5b7b226964223a223031613232626263323533333736363261633331373430326662613834316434222c22636f7272656374223a302e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227130222c22616e73776572223a7b2263686f696365223a307d2c2274696d655f7370656e74223a372e307d2c7b226964223a223031613232626263323533343731383361616464636337366535373263666532222c22636f7272656374223a312e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227131222c22616e73776572223a7b2263686f696365223a317d2c2274696d655f7370656e74223a372e307d2c7b226964223a223031613232626263323533343731383361616464636337373063663862376539222c22636f7272656374223a312e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227132222c22616e73776572223a7b2263686f696365223a327d2c2274696d655f7370656e74223a372e307d5d7d', '2026-12-01 09:14:40.331641+00', '01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0');
INSERT INTO public.roster_keptanswer VALUES ('01a22bbc-25d6-70da-958e-589563a1bdf4', 'key/01a22bbc22bb728b93fbf92fe75bcf1e', '01a22bbc25cb707e80117ca8566a8da6-1', '1c31400f8a94b873ee947b96c4f9eb9f63048ec3048259d811da64954b8e2824', '01a22bbc-25d6-70da-958e-58949fc624c2', 200, 'application/json', '\x7b22636f6d706c657465223a747275652c22617474656d707473223a5b7b226964223a223031613232626263323565373732646462386636643965623464303230383734222c22636f7272656374223a302e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227130222c22616e73776572223a7b2263686f696365223a307d2c2274696d655f7370656e74223a372e307d2c7b226964223a223031613232626263323565373732646462386636643965633564366665353566222c22636f7272656374223a312e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227131222c22616e73776572223a7b2263686f696365223a317d2c2274696d655f7370656e74223a372e307d2c7b226964223a223031613232626263323565373732646462386636643965643530313663653262222c22636f7272656374223a312e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227132222c22616e73776572223a7b2263686f696365223a327d2c2274696d655f7370656e74223a372e307d5d7d', '2026-12-01 09:14:40.515205+00', '01a22bbc-227b-76fe-a2a4-e5d4aa3e0388');
INSERT INTO public.roster_keptanswer VALUES ('01a22bbc-2684-763d-bb88-247643d6bf03', 'key/01a22bbc22bb728b93fbf92fe75bcf1e', '01a22bbc267e73a4869c59bbc3d4ee3b-1', 'b9d0eda432f33206c8611a71fc5c2139750c9b5a79f015fa1785a014420bed5c', '01a22bbc-2684-763d-bb88-2475f2ff9a47', 200, 'application/json', '\x7b22636f6d706c657465223a66616c73657d', '2026-12-01 09:14:40.654036+00', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.roster_keptanswer VALUES ('01a22bbc-26ba-76f6-87b5-279ec2b4ae54', 'key/01a22bbc22bb728b93fbf92fe75bcf1e', '01a22bbc26b277b99a4c2b5e140fa94d-1', 'a6dea12a4f8a59e5ed9bbbfb91a1eca2532636d149cd3fa6a7217aceaa2a5ef2', '01a22bbc-26ba-76f6-87b5-279d25f471a5', 200, 'application/json', '\x7b22636f6d706c657465223a66616c73652c22617474656d707473223a5b7b226964223a223031613232626263323663373731646161393864623865333233306539366539222c22636f7272656374223a302e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227130222c22616e73776572223a7b2263686f696365223a307d2c2274696d655f7370656e74223a372e307d2c7b226964223a223031613232626263323663373731646161393864623865346238363836353862222c22636f7272656374223a312e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227131222c22616e73776572223a7b2263686f696365223a317d2c2274696d655f7370656e74223a372e307d2c7b226964223a223031613232626263323663373731646161393864623865353261616462613038222c22636f7272656374223a312e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227132222c22616e73776572223a7b2263686f696365223a327d2c2274696d655f7370656e74223a372e307d5d7d', '2026-12-01 09:14:40.714029+00', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.roster_keptanswer VALUES ('01a22bbc-2747-7354-9774-49c2fc94d9e9', 'session_id/01a22bbc274077bc8f894419b1fc2366', '01a22bbc274077bc8f894419b1fc2366-1', '7e5c50a4893c26f7191e455506b3571fc92b9f98c5a2acaa5e7fc6a222069971', '01a22bbc-2747-7354-9774-49c1c959c147', 200, 'application/json', '\x7b22636f6d706c657465223a66616c73652c22617474656d707473223a5b7b226964223a223031613232626263323734633732653361666531393139326431336633363338222c22636f7272656374223a302e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227130222c22616e73776572223a7b2263686f696365223a307d2c2274696d655f7370656e74223a372e307d2c7b226964223a223031613232626263323734643734643638386332333936373233353934633564222c22636f7272656374223a312e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227131222c22616e73776572223a7b2263686f696365223a317d2c2274696d655f7370656e74223a372e307d2c7b226964223a223031613232626263323734643734643638386332333936386231383061343435222c22636f7272656374223a312e302c22636f6d706c657465223a66616c73652c2268696e746564223a66616c73652c226572726f72223a66616c73652c226974656d223a227132222c22616e73776572223a7b2263686f696365223a327d2c2274696d655f7370656e74223a372e307d5d7d', '2026-12-01 09:14:40.850928+00', NULL);
INSERT INTO public.roster_learnergroup VALUES ('01a22bbc-2284-757b-ab66-17fde972a7ea', 'Fractions', '01a22bbc-2280-71f6-a539-be87be419b06');
INSERT INTO public.roster_learnertoken VALUES ('01a22bbc-26ea-7406-9d63-4bf82e97ebfe', '65361c626f2eb8b7e5f75f753adf768c020d147926aba310dfec9128e461466d', '2026-11-30 10:14:40.740146+00', '01a22bbc-22bb-728b-93fb-f92fe75bcf1e', '01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd');
INSERT INTO public.roster_lesson VALUES ('01a22bbc-22a5-7793-b2b5-5b2e81d13a30', 'Lesson', true, '01a22bbc-2280-71f6-a539-be87be419b06', '01a22bbc-2278-75ba-be5d-61e62acd16f8');
INSERT INTO public.roster_lessonassignment VALUES ('01a22bbc-22a8-7059-bfee-04d10d17c504', '01a22bbc-2280-71f6-a539-be87be419b06', NULL, '01a22bbc-22a5-7793-b2b5-5b2e81d13a30');
INSERT INTO public.roster_quiz VALUES ('01a22bbc-22a9-7699-97aa-f034e9e40d28', 'Quiz', true, '01a22bbc-2280-71f6-a539-be87be419b06', '01a22bbc-2278-75ba-be5d-61e62acd16f8');
INSERT INTO public.roster_quizassignment VALUES ('01a22bbc-22ae-7260-adf1-815cec43557e', '01a22bbc-2280-71f6-a539-be87be419b06', NULL, '01a22bbc-22a9-7699-97aa-f034e9e40d28');
INSERT INTO public.roster_role VALUES ('01a22bbc-228e-7012-9fd4-445d5818c351', 'coach', '01a22bbc-2280-71f6-a539-be87be419b06', NULL, '01a22bbc-227b-76fe-a2a4-e5d1e672f7f7');
INSERT INTO public.roster_role VALUES ('01a22bbc-22a4-7499-ae75-ed47b237930b', 'admin', NULL, '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-227b-76fe-a2a4-e5d09033c207');
INSERT INTO public.roster_user VALUES ('01a22bbc-227b-76fe-a2a4-e5cf8b8089f5', 'argon2$argon2id$v=19$m=102400,t=2,p=1$T3NBTlAwbHhKanhHQW9oODI4SFE0eA$RWmY+oFXH4KHHOIjl5IKKICoVzINBiple4kDd0wJ6+U', NULL, true, 'root', 'root', '', NULL, true, true, '2026-11-30 09:14:36.918525+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '');
INSERT INTO public.roster_user VALUES ('01a22bbc-227b-76fe-a2a4-e5d09033c207', 'argon2$argon2id$v=19$m=102400,t=2,p=1$T3o2V3Y2UHpsVnB5ZlBUQUFJZlBhaw$M2+hKr0rFzckhIo6LFQUvc2TVNRgUPda+gIoKzg0NZs', NULL, false, 'head', 'head', '', NULL, true, true, '2026-11-30 09:14:36.918525+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '');
INSERT INTO public.roster_user VALUES ('01a22bbc-227b-76fe-a2a4-e5d1e672f7f7', 'argon2$argon2id$v=19$m=102400,t=2,p=1$U1pQcjh2Vm9KRzFlcE9GZWZ2dzFKdA$kmlFsUOyd9LKl+jMHKU82hqqMUvqpoyzNQtn+uR6Mzc', NULL, false, 'coach', 'coach', '', NULL, true, true, '2026-11-30 09:14:36.918525+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '');
INSERT INTO public.roster_user VALUES ('01a22bbc-227b-76fe-a2a4-e5d3cfda3ec0', 'argon2$argon2id$v=19$m=102400,t=2,p=1$UE50Q1BLcE5DSVlYellPeXRNaExGbw$nZX2qeAiHpJJxIKG+qmHuydN6dBEsHY9Hm0JE/9kwOA', NULL, false, 'ben', 'ben', '', 'pupil_ben', true, false, '2026-11-30 09:14:36.918525+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '');
INSERT INTO public.roster_user VALUES ('01a22bbc-227b-76fe-a2a4-e5d4aa3e0388', 'argon2$argon2id$v=19$m=102400,t=2,p=1$cHB3bmg5OXhZaEEyRFZnb0dNb0FxUQ$mGHwOoZHTcScnKPtiXwTx2xmYN8YkuSuYD31YBGBVyQ', NULL, false, 'chen', 'chen', '', 'pupil_chen', true, false, '2026-11-30 09:14:36.918525+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '');
INSERT INTO public.roster_user VALUES ('01a22bbc-227b-76fe-a2a4-e5d58ab344e4', 'argon2$argon2id$v=19$m=102400,t=2,p=1$N2hkdlhsQkkwbUJQMTJnSEVMTTQyRg$KPsbYlVNj7DG0qFXdhyagHkAb/n75kz9B5tIHSMtquI', NULL, false, 'dina', 'dina', '', 'pupil_dina', true, false, '2026-11-30 09:14:36.918525+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '');
INSERT INTO public.roster_user VALUES ('01a22bbc-227b-76fe-a2a4-e5d22fc1b7bd', 'argon2$argon2id$v=19$m=102400,t=2,p=1$dU5TdEQ2MFlsUVR5NFUxcUcwR0duYg$iyL6gjwM7haUC0I/Fwqp9PEn5LbicOVLZOSYrTr1bD4', '2026-11-30 09:14:41.266919+00', false, 'ada', 'ada', '', 'pupil_ada', true, false, '2026-11-30 09:14:36.918525+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '');
INSERT INTO public.roster_user_groups VALUES (1, '01a22bbc-227b-76fe-a2a4-e5cf8b8089f5', 1);
INSERT INTO public.roster_user_user_permissions VALUES (1, '01a22bbc-227b-76fe-a2a4-e5cf8b8089f5', 1);
INSERT INTO public.study_learningitem VALUES ('01a22bbc-2702-7305-b425-0e2161369425', 0, 'France?', 'Paris', '2026-11-30 09:14:40.764093+00', '01a22bbc-26f0-76d5-b324-75872cf057b7');
INSERT INTO public.study_studyset VALUES ('01a22bbc-26f0-76d5-b324-75872cf057b7', 'Capitals', '2026-11-30 09:14:40.752168+00', '01a22bbc-2278-75ba-be5d-61e62acd16f8', '01a22bbc-26f0-76d5-b324-7588f349c8ba');
SELECT pg_catalog.setval('public.auth_group_id_seq', 1, true);
SELECT pg_catalog.setval('public.auth_group_permissions_id_seq', 1, true);
SELECT pg_catalog.setval('public.auth_permission_id_seq', 176, true);
SELECT pg_catalog.setval('public.axes_accessattempt_id_seq', 1, true);
SELECT pg_catalog.setval('public.axes_accessfailurelog_id_seq', 1, true);
SELECT pg_catalog.setval('public.axes_accesslog_id_seq', 1, true);
SELECT pg_catalog.setval('public.django_admin_log_id_seq', 1, true);
SELECT pg_catalog.setval('public.django_content_type_id_seq', 44, true);
SELECT pg_catalog.setval('public.django_migrations_id_seq', 53, true);
SELECT pg_catalog.setval('public.roster_user_groups_id_seq', 1, true);
SELECT pg_catalog.setval('public.roster_user_user_permissions_id_seq', 1, true);
ALTER TABLE ONLY public.analytics_item
    ADD CONSTRAINT analytics_item_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.analytics_itemmemory
    ADD CONSTRAINT analytics_itemmemory_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.analytics_learnerability
    ADD CONSTRAINT analytics_learnerability_pkey PRIMARY KEY (learner_id);
ALTER TABLE ONLY public.analytics_learningevent
    ADD CONSTRAINT analytics_learningevent_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.analytics_skill
    ADD CONSTRAINT analytics_skill_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.analytics_skillparameters
    ADD CONSTRAINT analytics_skillparameters_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.analytics_skillstate
    ADD CONSTRAINT analytics_skillstate_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.analytics_upkeep
    ADD CONSTRAINT analytics_upkeep_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_username_ip_address_user_agent_8ea22282_uniq UNIQUE (username, ip_address, user_agent);
ALTER TABLE ONLY public.axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptexpiration_pkey PRIMARY KEY (access_attempt_id);
ALTER TABLE ONLY public.axes_accessfailurelog
    ADD CONSTRAINT axes_accessfailurelog_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.axes_accesslog
    ADD CONSTRAINT axes_accesslog_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.config_jobrun
    ADD CONSTRAINT config_jobrun_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.roster_coursesessionassignment
    ADD CONSTRAINT course_session_once_per_class UNIQUE (course_session_id, classroom_id);
ALTER TABLE ONLY public.roster_coursesessionassignment
    ADD CONSTRAINT course_session_once_per_group UNIQUE (course_session_id, group_id);
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);
ALTER TABLE ONLY public.roster_lessonassignment
    ADD CONSTRAINT lesson_once_per_class UNIQUE (lesson_id, classroom_id);
ALTER TABLE ONLY public.roster_lessonassignment
    ADD CONSTRAINT lesson_once_per_group UNIQUE (lesson_id, group_id);
ALTER TABLE ONLY public.logger_attemptlog
    ADD CONSTRAINT logger_attemptlog_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.logger_content
    ADD CONSTRAINT logger_content_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.logger_contentsession
    ADD CONSTRAINT logger_contentsession_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.logger_contentsummary
    ADD CONSTRAINT logger_contentsummary_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.logger_masterylog
    ADD CONSTRAINT logger_masterylog_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.logger_attemptlog
    ADD CONSTRAINT one_attempt_per_position_of_try UNIQUE (mastery_log_id, "position");
ALTER TABLE ONLY public.roster_classroom
    ADD CONSTRAINT one_class_per_external_id UNIQUE (facility_id, external_id);
ALTER TABLE ONLY public.roster_enrolment
    ADD CONSTRAINT one_enrolment_per_class UNIQUE (user_id, classroom_id);
ALTER TABLE ONLY public.analytics_learningevent
    ADD CONSTRAINT one_event_per_position UNIQUE (learner_id, "position");
ALTER TABLE ONLY public.roster_user
    ADD CONSTRAINT one_external_id_per_facility UNIQUE (facility_id, external_id);
ALTER TABLE ONLY public.analytics_skillparameters
    ADD CONSTRAINT one_fit_per_version UNIQUE (skill_id, version);
ALTER TABLE ONLY public.analytics_item
    ADD CONSTRAINT one_item_per_code UNIQUE (facility_id, code);
ALTER TABLE ONLY public.analytics_item
    ADD CONSTRAINT one_item_per_guid UNIQUE (facility_id, guid);
ALTER TABLE ONLY public.study_learningitem
    ADD CONSTRAINT one_item_per_position UNIQUE (study_set_id, "position");
ALTER TABLE ONLY public.roster_groupmembership
    ADD CONSTRAINT one_membership_per_group UNIQUE (enrolment_id, group_id);
ALTER TABLE ONLY public.analytics_itemmemory
    ADD CONSTRAINT one_memory_per_item UNIQUE (learner_id, item_id);
ALTER TABLE ONLY public.roster_keptanswer
    ADD CONSTRAINT one_request_per_retry_key UNIQUE (owner, name);
ALTER TABLE ONLY public.roster_role
    ADD CONSTRAINT one_role_per_classroom UNIQUE (user_id, kind, classroom_id);
ALTER TABLE ONLY public.roster_role
    ADD CONSTRAINT one_role_per_facility UNIQUE (user_id, kind, facility_id);
ALTER TABLE ONLY public.analytics_skill
    ADD CONSTRAINT one_skill_per_code UNIQUE (facility_id, code);
ALTER TABLE ONLY public.analytics_skillstate
    ADD CONSTRAINT one_state_per_skill UNIQUE (learner_id, skill_id);
ALTER TABLE ONLY public.logger_contentsummary
    ADD CONSTRAINT one_summary_per_content UNIQUE (user_id, content_id);
ALTER TABLE ONLY public.logger_masterylog
    ADD CONSTRAINT one_try_per_level UNIQUE (summary_id, mastery_level);
ALTER TABLE ONLY public.roster_quizassignment
    ADD CONSTRAINT quiz_once_per_class UNIQUE (quiz_id, classroom_id);
ALTER TABLE ONLY public.roster_quizassignment
    ADD CONSTRAINT quiz_once_per_group UNIQUE (quiz_id, group_id);
ALTER TABLE ONLY public.roster_apikey
    ADD CONSTRAINT roster_apikey_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_apikey
    ADD CONSTRAINT roster_apikey_prefix_key UNIQUE (prefix);
ALTER TABLE ONLY public.roster_auditentry
    ADD CONSTRAINT roster_auditentry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_classroom
    ADD CONSTRAINT roster_classroom_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_coursesession
    ADD CONSTRAINT roster_coursesession_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_coursesessionassignment
    ADD CONSTRAINT roster_coursesessionassignment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_enrolment
    ADD CONSTRAINT roster_enrolment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_export
    ADD CONSTRAINT roster_export_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_facility
    ADD CONSTRAINT roster_facility_partner_id_key UNIQUE (partner_id);
ALTER TABLE ONLY public.roster_facility
    ADD CONSTRAINT roster_facility_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_groupmembership
    ADD CONSTRAINT roster_groupmembership_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_keptanswer
    ADD CONSTRAINT roster_keptanswer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_learnergroup
    ADD CONSTRAINT roster_learnergroup_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_learnertoken
    ADD CONSTRAINT roster_learnertoken_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.roster_learnertoken
    ADD CONSTRAINT roster_learnertoken_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_lesson
    ADD CONSTRAINT roster_lesson_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_lessonassignment
    ADD CONSTRAINT roster_lessonassignment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_quiz
    ADD CONSTRAINT roster_quiz_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_quizassignment
    ADD CONSTRAINT roster_quizassignment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_role
    ADD CONSTRAINT roster_role_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_user_groups
    ADD CONSTRAINT roster_user_groups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_user_groups
    ADD CONSTRAINT roster_user_groups_user_id_group_id_1950b813_uniq UNIQUE (user_id, group_id);
ALTER TABLE ONLY public.roster_user
    ADD CONSTRAINT roster_user_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_user_user_permissions
    ADD CONSTRAINT roster_user_user_permiss_user_id_permission_id_7cc7a491_uniq UNIQUE (user_id, permission_id);
ALTER TABLE ONLY public.roster_user_user_permissions
    ADD CONSTRAINT roster_user_user_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.roster_user
    ADD CONSTRAINT roster_user_username_key UNIQUE (username);
ALTER TABLE ONLY public.roster_user
    ADD CONSTRAINT roster_user_username_key_key UNIQUE (username_key);
ALTER TABLE ONLY public.study_learningitem
    ADD CONSTRAINT study_learningitem_pkey PRIMARY KEY (item_id);
ALTER TABLE ONLY public.study_studyset
    ADD CONSTRAINT study_studyset_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.study_studyset
    ADD CONSTRAINT study_studyset_skill_id_key UNIQUE (skill_id);
CREATE INDEX analytics_item_facility_id_070ae49c ON public.analytics_item USING btree (facility_id);
CREATE INDEX analytics_item_skill_id_f71b04cc ON public.analytics_item USING btree (skill_id);
CREATE INDEX analytics_itemmemory_item_id_87031731 ON public.analytics_itemmemory USING btree (item_id);
CREATE INDEX analytics_skill_facility_id_eb71c777 ON public.analytics_skill USING btree (facility_id);
CREATE INDEX analytics_skill_parameters_id_c06a3a7a ON public.analytics_skill USING btree (parameters_id);
CREATE INDEX analytics_skillparameters_skill_id_488b4cfb ON public.analytics_skillparameters USING btree (skill_id);
CREATE INDEX analytics_skillstate_skill_id_62bc2ec9 ON public.analytics_skillstate USING btree (skill_id);
CREATE INDEX analytics_upkeep_name_6494430b_like ON public.analytics_upkeep USING btree (name varchar_pattern_ops);
CREATE INDEX attempt_newest ON public.logger_attemptlog USING btree (end_timestamp DESC, id DESC);
CREATE INDEX attempt_of_content_newest ON public.logger_attemptlog USING btree (content_id, end_timestamp DESC, id DESC);
CREATE INDEX attempt_of_facility_newest ON public.logger_attemptlog USING btree (facility_id, end_timestamp DESC, id DESC);
CREATE INDEX attempt_of_item_newest ON public.logger_attemptlog USING btree (item varchar_pattern_ops, end_timestamp DESC, id DESC);
CREATE INDEX attempt_of_learner_newest ON public.logger_attemptlog USING btree (user_id, end_timestamp DESC, id DESC);
CREATE INDEX audit_of_facility ON public.roster_auditentry USING btree (facility_id, id DESC);
CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);
CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);
CREATE INDEX axes_accessattempt_ip_address_10922d9c ON public.axes_accessattempt USING btree (ip_address);
CREATE INDEX axes_accessattempt_user_agent_ad89678b ON public.axes_accessattempt USING btree (user_agent);
CREATE INDEX axes_accessattempt_user_agent_ad89678b_like ON public.axes_accessattempt USING btree (user_agent varchar_pattern_ops);
CREATE INDEX axes_accessattempt_username_3f2d4ca0 ON public.axes_accessattempt USING btree (username);
CREATE INDEX axes_accessattempt_username_3f2d4ca0_like ON public.axes_accessattempt USING btree (username varchar_pattern_ops);
CREATE INDEX axes_accessfailurelog_ip_address_2e9f5a7f ON public.axes_accessfailurelog USING btree (ip_address);
CREATE INDEX axes_accessfailurelog_user_agent_ea145dda ON public.axes_accessfailurelog USING btree (user_agent);
CREATE INDEX axes_accessfailurelog_user_agent_ea145dda_like ON public.axes_accessfailurelog USING btree (user_agent varchar_pattern_ops);
CREATE INDEX axes_accessfailurelog_username_a8b7e8a4 ON public.axes_accessfailurelog USING btree (username);
CREATE INDEX axes_accessfailurelog_username_a8b7e8a4_like ON public.axes_accessfailurelog USING btree (username varchar_pattern_ops);
CREATE INDEX axes_accesslog_ip_address_86b417e5 ON public.axes_accesslog USING btree (ip_address);
CREATE INDEX axes_accesslog_user_agent_0e659004 ON public.axes_accesslog USING btree (user_agent);
CREATE INDEX axes_accesslog_user_agent_0e659004_like ON public.axes_accesslog USING btree (user_agent varchar_pattern_ops);
CREATE INDEX axes_accesslog_username_df93064b ON public.axes_accesslog USING btree (username);
CREATE INDEX axes_accesslog_username_df93064b_like ON public.axes_accesslog USING btree (username varchar_pattern_ops);
CREATE INDEX config_jobrun_name_1788241a_like ON public.config_jobrun USING btree (name varchar_pattern_ops);
CREATE INDEX content_by_title ON public.logger_content USING btree (title, id);
CREATE INDEX django_admin_log_content_type_id_c4bce8eb ON public.django_admin_log USING btree (content_type_id);
CREATE INDEX django_admin_log_user_id_c564eba6 ON public.django_admin_log USING btree (user_id);
CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);
CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);
CREATE INDEX event_newest ON public.analytics_learningevent USING btree (happened_at DESC, id DESC);
CREATE INDEX event_of_facility_newest ON public.analytics_learningevent USING btree (facility_id, happened_at DESC, id DESC);
CREATE INDEX event_of_item ON public.analytics_learningevent USING btree (item_id, id DESC);
CREATE INDEX event_of_learner ON public.analytics_learningevent USING btree (learner_id, happened_at, "position");
CREATE INDEX event_of_skill ON public.analytics_learningevent USING btree (learner_id, skill_id, happened_at, "position");
CREATE INDEX event_of_source_newest ON public.analytics_learningevent USING btree (source, happened_at DESC, id DESC);
CREATE INDEX event_unfolded ON public.analytics_learningevent USING btree (happened_at, id) WHERE (folded_at IS NULL);
CREATE INDEX export_by_age ON public.roster_export USING btree (created_at);
CREATE INDEX guests_session_by_start ON public.logger_contentsession USING btree (start_timestamp) WHERE (user_id IS NULL);
CREATE INDEX item_by_code ON public.analytics_item USING btree (code varchar_pattern_ops);
CREATE INDEX item_by_name ON public.analytics_item USING btree (name varchar_pattern_ops);
CREATE INDEX logger_attemptlog_session_id_9525b09b ON public.logger_attemptlog USING btree (session_id);
CREATE INDEX logger_content_parent_id_dd9091a4 ON public.logger_content USING btree (parent_id);
CREATE INDEX logger_contentsession_mastery_log_id_c95daff8 ON public.logger_contentsession USING btree (mastery_log_id);
CREATE INDEX logger_contentsession_summary_id_0adef8f2 ON public.logger_contentsession USING btree (summary_id);
CREATE INDEX logger_contentsummary_user_id_5c77c383 ON public.logger_contentsummary USING btree (user_id);
CREATE INDEX memory_due ON public.analytics_itemmemory USING btree (learner_id, due);
CREATE INDEX memory_latest_reviewed ON public.analytics_itemmemory USING btree (last_review DESC, id DESC);
CREATE UNIQUE INDEX one_attempt_per_position_of_session ON public.logger_attemptlog USING btree (session_id, "position") WHERE (mastery_log_id IS NULL);
CREATE UNIQUE INDEX one_event_per_source ON public.analytics_learningevent USING btree (facility_id, source, source_id) WHERE (source_id IS NOT NULL);
CREATE UNIQUE INDEX one_open_try ON public.logger_masterylog USING btree (summary_id, is_quiz, is_coach_assigned) WHERE (NOT complete);
CREATE INDEX roster_apikey_facility_id_0ffa9acd ON public.roster_apikey USING btree (facility_id);
CREATE INDEX roster_apikey_prefix_7d8862b7_like ON public.roster_apikey USING btree (prefix varchar_pattern_ops);
CREATE INDEX roster_classroom_facility_id_37b96e65 ON public.roster_classroom USING btree (facility_id);
CREATE INDEX roster_coursesession_classroom_id_859a0c8b ON public.roster_coursesession USING btree (classroom_id);
CREATE INDEX roster_coursesession_facility_id_a025dc77 ON public.roster_coursesession USING btree (facility_id);
CREATE INDEX roster_coursesessionassignment_classroom_id_410ca036 ON public.roster_coursesessionassignment USING btree (classroom_id);
CREATE INDEX roster_coursesessionassignment_course_session_id_5bf1f7b3 ON public.roster_coursesessionassignment USING btree (course_session_id);
CREATE INDEX roster_coursesessionassignment_group_id_bdd4b2f0 ON public.roster_coursesessionassignment USING btree (group_id);
CREATE INDEX roster_enrolment_classroom_id_108b0b94 ON public.roster_enrolment USING btree (classroom_id);
CREATE INDEX roster_enrolment_user_id_e23d5f41 ON public.roster_enrolment USING btree (user_id);
CREATE INDEX roster_export_user_id_13662a2b ON public.roster_export USING btree (user_id);
CREATE INDEX roster_facility_partner_id_6f4f8b62_like ON public.roster_facility USING btree (partner_id varchar_pattern_ops);
CREATE INDEX roster_groupmembership_enrolment_id_7c53d567 ON public.roster_groupmembership USING btree (enrolment_id);
CREATE INDEX roster_groupmembership_group_id_e18b491c ON public.roster_groupmembership USING btree (group_id);
CREATE INDEX roster_keptanswer_expires_at_0667e4f6 ON public.roster_keptanswer USING btree (expires_at);
CREATE INDEX roster_keptanswer_learner_id_56f82fa1 ON public.roster_keptanswer USING btree (learner_id);
CREATE INDEX roster_learnergroup_classroom_id_f3d6f2b7 ON public.roster_learnergroup USING btree (classroom_id);
CREATE INDEX roster_learnertoken_digest_70a90791_like ON public.roster_learnertoken USING btree (digest varchar_pattern_ops);
CREATE INDEX roster_learnertoken_expires_at_70185501 ON public.roster_learnertoken USING btree (expires_at);
CREATE INDEX roster_learnertoken_key_id_51685788 ON public.roster_learnertoken USING btree (key_id);
CREATE INDEX roster_learnertoken_user_id_b69c9c70 ON public.roster_learnertoken USING btree (user_id);
CREATE INDEX roster_lesson_classroom_id_473380c4 ON public.roster_lesson USING btree (classroom_id);
CREATE INDEX roster_lesson_facility_id_13f86022 ON public.roster_lesson USING btree (facility_id);
CREATE INDEX roster_lessonassignment_classroom_id_78442d5c ON public.roster_lessonassignment USING btree (classroom_id);
CREATE INDEX roster_lessonassignment_group_id_7fbdcc0e ON public.roster_lessonassignment USING btree (group_id);
CREATE INDEX roster_lessonassignment_lesson_id_01dce15b ON public.roster_lessonassignment USING btree (lesson_id);
CREATE INDEX roster_quiz_classroom_id_0ce246a1 ON public.roster_quiz USING btree (classroom_id);
CREATE INDEX roster_quiz_facility_id_81def404 ON public.roster_quiz USING btree (facility_id);
CREATE INDEX roster_quizassignment_classroom_id_b49496ba ON public.roster_quizassignment USING btree (classroom_id);
CREATE INDEX roster_quizassignment_group_id_84bb9034 ON public.roster_quizassignment USING btree (group_id);
CREATE INDEX roster_quizassignment_quiz_id_95e49bdf ON public.roster_quizassignment USING btree (quiz_id);
CREATE INDEX roster_role_classroom_id_e90b4d37 ON public.roster_role USING btree (classroom_id);
CREATE INDEX roster_role_facility_id_d3bf26a3 ON public.roster_role USING btree (facility_id);
CREATE INDEX roster_role_user_id_6c4004a3 ON public.roster_role USING btree (user_id);
CREATE INDEX roster_user_facility_id_0e175f3e ON public.roster_user USING btree (facility_id);
CREATE INDEX roster_user_groups_group_id_cd8aab52 ON public.roster_user_groups USING btree (group_id);
CREATE INDEX roster_user_groups_user_id_33483e15 ON public.roster_user_groups USING btree (user_id);
CREATE INDEX roster_user_user_permissions_permission_id_15b950a5 ON public.roster_user_user_permissions USING btree (permission_id);
CREATE INDEX roster_user_user_permissions_user_id_3bf353b7 ON public.roster_user_user_permissions USING btree (user_id);
CREATE INDEX roster_user_username_49a18491_like ON public.roster_user USING btree (username varchar_pattern_ops);
CREATE INDEX roster_user_username_key_132b6cb1_like ON public.roster_user USING btree (username_key varchar_pattern_ops);
CREATE INDEX session_latest_begun ON public.logger_contentsession USING btree (start_timestamp DESC, id DESC);
CREATE INDEX session_of_content ON public.logger_contentsession USING btree (content_id, start_timestamp DESC, id DESC);
CREATE INDEX session_of_facility ON public.logger_contentsession USING btree (facility_id, start_timestamp DESC, id DESC);
CREATE INDEX session_of_kind ON public.logger_contentsession USING btree (kind, start_timestamp DESC, id DESC);
CREATE INDEX session_of_learner ON public.logger_contentsession USING btree (user_id, start_timestamp DESC, id DESC);
CREATE INDEX state_latest_practised ON public.analytics_skillstate USING btree (last_practised DESC, id DESC);
CREATE INDEX study_studyset_facility_id_9a4e8829 ON public.study_studyset USING btree (facility_id);
CREATE INDEX summary_latest_begun ON public.logger_contentsummary USING btree (start_timestamp DESC, id DESC);
CREATE INDEX summary_of_content ON public.logger_contentsummary USING btree (content_id, start_timestamp DESC, id DESC);
CREATE INDEX summary_of_kind ON public.logger_contentsummary USING btree (kind, start_timestamp DESC, id DESC);
CREATE INDEX try_latest_begun ON public.logger_masterylog USING btree (start_timestamp DESC, id DESC);
CREATE INDEX try_of_content ON public.logger_masterylog USING btree (content_id, start_timestamp DESC, id DESC);
CREATE INDEX try_of_learner ON public.logger_masterylog USING btree (user_id, content_id);
CREATE INDEX try_of_level ON public.logger_masterylog USING btree (mastery_level, id);
CREATE TRIGGER audit_entries_stay BEFORE DELETE OR UPDATE ON public.roster_auditentry FOR EACH ROW EXECUTE FUNCTION public.refuse_audit_change();
ALTER TABLE ONLY public.analytics_item
    ADD CONSTRAINT analytics_item_facility_id_070ae49c_fk_roster_facility_id FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_item
    ADD CONSTRAINT analytics_item_skill_id_f71b04cc_fk_analytics_skill_id FOREIGN KEY (skill_id) REFERENCES public.analytics_skill(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_itemmemory
    ADD CONSTRAINT analytics_itemmemory_item_id_87031731_fk_analytics_item_id FOREIGN KEY (item_id) REFERENCES public.analytics_item(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_itemmemory
    ADD CONSTRAINT analytics_itemmemory_learner_id_9f7cc02e_fk_roster_user_id FOREIGN KEY (learner_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_learnerability
    ADD CONSTRAINT analytics_learnerability_learner_id_1b8f4e50_fk_roster_user_id FOREIGN KEY (learner_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_learningevent
    ADD CONSTRAINT analytics_learningev_facility_id_ade3bf21_fk_roster_fa FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_learningevent
    ADD CONSTRAINT analytics_learningevent_item_id_db99bb13_fk_analytics_item_id FOREIGN KEY (item_id) REFERENCES public.analytics_item(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_learningevent
    ADD CONSTRAINT analytics_learningevent_learner_id_7eac1312_fk_roster_user_id FOREIGN KEY (learner_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_learningevent
    ADD CONSTRAINT analytics_learningevent_skill_id_57c53142_fk_analytics_skill_id FOREIGN KEY (skill_id) REFERENCES public.analytics_skill(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_skill
    ADD CONSTRAINT analytics_skill_facility_id_eb71c777_fk_roster_facility_id FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_skill
    ADD CONSTRAINT analytics_skill_parameters_id_c06a3a7a_fk_analytics FOREIGN KEY (parameters_id) REFERENCES public.analytics_skillparameters(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_skillparameters
    ADD CONSTRAINT analytics_skillparam_skill_id_488b4cfb_fk_analytics FOREIGN KEY (skill_id) REFERENCES public.analytics_skill(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_skillstate
    ADD CONSTRAINT analytics_skillstate_learner_id_cac5efee_fk_roster_user_id FOREIGN KEY (learner_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_skillstate
    ADD CONSTRAINT analytics_skillstate_parameters_id_abd5ac3a_fk_analytics FOREIGN KEY (parameters_id) REFERENCES public.analytics_skillparameters(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.analytics_skillstate
    ADD CONSTRAINT analytics_skillstate_skill_id_62bc2ec9_fk_analytics_skill_id FOREIGN KEY (skill_id) REFERENCES public.analytics_skill(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptex_access_attempt_id_6b73a47a_fk_axes_acce FOREIGN KEY (access_attempt_id) REFERENCES public.axes_accessattempt(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_content_type_id_c4bce8eb_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_user_id_c564eba6_fk_roster_user_id FOREIGN KEY (user_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_attemptlog
    ADD CONSTRAINT logger_attemptlog_facility_id_1c60c723_fk_roster_facility_id FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_attemptlog
    ADD CONSTRAINT logger_attemptlog_mastery_log_id_ce798c45_fk_logger_ma FOREIGN KEY (mastery_log_id) REFERENCES public.logger_masterylog(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_attemptlog
    ADD CONSTRAINT logger_attemptlog_session_id_9525b09b_fk_logger_co FOREIGN KEY (session_id) REFERENCES public.logger_contentsession(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_attemptlog
    ADD CONSTRAINT logger_attemptlog_user_id_cd57843f_fk_roster_user_id FOREIGN KEY (user_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_content
    ADD CONSTRAINT logger_content_parent_id_dd9091a4_fk_logger_content_id FOREIGN KEY (parent_id) REFERENCES public.logger_content(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_contentsession
    ADD CONSTRAINT logger_contentsessio_facility_id_f7ac094f_fk_roster_fa FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_contentsession
    ADD CONSTRAINT logger_contentsessio_mastery_log_id_c95daff8_fk_logger_ma FOREIGN KEY (mastery_log_id) REFERENCES public.logger_masterylog(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_contentsession
    ADD CONSTRAINT logger_contentsessio_summary_id_0adef8f2_fk_logger_co FOREIGN KEY (summary_id) REFERENCES public.logger_contentsummary(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_contentsession
    ADD CONSTRAINT logger_contentsession_user_id_549bddfc_fk_roster_user_id FOREIGN KEY (user_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_contentsummary
    ADD CONSTRAINT logger_contentsummary_user_id_5c77c383_fk_roster_user_id FOREIGN KEY (user_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_masterylog
    ADD CONSTRAINT logger_masterylog_summary_id_3e8e3437_fk_logger_co FOREIGN KEY (summary_id) REFERENCES public.logger_contentsummary(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.logger_masterylog
    ADD CONSTRAINT logger_masterylog_user_id_3f58a1cb_fk_roster_user_id FOREIGN KEY (user_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_apikey
    ADD CONSTRAINT roster_apikey_facility_id_0ffa9acd_fk_roster_facility_id FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_classroom
    ADD CONSTRAINT roster_classroom_facility_id_37b96e65_fk_roster_facility_id FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_coursesessionassignment
    ADD CONSTRAINT roster_coursesession_classroom_id_410ca036_fk_roster_cl FOREIGN KEY (classroom_id) REFERENCES public.roster_classroom(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_coursesession
    ADD CONSTRAINT roster_coursesession_classroom_id_859a0c8b_fk_roster_cl FOREIGN KEY (classroom_id) REFERENCES public.roster_classroom(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_coursesessionassignment
    ADD CONSTRAINT roster_coursesession_course_session_id_5bf1f7b3_fk_roster_co FOREIGN KEY (course_session_id) REFERENCES public.roster_coursesession(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_coursesession
    ADD CONSTRAINT roster_coursesession_facility_id_a025dc77_fk_roster_facility_id FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_coursesessionassignment
    ADD CONSTRAINT roster_coursesession_group_id_bdd4b2f0_fk_roster_le FOREIGN KEY (group_id) REFERENCES public.roster_learnergroup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_enrolment
    ADD CONSTRAINT roster_enrolment_classroom_id_108b0b94_fk_roster_classroom_id FOREIGN KEY (classroom_id) REFERENCES public.roster_classroom(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_enrolment
    ADD CONSTRAINT roster_enrolment_user_id_e23d5f41_fk_roster_user_id FOREIGN KEY (user_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_export
    ADD CONSTRAINT roster_export_user_id_13662a2b_fk_roster_user_id FOREIGN KEY (user_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_groupmembership
    ADD CONSTRAINT roster_groupmembersh_enrolment_id_7c53d567_fk_roster_en FOREIGN KEY (enrolment_id) REFERENCES public.roster_enrolment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_groupmembership
    ADD CONSTRAINT roster_groupmembersh_group_id_e18b491c_fk_roster_le FOREIGN KEY (group_id) REFERENCES public.roster_learnergroup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_keptanswer
    ADD CONSTRAINT roster_keptanswer_learner_id_56f82fa1_fk_roster_user_id FOREIGN KEY (learner_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_learnergroup
    ADD CONSTRAINT roster_learnergroup_classroom_id_f3d6f2b7_fk_roster_cl FOREIGN KEY (classroom_id) REFERENCES public.roster_classroom(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_learnertoken
    ADD CONSTRAINT roster_learnertoken_key_id_51685788_fk_roster_apikey_id FOREIGN KEY (key_id) REFERENCES public.roster_apikey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_learnertoken
    ADD CONSTRAINT roster_learnertoken_user_id_b69c9c70_fk_roster_user_id FOREIGN KEY (user_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_lesson
    ADD CONSTRAINT roster_lesson_classroom_id_473380c4_fk_roster_classroom_id FOREIGN KEY (classroom_id) REFERENCES public.roster_classroom(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_lesson
    ADD CONSTRAINT roster_lesson_facility_id_13f86022_fk_roster_facility_id FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_lessonassignment
    ADD CONSTRAINT roster_lessonassignm_classroom_id_78442d5c_fk_roster_cl FOREIGN KEY (classroom_id) REFERENCES public.roster_classroom(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_lessonassignment
    ADD CONSTRAINT roster_lessonassignm_group_id_7fbdcc0e_fk_roster_le FOREIGN KEY (group_id) REFERENCES public.roster_learnergroup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_lessonassignment
    ADD CONSTRAINT roster_lessonassignment_lesson_id_01dce15b_fk_roster_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.roster_lesson(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_quiz
    ADD CONSTRAINT roster_quiz_classroom_id_0ce246a1_fk_roster_classroom_id FOREIGN KEY (classroom_id) REFERENCES public.roster_classroom(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_quiz
    ADD CONSTRAINT roster_quiz_facility_id_81def404_fk_roster_facility_id FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_quizassignment
    ADD CONSTRAINT roster_quizassignmen_classroom_id_b49496ba_fk_roster_cl FOREIGN KEY (classroom_id) REFERENCES public.roster_classroom(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_quizassignment
    ADD CONSTRAINT roster_quizassignmen_group_id_84bb9034_fk_roster_le FOREIGN KEY (group_id) REFERENCES public.roster_learnergroup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_quizassignment
    ADD CONSTRAINT roster_quizassignment_quiz_id_95e49bdf_fk_roster_quiz_id FOREIGN KEY (quiz_id) REFERENCES public.roster_quiz(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_role
    ADD CONSTRAINT roster_role_classroom_id_e90b4d37_fk_roster_classroom_id FOREIGN KEY (classroom_id) REFERENCES public.roster_classroom(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_role
    ADD CONSTRAINT roster_role_facility_id_d3bf26a3_fk_roster_facility_id FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_role
    ADD CONSTRAINT roster_role_user_id_6c4004a3_fk_roster_user_id FOREIGN KEY (user_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_user
    ADD CONSTRAINT roster_user_facility_id_0e175f3e_fk_roster_facility_id FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_user_groups
    ADD CONSTRAINT roster_user_groups_group_id_cd8aab52_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_user_groups
    ADD CONSTRAINT roster_user_groups_user_id_33483e15_fk_roster_user_id FOREIGN KEY (user_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_user_user_permissions
    ADD CONSTRAINT roster_user_user_per_permission_id_15b950a5_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.roster_user_user_permissions
    ADD CONSTRAINT roster_user_user_permissions_user_id_3bf353b7_fk_roster_user_id FOREIGN KEY (user_id) REFERENCES public.roster_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.study_learningitem
    ADD CONSTRAINT study_learningitem_item_id_4009d194_fk_analytics_item_id FOREIGN KEY (item_id) REFERENCES public.analytics_item(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.study_learningitem
    ADD CONSTRAINT study_learningitem_study_set_id_7c2a50ca_fk_study_studyset_id FOREIGN KEY (study_set_id) REFERENCES public.study_studyset(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.study_studyset
    ADD CONSTRAINT study_studyset_facility_id_9a4e8829_fk_roster_facility_id FOREIGN KEY (facility_id) REFERENCES public.roster_facility(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.study_studyset
    ADD CONSTRAINT study_studyset_skill_id_c64ca475_fk_analytics_skill_id FOREIGN KEY (skill_id) REFERENCES public.analytics_skill(id) DEFERRABLE INITIALLY DEFERRED;
