-- The schema that the migrations make. Written by `go run ./internal/testkit/dumpschema`; do not edit.

CREATE FUNCTION public.refuse_audit_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are never changed' USING ERRCODE = '42501';
END
$$;

CREATE FUNCTION public.refuse_audit_shrinking() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.size <= OLD.size THEN
        RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END
$$;

CREATE TABLE public.artifacts (
    partner_id uuid NOT NULL,
    digest text NOT NULL,
    media_type text NOT NULL,
    bytes bigint NOT NULL,
    width integer,
    height integer,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT artifacts_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE public.audit_checkpoints (
    size bigint NOT NULL,
    key_id text NOT NULL,
    root bytea NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    note text NOT NULL,
    CONSTRAINT audit_checkpoints_root_check CHECK ((length(root) = 32)),
    CONSTRAINT audit_checkpoints_size_check CHECK ((size > 0))
);

COMMENT ON COLUMN public.audit_checkpoints.note IS 'the signed note (C2SP); the other columns repeat it for reading';

CREATE TABLE public.audit_entries (
    id uuid NOT NULL,
    partner_id uuid,
    integration_id uuid,
    actor_id uuid,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    details jsonb NOT NULL,
    encoded bytea NOT NULL
);

COMMENT ON COLUMN public.audit_entries.encoded IS 'the one encoding (JCS) that digests and proofs are made of; the other columns repeat it for reading';

CREATE TABLE public.audit_head (
    one boolean DEFAULT true NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    edge bytea NOT NULL,
    CONSTRAINT audit_head_check CHECK ((length(edge) = (32 * length(replace(((size)::bit(64))::text, '0'::text, ''::text))))),
    CONSTRAINT audit_head_one_check CHECK (one),
    CONSTRAINT audit_head_root_check CHECK ((length(root) = 32)),
    CONSTRAINT audit_head_size_check CHECK ((size >= 0))
);

COMMENT ON TABLE public.audit_head IS 'what appending needs to know of the tree; computed from the leaves';

COMMENT ON COLUMN public.audit_head.edge IS 'hashes of the largest complete subtrees, from the left: one for each one bit of the size';

CREATE TABLE public.audit_held (
    number bigint NOT NULL,
    entry_id uuid NOT NULL,
    leaf_hash bytea NOT NULL,
    reason text NOT NULL,
    held_at timestamp with time zone NOT NULL,
    CONSTRAINT audit_held_reason_check CHECK ((reason = ANY (ARRAY['no_entry'::text, 'has_position'::text, 'other_hash'::text])))
);

COMMENT ON TABLE public.audit_held IS 'notes out of audit_pending that got no position, as they were; for each the log has an entry audit.hold. One id may come again';

COMMENT ON COLUMN public.audit_held.reason IS 'no_entry: there is no such entry; has_position: it has its position already; other_hash: its bytes are not those that the note was made of';

ALTER TABLE public.audit_held ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_held_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_nodes (
    level smallint NOT NULL,
    "position" bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_nodes_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT audit_nodes_level_check CHECK (((level >= 1) AND (level <= 6))),
    CONSTRAINT audit_nodes_position_check CHECK (("position" >= 0))
);

COMMENT ON TABLE public.audit_nodes IS 'the complete subtrees of 256^level leaves, by their number from the left; all other nodes are computed from 255 of these at most';

CREATE TABLE public.audit_pending (
    entry_id uuid NOT NULL,
    leaf_hash bytea NOT NULL,
    CONSTRAINT audit_pending_leaf_hash_check CHECK ((length(leaf_hash) = 32))
);

COMMENT ON TABLE public.audit_pending IS 'entries that have no position yet: written with the entry, taken away with the position, so that what is visible and has none is found whatever its id or time';

CREATE TABLE public.audit_personal (
    entry_id uuid NOT NULL,
    field text NOT NULL,
    salt bytea NOT NULL,
    value text NOT NULL
);

COMMENT ON TABLE public.audit_personal IS 'salt and clear value behind each salted digest in an audit entry; deleting a row erases the person and keeps the log';

CREATE TABLE public.audit_positions (
    "position" bigint NOT NULL,
    entry_id uuid NOT NULL,
    leaf_hash bytea NOT NULL,
    CONSTRAINT audit_positions_leaf_hash_check CHECK ((length(leaf_hash) = 32)),
    CONSTRAINT audit_positions_position_check CHECK (("position" >= 0))
);

COMMENT ON TABLE public.audit_positions IS 'the leaves of the tree; no foreign key, whose check of each row would cost more than all else: fsck compares';

COMMENT ON COLUMN public.audit_positions.leaf_hash IS 'SHA-256 of a zero byte and the encoded entry, computed when the entry was written';

CREATE TABLE public.captures (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    test_run_id uuid NOT NULL,
    round_id uuid NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    exporter text NOT NULL,
    cannot_show text[] NOT NULL,
    redacted_by text NOT NULL,
    format integer NOT NULL,
    policy integer NOT NULL,
    digest text NOT NULL,
    entry_count integer NOT NULL,
    report jsonb NOT NULL,
    configuration_version integer NOT NULL,
    happened_at timestamp with time zone,
    captured_at timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    created_by uuid NOT NULL,
    CONSTRAINT captures_kind_check CHECK ((kind = ANY (ARRAY['browser'::text, 'recorder'::text, 'back_channel'::text, 'probe'::text]))),
    CONSTRAINT captures_redacted_by_check CHECK ((redacted_by = ANY (ARRAY['server'::text, 'partner_browser'::text, 'partner_cli'::text, 'partner_recorder'::text, 'partner_server'::text])))
);

COMMENT ON COLUMN public.captures.report IS 'redaction report: rule, place, count';

COMMENT ON COLUMN public.captures.happened_at IS 'first request in the capture, by the clock of the recording machine';

COMMENT ON COLUMN public.captures.captured_at IS 'last request in the capture, by the clock of the recording machine';

COMMENT ON COLUMN public.captures.received_at IS 'when the server had all of it';

CREATE TABLE public.checklist_items (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    template_version integer NOT NULL,
    requirement_id text NOT NULL,
    "position" integer NOT NULL,
    title text NOT NULL,
    help text NOT NULL,
    applies boolean NOT NULL,
    required boolean NOT NULL,
    phase text NOT NULL,
    done_by text NOT NULL,
    may_be_asked boolean NOT NULL,
    state text NOT NULL,
    stale_reason text,
    not_applicable_reason text,
    confirmed_by uuid,
    confirmed_at timestamp with time zone,
    owner_id uuid,
    due_on date,
    claimed_by uuid,
    claimed_at timestamp with time zone,
    decided_by uuid,
    decided_at timestamp with time zone,
    changed_at timestamp with time zone NOT NULL,
    row_version integer DEFAULT 1 NOT NULL,
    CONSTRAINT checklist_items_check CHECK (((state = 'not_applicable'::text) = (not_applicable_reason IS NOT NULL))),
    CONSTRAINT checklist_items_check1 CHECK (((state <> 'claimed'::text) OR (claimed_by IS NOT NULL))),
    CONSTRAINT checklist_items_check2 CHECK (((state <> ALL (ARRAY['accepted'::text, 'returned'::text])) OR (decided_by IS NOT NULL))),
    CONSTRAINT checklist_items_check3 CHECK (((state <> 'accepted'::text) OR (claimed_by IS NULL) OR (claimed_by <> decided_by))),
    CONSTRAINT checklist_items_done_by_check CHECK ((done_by = ANY (ARRAY['partner'::text, 'consultant'::text, 'both'::text]))),
    CONSTRAINT checklist_items_phase_check CHECK ((phase = ANY (ARRAY['review'::text, 'walkthrough'::text, 'go_live'::text]))),
    CONSTRAINT checklist_items_state_check CHECK ((state = ANY (ARRAY['open'::text, 'claimed'::text, 'accepted'::text, 'returned'::text, 'not_applicable'::text])))
);

COMMENT ON COLUMN public.checklist_items.applies IS 'false when protocol, use case or configuration rule the requirement out';

COMMENT ON COLUMN public.checklist_items.stale_reason IS 'set while the item is stale: what changed since it was claimed or accepted';

COMMENT ON COLUMN public.checklist_items.confirmed_by IS 'the consultant who confirmed that the item does not apply';

CREATE TABLE public.comments (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    item_id uuid,
    capture_id uuid,
    entry_n integer,
    text text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT comments_text_check CHECK ((text <> ''::text))
);

CREATE TABLE public.configuration_versions (
    partner_id uuid NOT NULL,
    integration_id uuid NOT NULL,
    version integer NOT NULL,
    config jsonb NOT NULL,
    digest text NOT NULL,
    saved_by uuid NOT NULL,
    saved_at timestamp with time zone NOT NULL
);

COMMENT ON COLUMN public.configuration_versions.config IS 'integration.yaml v1 as JSON';

CREATE TABLE public.credential_passes (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    item text NOT NULL,
    field text NOT NULL,
    rules text[] NOT NULL,
    salt bytea NOT NULL,
    digest bytea NOT NULL,
    reason text NOT NULL,
    passed_by uuid NOT NULL,
    passed_at timestamp with time zone NOT NULL,
    CONSTRAINT credential_passes_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT credential_passes_field_check CHECK ((field <> ''::text)),
    CONSTRAINT credential_passes_reason_check CHECK (((char_length(reason) >= 10) AND (char_length(reason) <= 500))),
    CONSTRAINT credential_passes_rules_check CHECK ((cardinality(rules) > 0)),
    CONSTRAINT credential_passes_salt_check CHECK ((length(salt) = 32))
);

COMMENT ON TABLE public.credential_passes IS 'texts that look like a credential and are none, as a person said; a row never changes';

COMMENT ON COLUMN public.credential_passes.object_kind IS 'with object_id: what the write was about, as its audit entry says';

COMMENT ON COLUMN public.credential_passes.item IS 'requirement of the item that the text belongs to, empty for none';

COMMENT ON COLUMN public.credential_passes.digest IS 'HMAC-SHA-256 under salt of the text, or of a document''s SHA-256: only this very text or document passes';

CREATE TABLE public.decisions (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    decision text NOT NULL,
    reasons text NOT NULL,
    decided_by uuid NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    captured_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT decisions_decision_check CHECK ((decision = ANY (ARRAY['ready'::text, 'returned'::text, 'go'::text, 'go_with_conditions'::text, 'no_go'::text])))
);

COMMENT ON TABLE public.decisions IS 'the decision of a review and the outcome of a walkthrough';

CREATE TABLE public.entries (
    partner_id uuid NOT NULL,
    capture_id uuid NOT NULL,
    n integer NOT NULL,
    method text NOT NULL,
    status integer NOT NULL,
    scheme text NOT NULL,
    host text NOT NULL,
    path text NOT NULL,
    role text NOT NULL,
    kind text NOT NULL,
    is_hop boolean NOT NULL,
    part text NOT NULL,
    page_name text NOT NULL,
    parent integer NOT NULL,
    entry jsonb,
    searched text DEFAULT ''::text NOT NULL,
    happened_at timestamp with time zone,
    captured_at timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    first_byte bigint,
    byte_count integer,
    digest bytea,
    CONSTRAINT entries_are_somewhere CHECK (((entry IS NOT NULL) OR ((first_byte IS NOT NULL) AND (byte_count IS NOT NULL) AND (digest IS NOT NULL)))),
    CONSTRAINT entries_kind_check CHECK ((kind = ANY (ARRAY['redirect'::text, 'page'::text, 'sub_request'::text, 'back_channel'::text]))),
    CONSTRAINT entries_part_check CHECK ((part = ANY (ARRAY[''::text, 'authorize'::text, 'callback'::text, 'final'::text, 'token'::text, 'data'::text]))),
    CONSTRAINT entries_role_check CHECK ((role = ANY (ARRAY['partner'::text, 'provider'::text, 'third_party'::text])))
)
WITH (toast_tuple_target='256');

COMMENT ON COLUMN public.entries.is_hop IS 'drawn by itself: a page or redirect of the browser''s own way, or a server''s call; not a sub-request';

COMMENT ON COLUMN public.entries.part IS 'what it is in its sign-in, empty for most';

COMMENT ON COLUMN public.entries.page_name IS 'what the partner calls the page, such as landing page; empty for all else';

COMMENT ON COLUMN public.entries.parent IS 'entry of the page that asked for a sub-request, -1 without one';

COMMENT ON COLUMN public.entries.entry IS 'the redacted entry as the transcript package reads it; NULL for a page resource, which stands in the transcript at first_byte';

COMMENT ON COLUMN public.entries.searched IS 'what a search looks through, in lower case: host, path and the names of parameters; large transcripts are searched without opening each entry';

COMMENT ON COLUMN public.entries.digest IS 'SHA-256 of the entry''s bytes in the transcript: what was changed in storage is not shown';

CREATE TABLE public.evidence (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    item_id uuid NOT NULL,
    kind text NOT NULL,
    capture_id uuid,
    artifact_digest text,
    text text,
    configuration_version integer NOT NULL,
    rule_set integer NOT NULL,
    happened_at timestamp with time zone,
    captured_at timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    created_by uuid NOT NULL,
    withdrawn_at timestamp with time zone,
    document_digest text,
    document_name text,
    masks integer DEFAULT 0 NOT NULL,
    CONSTRAINT evidence_check CHECK (((kind = ANY (ARRAY['redirect'::text, 'error'::text, 'back_channel'::text])) = (capture_id IS NOT NULL))),
    CONSTRAINT evidence_check1 CHECK (((kind = 'screenshot'::text) = (artifact_digest IS NOT NULL))),
    CONSTRAINT evidence_check2 CHECK (((kind = ANY (ARRAY['declaration'::text, 'observation'::text])) = (text IS NOT NULL))),
    CONSTRAINT evidence_document_kind CHECK (((document_digest IS NULL) OR (kind = ANY (ARRAY['declaration'::text, 'observation'::text])))),
    CONSTRAINT evidence_document_whole CHECK (((document_digest IS NULL) = (document_name IS NULL))),
    CONSTRAINT evidence_kind_check CHECK ((kind = ANY (ARRAY['redirect'::text, 'error'::text, 'screenshot'::text, 'back_channel'::text, 'declaration'::text, 'observation'::text]))),
    CONSTRAINT evidence_masks_check CHECK (((masks >= 0) AND (masks <= 1000)))
);

COMMENT ON COLUMN public.evidence.document_digest IS 'a file beside the text: downloads only, never shown in a page';

COMMENT ON COLUMN public.evidence.masks IS 'areas of a screenshot that were covered before it was sent, as the sender''s browser counted';

CREATE TABLE public.findings (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    test_run_id uuid NOT NULL,
    "position" integer NOT NULL,
    rule text NOT NULL,
    rule_set integer NOT NULL,
    configuration_version integer NOT NULL,
    verdict text NOT NULL,
    severity text NOT NULL,
    finding jsonb NOT NULL,
    computed_at timestamp with time zone NOT NULL,
    CONSTRAINT findings_verdict_check CHECK ((verdict = ANY (ARRAY['pass'::text, 'fail'::text, 'warn'::text, 'not_seen'::text])))
);

CREATE TABLE public.idempotency_keys (
    actor_id uuid NOT NULL,
    key text NOT NULL,
    action text NOT NULL,
    result text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_keys_key_check CHECK (((length(key) >= 8) AND (length(key) <= 64)))
);

COMMENT ON COLUMN public.idempotency_keys.result IS 'id of the object that the first use made or changed';

CREATE TABLE public.integrations (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    configuration_version integer NOT NULL,
    consultant_id uuid,
    stage text NOT NULL,
    stage_since timestamp with time zone NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    row_version integer DEFAULT 1 NOT NULL,
    CONSTRAINT integrations_name_check CHECK ((name <> ''::text)),
    CONSTRAINT integrations_stage_check CHECK ((stage = ANY (ARRAY['described'::text, 'testing'::text, 'review'::text, 'walkthrough'::text, 'sign_off'::text, 'live'::text])))
);

CREATE TABLE public.key_lists (
    digest text NOT NULL,
    root text NOT NULL,
    list bytea NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.key_lists IS 'every keys.json that a server of this database had, in the order in which they were seen';

COMMENT ON COLUMN public.key_lists.digest IS 'SHA-256 of keys.json, hex';

COMMENT ON COLUMN public.key_lists.root IS 'fingerprint of the root that signed it';

CREATE TABLE public.outbox (
    id uuid NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone
);

CREATE TABLE public.packet_seals (
    partner_id uuid NOT NULL,
    packet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    packet_json text NOT NULL,
    checkpoint text,
    proofs bytea,
    CONSTRAINT packet_seals_check CHECK (((checkpoint IS NULL) = (proofs IS NULL)))
);

COMMENT ON TABLE public.packet_seals IS 'what the log says of a packet, by the SHA-256 of packet.json; kept from the first attempt on so that a retry makes the same bytes';

COMMENT ON COLUMN public.packet_seals.entry_id IS 'the audit entry packet.seal, which names packet_json, the SHA-256 of packet.json';

CREATE TABLE public.packets (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    edition integer NOT NULL,
    state text NOT NULL,
    problem text,
    salts bytea NOT NULL,
    content jsonb NOT NULL,
    digest text,
    packet_json text,
    bytes bigint,
    created_at timestamp with time zone NOT NULL,
    made_at timestamp with time zone,
    pdf_level text,
    stamp text,
    stamp_token bytea,
    stamped_at timestamp with time zone,
    sealing_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    withdrawn_by uuid,
    withdrawn_reason text,
    cause text NOT NULL,
    CONSTRAINT packets_cause_check CHECK ((cause = ANY (ARRAY['decision'::text, 'outcome'::text, 'sign_off'::text, 'renewal'::text]))),
    CONSTRAINT packets_check CHECK (((state = 'pending'::text) = (digest IS NULL))),
    CONSTRAINT packets_edition_check CHECK ((edition >= 1)),
    CONSTRAINT packets_pdf_level_check CHECK ((pdf_level = ANY (ARRAY['B-B'::text, 'B-T'::text]))),
    CONSTRAINT packets_stamp_check CHECK ((stamp = ANY (ARRAY['none'::text, 'unreachable'::text, 'stamped'::text]))),
    CONSTRAINT packets_stamp_is_whole CHECK (((COALESCE((stamp = 'stamped'::text), false) = (stamp_token IS NOT NULL)) AND ((stamp_token IS NULL) = (stamped_at IS NULL)))),
    CONSTRAINT packets_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'made'::text, 'superseded'::text, 'withdrawn'::text]))),
    CONSTRAINT packets_withdrawn_check CHECK ((((state = 'withdrawn'::text) = (withdrawn_at IS NOT NULL)) AND ((withdrawn_at IS NULL) = (withdrawn_by IS NULL)) AND ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL)))),
    CONSTRAINT packets_withdrawn_reason_check CHECK ((withdrawn_reason <> ''::text))
);

COMMENT ON COLUMN public.packets.problem IS 'why the last attempt to make it did not succeed, in words for users';

COMMENT ON COLUMN public.packets.salts IS 'seed of the salts of the leaves, kept so that a retry gives the same bytes';

COMMENT ON COLUMN public.packets.content IS 'what the packet is made of, fixed when it was asked for';

COMMENT ON COLUMN public.packets.packet_json IS 'SHA-256 of packet.json, hex';

COMMENT ON COLUMN public.packets.pdf_level IS 'of the signature in the PDF of a made packet';

COMMENT ON COLUMN public.packets.stamp IS 'what became of the time stamp; unreachable where the authority gave none that holds';

COMMENT ON COLUMN public.packets.stamp_token IS 'RFC 3161, over the signature in the PDF';

COMMENT ON COLUMN public.packets.stamped_at IS 'the time in the token: the word of the authority';

COMMENT ON COLUMN public.packets.sealing_at IS 'when its content was fixed for good: until then a further sign-off goes into it';

COMMENT ON COLUMN public.packets.withdrawn_reason IS 'public: it is shown to whoever has the digest';

COMMENT ON COLUMN public.packets.cause IS 'what asked for it; a renewal says what the edition before says';

CREATE TABLE public.partner_members (
    partner_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    row_version integer DEFAULT 1 NOT NULL,
    CONSTRAINT partner_members_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'member'::text, 'viewer'::text])))
);

CREATE TABLE public.partners (
    id uuid NOT NULL,
    name text NOT NULL,
    raw_uploads text DEFAULT 'forbidden'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    row_version integer DEFAULT 1 NOT NULL,
    CONSTRAINT partners_name_check CHECK ((name <> ''::text)),
    CONSTRAINT partners_raw_uploads_check CHECK ((raw_uploads = ANY (ARRAY['allowed'::text, 'forbidden'::text])))
);

COMMENT ON COLUMN public.partners.raw_uploads IS 'whether captures may arrive unredacted and be redacted while they stream in';

CREATE TABLE public.passkeys (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    credential jsonb NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone
);

COMMENT ON COLUMN public.passkeys.credential IS 'public key and flags as the webauthn library keeps them; no secret';

CREATE TABLE public.questions (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    packet_id uuid NOT NULL,
    number integer NOT NULL,
    anchor text NOT NULL,
    text text NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    answer text,
    answered_by uuid,
    answered_at timestamp with time zone,
    row_version integer DEFAULT 1 NOT NULL,
    CONSTRAINT questions_anchor_check CHECK ((anchor <> ''::text)),
    CONSTRAINT questions_answer_check CHECK ((answer <> ''::text)),
    CONSTRAINT questions_check CHECK ((((answer IS NULL) = (answered_by IS NULL)) AND ((answer IS NULL) = (answered_at IS NULL)))),
    CONSTRAINT questions_text_check CHECK ((text <> ''::text))
);

COMMENT ON COLUMN public.questions.anchor IS 'a place of the packet: TST-09, t-001.e4';

CREATE TABLE public.received_attributes (
    partner_id uuid NOT NULL,
    integration_id uuid NOT NULL,
    test_run_id uuid NOT NULL,
    number integer NOT NULL,
    "position" integer NOT NULL,
    handle text NOT NULL,
    is_empty boolean NOT NULL,
    at jsonb NOT NULL
);

COMMENT ON TABLE public.received_attributes IS 'names of what a sign-in received, never a value';

COMMENT ON COLUMN public.received_attributes.handle IS 'in clear only where the description names it, else redacted';

CREATE TABLE public.remarks (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    item_id uuid NOT NULL,
    number integer NOT NULL,
    revision_id uuid,
    capture_id uuid,
    entry_n integer,
    param text,
    text text NOT NULL,
    state text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    answer text,
    answered_by uuid,
    answered_at timestamp with time zone,
    closed_by uuid,
    closed_at timestamp with time zone,
    waiver_reason text,
    row_version integer DEFAULT 1 NOT NULL,
    CONSTRAINT remarks_check CHECK (((state = 'waived'::text) = (waiver_reason IS NOT NULL))),
    CONSTRAINT remarks_state_check CHECK ((state = ANY (ARRAY['open'::text, 'answered'::text, 'closed'::text, 'waived'::text]))),
    CONSTRAINT remarks_text_check CHECK ((text <> ''::text))
);

CREATE TABLE public.revisions (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    number integer NOT NULL,
    configuration_version integer NOT NULL,
    rule_set integer NOT NULL,
    round_id uuid NOT NULL,
    frozen jsonb NOT NULL,
    state text NOT NULL,
    submitted_by uuid NOT NULL,
    submitted_at timestamp with time zone NOT NULL,
    row_version integer DEFAULT 1 NOT NULL,
    CONSTRAINT revisions_state_check CHECK ((state = ANY (ARRAY['submitted'::text, 'ready'::text, 'returned'::text])))
);

COMMENT ON COLUMN public.revisions.frozen IS 'items, evidence and findings as they stood when the partner submitted';

CREATE TABLE public.rounds (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    number integer NOT NULL,
    sealed_key bytea,
    names jsonb DEFAULT '{}'::jsonb NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT rounds_check CHECK (((closed_at IS NULL) = (sealed_key IS NOT NULL)))
);

COMMENT ON COLUMN public.rounds.sealed_key IS 'pseudonym key, sealed under a key outside the database; destroyed when the round closes';

COMMENT ON COLUMN public.rounds.names IS 'keyed digests of undeclared hosts and path segments with their numbers, so that they stay the same within the round';

CREATE TABLE public.sessions (
    token text NOT NULL,
    data bytea NOT NULL,
    expiry timestamp with time zone NOT NULL
);

CREATE TABLE public.settings (
    name text NOT NULL,
    value text NOT NULL,
    row_version integer DEFAULT 1 NOT NULL
);

COMMENT ON TABLE public.settings IS 'settings of the provider, by name from a closed list in the code';

CREATE TABLE public.sign_in_links (
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    purpose text NOT NULL,
    user_id uuid,
    created_by uuid,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT sign_in_links_check CHECK (((purpose = 'setup'::text) = (user_id IS NULL))),
    CONSTRAINT sign_in_links_purpose_check CHECK ((purpose = ANY (ARRAY['setup'::text, 'invitation'::text, 'sign_in'::text])))
);

COMMENT ON COLUMN public.sign_in_links.token_hash IS 'SHA-256 of the token; the token itself is shown once and never stored';

CREATE TABLE public.sign_ins (
    partner_id uuid NOT NULL,
    integration_id uuid NOT NULL,
    test_run_id uuid NOT NULL,
    number integer NOT NULL,
    protocol text NOT NULL,
    start text NOT NULL,
    outcome text NOT NULL,
    error_code text NOT NULL,
    authorize jsonb NOT NULL,
    callback jsonb,
    final jsonb,
    final_status integer NOT NULL,
    errors jsonb NOT NULL,
    policies text[] NOT NULL,
    attributes_known boolean NOT NULL,
    attributes_why text NOT NULL,
    CONSTRAINT sign_ins_number_check CHECK ((number > 0)),
    CONSTRAINT sign_ins_outcome_check CHECK ((outcome = ANY (ARRAY['code'::text, 'error'::text, 'token'::text, 'success'::text, 'unknown'::text, 'abandoned'::text]))),
    CONSTRAINT sign_ins_protocol_check CHECK ((protocol = ANY (ARRAY['oauth'::text, 'saml'::text]))),
    CONSTRAINT sign_ins_start_check CHECK ((start = ANY (ARRAY['request'::text, 'provider'::text, 'missing'::text])))
);

COMMENT ON TABLE public.sign_ins IS 'one per sign-in of a test run, computed with its findings and replaced with them';

COMMENT ON COLUMN public.sign_ins.number IS 'within the test run, from 1; the flow of findings';

COMMENT ON COLUMN public.sign_ins.authorize IS 'capture and entry of the request; callback and final likewise';

COMMENT ON COLUMN public.sign_ins.errors IS 'error transcripts: the documented refusals that it met, with what the user saw and what the rules say';

COMMENT ON COLUMN public.sign_ins.attributes_known IS 'whether the run shows which attributes were received; attributes_why says why not';

CREATE TABLE public.sign_offs (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    part text NOT NULL,
    signed_off_by uuid NOT NULL,
    signed_off_at timestamp with time zone NOT NULL,
    CONSTRAINT sign_offs_part_check CHECK ((part = ANY (ARRAY['partner'::text, 'reviewer'::text, 'account_team'::text])))
);

COMMENT ON TABLE public.sign_offs IS 'human acts, not cryptography';

CREATE TABLE public.test_runs (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    round_id uuid NOT NULL,
    number integer NOT NULL,
    scenario text NOT NULL,
    test_user text NOT NULL,
    release text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    row_version integer DEFAULT 1 NOT NULL
);

COMMENT ON COLUMN public.test_runs.test_user IS 'label of a test user of the integration, never a name or credential';

CREATE TABLE public.users (
    id uuid NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    provider_role text,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    row_version integer DEFAULT 1 NOT NULL,
    CONSTRAINT users_email_check CHECK ((email <> ''::text)),
    CONSTRAINT users_name_check CHECK ((name <> ''::text)),
    CONSTRAINT users_provider_role_check CHECK ((provider_role = ANY (ARRAY['consultant'::text, 'account_team'::text, 'provider_admin'::text])))
);

COMMENT ON COLUMN public.users.provider_role IS 'set for people of the identity provider only; partners'' people have partner_members rows';

CREATE TABLE public.verdict_changes (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    test_run_id uuid NOT NULL,
    rule text NOT NULL,
    rule_set_before integer NOT NULL,
    version_before integer NOT NULL,
    verdict_before text NOT NULL,
    rule_set integer NOT NULL,
    configuration_version integer NOT NULL,
    verdict text NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    capture_id uuid,
    CONSTRAINT verdict_changes_verdict_before_check CHECK ((verdict_before = ANY (ARRAY[''::text, 'pass'::text, 'fail'::text, 'warn'::text, 'not_seen'::text]))),
    CONSTRAINT verdict_changes_verdict_check CHECK ((verdict = ANY (ARRAY[''::text, 'pass'::text, 'fail'::text, 'warn'::text, 'not_seen'::text])))
);

COMMENT ON TABLE public.verdict_changes IS 'rules that said otherwise of a test run when it was judged again';

COMMENT ON COLUMN public.verdict_changes.verdict_before IS 'the worst that the rule said of a sign-in of the run; empty where it said nothing';

COMMENT ON COLUMN public.verdict_changes.capture_id IS 'the capture that came to the round; null where rules or description changed';

CREATE TABLE public.walkthrough_steps (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    walkthrough_id uuid NOT NULL,
    n integer NOT NULL,
    item_id uuid NOT NULL,
    title text NOT NULL,
    mark text,
    observation text DEFAULT ''::text NOT NULL,
    marked_by uuid,
    marked_at timestamp with time zone,
    row_version integer DEFAULT 1 NOT NULL,
    CONSTRAINT walkthrough_steps_check CHECK (((mark IS NULL) = (marked_by IS NULL))),
    CONSTRAINT walkthrough_steps_check1 CHECK (((mark IS NULL) OR (mark = 'confirmed'::text) OR (observation <> ''::text))),
    CONSTRAINT walkthrough_steps_mark_check CHECK ((mark = ANY (ARRAY['confirmed'::text, 'not_confirmed'::text, 'with_condition'::text])))
);

CREATE TABLE public.walkthroughs (
    partner_id uuid NOT NULL,
    id uuid NOT NULL,
    integration_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    state text NOT NULL,
    planned_for timestamp with time zone NOT NULL,
    place text NOT NULL,
    people jsonb NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    row_version integer DEFAULT 1 NOT NULL,
    CONSTRAINT walkthroughs_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'running'::text, 'ended'::text])))
);

COMMENT ON COLUMN public.walkthroughs.people IS 'who takes part: name and part (drives, leads, observes)';

ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_pkey PRIMARY KEY (partner_id, digest);

ALTER TABLE ONLY public.audit_checkpoints
    ADD CONSTRAINT audit_checkpoints_pkey PRIMARY KEY (size, key_id);

ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.audit_held
    ADD CONSTRAINT audit_held_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.audit_nodes
    ADD CONSTRAINT audit_nodes_pkey PRIMARY KEY (level, "position");

ALTER TABLE ONLY public.audit_pending
    ADD CONSTRAINT audit_pending_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY public.audit_personal
    ADD CONSTRAINT audit_personal_pkey PRIMARY KEY (entry_id, field);

ALTER TABLE ONLY public.audit_positions
    ADD CONSTRAINT audit_positions_entry_id_key UNIQUE (entry_id);

ALTER TABLE ONLY public.audit_positions
    ADD CONSTRAINT audit_positions_pkey PRIMARY KEY ("position");

ALTER TABLE ONLY public.captures
    ADD CONSTRAINT captures_partner_id_integration_id_number_key UNIQUE (partner_id, integration_id, number);

ALTER TABLE ONLY public.captures
    ADD CONSTRAINT captures_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.checklist_items
    ADD CONSTRAINT checklist_items_partner_id_integration_id_requirement_id_key UNIQUE (partner_id, integration_id, requirement_id);

ALTER TABLE ONLY public.checklist_items
    ADD CONSTRAINT checklist_items_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.configuration_versions
    ADD CONSTRAINT configuration_versions_pkey PRIMARY KEY (partner_id, integration_id, version);

ALTER TABLE ONLY public.credential_passes
    ADD CONSTRAINT credential_passes_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (partner_id, capture_id, n);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.findings
    ADD CONSTRAINT findings_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (actor_id, key);

ALTER TABLE ONLY public.integrations
    ADD CONSTRAINT integrations_id_key UNIQUE (id);

ALTER TABLE ONLY public.integrations
    ADD CONSTRAINT integrations_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.key_lists
    ADD CONSTRAINT key_lists_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.packet_seals
    ADD CONSTRAINT packet_seals_pkey PRIMARY KEY (partner_id, packet_id, packet_json);

ALTER TABLE ONLY public.packets
    ADD CONSTRAINT packets_partner_id_revision_id_edition_key UNIQUE (partner_id, revision_id, edition);

ALTER TABLE ONLY public.packets
    ADD CONSTRAINT packets_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.partner_members
    ADD CONSTRAINT partner_members_pkey PRIMARY KEY (partner_id, user_id);

ALTER TABLE ONLY public.partners
    ADD CONSTRAINT partners_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_credential_id_key UNIQUE (credential_id);

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_partner_id_integration_id_number_key UNIQUE (partner_id, integration_id, number);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.received_attributes
    ADD CONSTRAINT received_attributes_pkey PRIMARY KEY (partner_id, test_run_id, number, "position");

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_partner_id_integration_id_number_key UNIQUE (partner_id, integration_id, number);

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_partner_id_integration_id_number_key UNIQUE (partner_id, integration_id, number);

ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.rounds
    ADD CONSTRAINT rounds_partner_id_integration_id_number_key UNIQUE (partner_id, integration_id, number);

ALTER TABLE ONLY public.rounds
    ADD CONSTRAINT rounds_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (token);

ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT sign_in_links_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT sign_in_links_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.sign_ins
    ADD CONSTRAINT sign_ins_pkey PRIMARY KEY (partner_id, test_run_id, number);

ALTER TABLE ONLY public.sign_offs
    ADD CONSTRAINT sign_offs_partner_id_revision_id_part_key UNIQUE (partner_id, revision_id, part);

ALTER TABLE ONLY public.sign_offs
    ADD CONSTRAINT sign_offs_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.test_runs
    ADD CONSTRAINT test_runs_partner_id_integration_id_number_key UNIQUE (partner_id, integration_id, number);

ALTER TABLE ONLY public.test_runs
    ADD CONSTRAINT test_runs_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.verdict_changes
    ADD CONSTRAINT verdict_changes_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.walkthrough_steps
    ADD CONSTRAINT walkthrough_steps_partner_id_walkthrough_id_n_key UNIQUE (partner_id, walkthrough_id, n);

ALTER TABLE ONLY public.walkthrough_steps
    ADD CONSTRAINT walkthrough_steps_pkey PRIMARY KEY (partner_id, id);

ALTER TABLE ONLY public.walkthroughs
    ADD CONSTRAINT walkthroughs_partner_id_revision_id_key UNIQUE (partner_id, revision_id);

ALTER TABLE ONLY public.walkthroughs
    ADD CONSTRAINT walkthroughs_pkey PRIMARY KEY (partner_id, id);

CREATE INDEX audit_entries_at_idx ON public.audit_entries USING btree (at DESC, id DESC);

CREATE INDEX audit_entries_integration_idx ON public.audit_entries USING btree (partner_id, integration_id, at DESC, id DESC);

CREATE INDEX captures_test_run_idx ON public.captures USING btree (partner_id, test_run_id, number);

CREATE INDEX comments_item_idx ON public.comments USING btree (partner_id, integration_id, item_id, created_at);

CREATE INDEX credential_passes_integration_idx ON public.credential_passes USING btree (partner_id, integration_id, passed_at);

CREATE INDEX decisions_revision_idx ON public.decisions USING btree (partner_id, revision_id);

CREATE INDEX entries_hops_idx ON public.entries USING btree (partner_id, capture_id, n) WHERE is_hop;

CREATE INDEX evidence_item_idx ON public.evidence USING btree (partner_id, integration_id, item_id);

CREATE INDEX findings_rule_idx ON public.findings USING btree (partner_id, integration_id, rule);

CREATE INDEX findings_run_idx ON public.findings USING btree (partner_id, test_run_id, "position");

CREATE INDEX integrations_consultant_idx ON public.integrations USING btree (consultant_id);

CREATE UNIQUE INDEX integrations_name_key ON public.integrations USING btree (partner_id, lower(name));

CREATE INDEX key_lists_recorded_idx ON public.key_lists USING btree (recorded_at);

CREATE INDEX outbox_unsent_idx ON public.outbox USING btree (created_at) WHERE (sent_at IS NULL);

CREATE UNIQUE INDEX packets_digest_key ON public.packets USING btree (digest);

CREATE INDEX partner_members_user_id_idx ON public.partner_members USING btree (user_id);

CREATE UNIQUE INDEX partners_name_key ON public.partners USING btree (lower(name));

CREATE INDEX passkeys_user_id_idx ON public.passkeys USING btree (user_id);

CREATE INDEX questions_packet_idx ON public.questions USING btree (partner_id, packet_id);

CREATE INDEX received_attributes_integration_idx ON public.received_attributes USING btree (partner_id, integration_id, test_run_id, number, "position");

CREATE INDEX remarks_item_idx ON public.remarks USING btree (partner_id, integration_id, item_id);

CREATE UNIQUE INDEX revisions_open_key ON public.revisions USING btree (partner_id, integration_id) WHERE (state = 'submitted'::text);

CREATE INDEX revisions_queue_idx ON public.revisions USING btree (submitted_at) WHERE (state = 'submitted'::text);

CREATE UNIQUE INDEX rounds_open_key ON public.rounds USING btree (partner_id, integration_id) WHERE (closed_at IS NULL);

CREATE INDEX sessions_expiry_idx ON public.sessions USING btree (expiry);

CREATE INDEX sign_ins_integration_idx ON public.sign_ins USING btree (partner_id, integration_id, test_run_id, number);

CREATE UNIQUE INDEX users_email_key ON public.users USING btree (lower(email));

CREATE INDEX verdict_changes_run ON public.verdict_changes USING btree (partner_id, test_run_id, rule);

CREATE TRIGGER audit_checkpoints_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change();

CREATE TRIGGER audit_entries_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change();

CREATE TRIGGER audit_head_grows BEFORE UPDATE ON public.audit_head FOR EACH ROW EXECUTE FUNCTION public.refuse_audit_shrinking();

CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON public.audit_head FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change();

CREATE TRIGGER audit_held_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_held FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change();

CREATE TRIGGER audit_nodes_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_nodes FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change();

CREATE TRIGGER audit_positions_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_positions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change();

ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partners(id);

ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partners(id);

ALTER TABLE ONLY public.audit_personal
    ADD CONSTRAINT audit_personal_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES public.audit_entries(id);

ALTER TABLE ONLY public.captures
    ADD CONSTRAINT captures_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.captures
    ADD CONSTRAINT captures_partner_id_digest_fkey FOREIGN KEY (partner_id, digest) REFERENCES public.artifacts(partner_id, digest);

ALTER TABLE ONLY public.captures
    ADD CONSTRAINT captures_partner_id_integration_id_configuration_version_fkey FOREIGN KEY (partner_id, integration_id, configuration_version) REFERENCES public.configuration_versions(partner_id, integration_id, version);

ALTER TABLE ONLY public.captures
    ADD CONSTRAINT captures_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.captures
    ADD CONSTRAINT captures_partner_id_round_id_fkey FOREIGN KEY (partner_id, round_id) REFERENCES public.rounds(partner_id, id);

ALTER TABLE ONLY public.captures
    ADD CONSTRAINT captures_partner_id_test_run_id_fkey FOREIGN KEY (partner_id, test_run_id) REFERENCES public.test_runs(partner_id, id);

ALTER TABLE ONLY public.checklist_items
    ADD CONSTRAINT checklist_items_claimed_by_fkey FOREIGN KEY (claimed_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.checklist_items
    ADD CONSTRAINT checklist_items_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.checklist_items
    ADD CONSTRAINT checklist_items_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.checklist_items
    ADD CONSTRAINT checklist_items_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.checklist_items
    ADD CONSTRAINT checklist_items_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_partner_id_capture_id_fkey FOREIGN KEY (partner_id, capture_id) REFERENCES public.captures(partner_id, id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_partner_id_item_id_fkey FOREIGN KEY (partner_id, item_id) REFERENCES public.checklist_items(partner_id, id);

ALTER TABLE ONLY public.configuration_versions
    ADD CONSTRAINT configuration_versions_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.configuration_versions
    ADD CONSTRAINT configuration_versions_saved_by_fkey FOREIGN KEY (saved_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.credential_passes
    ADD CONSTRAINT credential_passes_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.credential_passes
    ADD CONSTRAINT credential_passes_passed_by_fkey FOREIGN KEY (passed_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_partner_id_revision_id_fkey FOREIGN KEY (partner_id, revision_id) REFERENCES public.revisions(partner_id, id);

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_partner_id_capture_id_fkey FOREIGN KEY (partner_id, capture_id) REFERENCES public.captures(partner_id, id);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_document_fkey FOREIGN KEY (partner_id, document_digest) REFERENCES public.artifacts(partner_id, digest);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_partner_id_artifact_digest_fkey FOREIGN KEY (partner_id, artifact_digest) REFERENCES public.artifacts(partner_id, digest);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_partner_id_capture_id_fkey FOREIGN KEY (partner_id, capture_id) REFERENCES public.captures(partner_id, id);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_partner_id_integration_id_configuration_version_fkey FOREIGN KEY (partner_id, integration_id, configuration_version) REFERENCES public.configuration_versions(partner_id, integration_id, version);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_partner_id_item_id_fkey FOREIGN KEY (partner_id, item_id) REFERENCES public.checklist_items(partner_id, id);

ALTER TABLE ONLY public.findings
    ADD CONSTRAINT findings_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.findings
    ADD CONSTRAINT findings_partner_id_test_run_id_fkey FOREIGN KEY (partner_id, test_run_id) REFERENCES public.test_runs(partner_id, id);

ALTER TABLE ONLY public.integrations
    ADD CONSTRAINT integrations_consultant_id_fkey FOREIGN KEY (consultant_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.integrations
    ADD CONSTRAINT integrations_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.integrations
    ADD CONSTRAINT integrations_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partners(id);

ALTER TABLE ONLY public.packet_seals
    ADD CONSTRAINT packet_seals_partner_id_packet_id_fkey FOREIGN KEY (partner_id, packet_id) REFERENCES public.packets(partner_id, id);

ALTER TABLE ONLY public.packets
    ADD CONSTRAINT packets_partner_id_digest_fkey FOREIGN KEY (partner_id, digest) REFERENCES public.artifacts(partner_id, digest);

ALTER TABLE ONLY public.packets
    ADD CONSTRAINT packets_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.packets
    ADD CONSTRAINT packets_partner_id_revision_id_fkey FOREIGN KEY (partner_id, revision_id) REFERENCES public.revisions(partner_id, id);

ALTER TABLE ONLY public.packets
    ADD CONSTRAINT packets_withdrawn_by_fkey FOREIGN KEY (withdrawn_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.partner_members
    ADD CONSTRAINT partner_members_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partners(id);

ALTER TABLE ONLY public.partner_members
    ADD CONSTRAINT partner_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.questions
    ADD CONSTRAINT questions_partner_id_packet_id_fkey FOREIGN KEY (partner_id, packet_id) REFERENCES public.packets(partner_id, id);

ALTER TABLE ONLY public.received_attributes
    ADD CONSTRAINT received_attributes_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.received_attributes
    ADD CONSTRAINT received_attributes_partner_id_test_run_id_number_fkey FOREIGN KEY (partner_id, test_run_id, number) REFERENCES public.sign_ins(partner_id, test_run_id, number) ON DELETE CASCADE;

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_closed_by_fkey FOREIGN KEY (closed_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_partner_id_capture_id_fkey FOREIGN KEY (partner_id, capture_id) REFERENCES public.captures(partner_id, id);

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_partner_id_item_id_fkey FOREIGN KEY (partner_id, item_id) REFERENCES public.checklist_items(partner_id, id);

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_partner_id_revision_id_fkey FOREIGN KEY (partner_id, revision_id) REFERENCES public.revisions(partner_id, id);

ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_partner_id_integration_id_configuration_version_fkey FOREIGN KEY (partner_id, integration_id, configuration_version) REFERENCES public.configuration_versions(partner_id, integration_id, version);

ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_partner_id_round_id_fkey FOREIGN KEY (partner_id, round_id) REFERENCES public.rounds(partner_id, id);

ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_submitted_by_fkey FOREIGN KEY (submitted_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.rounds
    ADD CONSTRAINT rounds_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT sign_in_links_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT sign_in_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.sign_ins
    ADD CONSTRAINT sign_ins_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.sign_ins
    ADD CONSTRAINT sign_ins_partner_id_test_run_id_fkey FOREIGN KEY (partner_id, test_run_id) REFERENCES public.test_runs(partner_id, id);

ALTER TABLE ONLY public.sign_offs
    ADD CONSTRAINT sign_offs_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.sign_offs
    ADD CONSTRAINT sign_offs_partner_id_revision_id_fkey FOREIGN KEY (partner_id, revision_id) REFERENCES public.revisions(partner_id, id);

ALTER TABLE ONLY public.sign_offs
    ADD CONSTRAINT sign_offs_signed_off_by_fkey FOREIGN KEY (signed_off_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.test_runs
    ADD CONSTRAINT test_runs_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.test_runs
    ADD CONSTRAINT test_runs_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.test_runs
    ADD CONSTRAINT test_runs_partner_id_round_id_fkey FOREIGN KEY (partner_id, round_id) REFERENCES public.rounds(partner_id, id);

ALTER TABLE ONLY public.verdict_changes
    ADD CONSTRAINT verdict_changes_partner_id_capture_id_fkey FOREIGN KEY (partner_id, capture_id) REFERENCES public.captures(partner_id, id);

ALTER TABLE ONLY public.verdict_changes
    ADD CONSTRAINT verdict_changes_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.verdict_changes
    ADD CONSTRAINT verdict_changes_partner_id_test_run_id_fkey FOREIGN KEY (partner_id, test_run_id) REFERENCES public.test_runs(partner_id, id);

ALTER TABLE ONLY public.walkthrough_steps
    ADD CONSTRAINT walkthrough_steps_marked_by_fkey FOREIGN KEY (marked_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.walkthrough_steps
    ADD CONSTRAINT walkthrough_steps_partner_id_item_id_fkey FOREIGN KEY (partner_id, item_id) REFERENCES public.checklist_items(partner_id, id);

ALTER TABLE ONLY public.walkthrough_steps
    ADD CONSTRAINT walkthrough_steps_partner_id_walkthrough_id_fkey FOREIGN KEY (partner_id, walkthrough_id) REFERENCES public.walkthroughs(partner_id, id);

ALTER TABLE ONLY public.walkthroughs
    ADD CONSTRAINT walkthroughs_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id);

ALTER TABLE ONLY public.walkthroughs
    ADD CONSTRAINT walkthroughs_partner_id_integration_id_fkey FOREIGN KEY (partner_id, integration_id) REFERENCES public.integrations(partner_id, id);

ALTER TABLE ONLY public.walkthroughs
    ADD CONSTRAINT walkthroughs_partner_id_revision_id_fkey FOREIGN KEY (partner_id, revision_id) REFERENCES public.revisions(partner_id, id);

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.artifacts TO proofwalk_app;
GRANT SELECT ON TABLE public.artifacts TO proofwalk_read;

GRANT SELECT,INSERT ON TABLE public.audit_checkpoints TO proofwalk_app;
GRANT SELECT ON TABLE public.audit_checkpoints TO proofwalk_read;

GRANT SELECT,INSERT ON TABLE public.audit_entries TO proofwalk_app;
GRANT SELECT ON TABLE public.audit_entries TO proofwalk_read;

GRANT SELECT,UPDATE ON TABLE public.audit_head TO proofwalk_app;
GRANT SELECT ON TABLE public.audit_head TO proofwalk_read;

GRANT SELECT,INSERT ON TABLE public.audit_held TO proofwalk_app;
GRANT SELECT ON TABLE public.audit_held TO proofwalk_read;

GRANT SELECT,USAGE ON SEQUENCE public.audit_held_number_seq TO proofwalk_app;

GRANT SELECT,INSERT ON TABLE public.audit_nodes TO proofwalk_app;
GRANT SELECT ON TABLE public.audit_nodes TO proofwalk_read;

GRANT SELECT,INSERT,DELETE ON TABLE public.audit_pending TO proofwalk_app;
GRANT SELECT ON TABLE public.audit_pending TO proofwalk_read;

GRANT SELECT,INSERT,DELETE ON TABLE public.audit_personal TO proofwalk_app;

GRANT SELECT,INSERT ON TABLE public.audit_positions TO proofwalk_app;
GRANT SELECT ON TABLE public.audit_positions TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.captures TO proofwalk_app;
GRANT SELECT ON TABLE public.captures TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.checklist_items TO proofwalk_app;
GRANT SELECT ON TABLE public.checklist_items TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.comments TO proofwalk_app;
GRANT SELECT ON TABLE public.comments TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.configuration_versions TO proofwalk_app;
GRANT SELECT ON TABLE public.configuration_versions TO proofwalk_read;

GRANT SELECT,INSERT ON TABLE public.credential_passes TO proofwalk_app;
GRANT SELECT ON TABLE public.credential_passes TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.decisions TO proofwalk_app;
GRANT SELECT ON TABLE public.decisions TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.entries TO proofwalk_app;
GRANT SELECT ON TABLE public.entries TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.evidence TO proofwalk_app;
GRANT SELECT ON TABLE public.evidence TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.findings TO proofwalk_app;
GRANT SELECT ON TABLE public.findings TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO proofwalk_app;
GRANT SELECT ON TABLE public.idempotency_keys TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.integrations TO proofwalk_app;
GRANT SELECT ON TABLE public.integrations TO proofwalk_read;

GRANT SELECT,INSERT ON TABLE public.key_lists TO proofwalk_app;
GRANT SELECT ON TABLE public.key_lists TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbox TO proofwalk_app;
GRANT SELECT ON TABLE public.outbox TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.packet_seals TO proofwalk_app;
GRANT SELECT ON TABLE public.packet_seals TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.packets TO proofwalk_app;
GRANT SELECT ON TABLE public.packets TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.partner_members TO proofwalk_app;
GRANT SELECT ON TABLE public.partner_members TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.partners TO proofwalk_app;
GRANT SELECT ON TABLE public.partners TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.passkeys TO proofwalk_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.questions TO proofwalk_app;
GRANT SELECT ON TABLE public.questions TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.received_attributes TO proofwalk_app;
GRANT SELECT ON TABLE public.received_attributes TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.remarks TO proofwalk_app;
GRANT SELECT ON TABLE public.remarks TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.revisions TO proofwalk_app;
GRANT SELECT ON TABLE public.revisions TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rounds TO proofwalk_app;
GRANT SELECT ON TABLE public.rounds TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO proofwalk_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.settings TO proofwalk_app;
GRANT SELECT ON TABLE public.settings TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sign_in_links TO proofwalk_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sign_ins TO proofwalk_app;
GRANT SELECT ON TABLE public.sign_ins TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sign_offs TO proofwalk_app;
GRANT SELECT ON TABLE public.sign_offs TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.test_runs TO proofwalk_app;
GRANT SELECT ON TABLE public.test_runs TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users TO proofwalk_app;
GRANT SELECT ON TABLE public.users TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.verdict_changes TO proofwalk_app;
GRANT SELECT ON TABLE public.verdict_changes TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.walkthrough_steps TO proofwalk_app;
GRANT SELECT ON TABLE public.walkthrough_steps TO proofwalk_read;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.walkthroughs TO proofwalk_app;
GRANT SELECT ON TABLE public.walkthroughs TO proofwalk_read;

ALTER DEFAULT PRIVILEGES FOR ROLE proofwalk_owner IN SCHEMA public GRANT SELECT,USAGE ON SEQUENCES  TO proofwalk_app;

ALTER DEFAULT PRIVILEGES FOR ROLE proofwalk_owner IN SCHEMA public GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES  TO proofwalk_app;
ALTER DEFAULT PRIVILEGES FOR ROLE proofwalk_owner IN SCHEMA public GRANT SELECT ON TABLES  TO proofwalk_read;
