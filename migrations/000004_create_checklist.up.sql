-- The checklist of an integration: one item per requirement that may apply.
BEGIN;

CREATE TABLE checklist_items (
    partner_id          uuid NOT NULL,
    id                  uuid NOT NULL,
    integration_id      uuid NOT NULL,
    template_version    integer NOT NULL,
    requirement_id      text NOT NULL,
    position            integer NOT NULL,
    title               text NOT NULL,
    help                text NOT NULL,
    applies             boolean NOT NULL,
    required            boolean NOT NULL,
    phase               text NOT NULL CHECK (phase IN ('review', 'walkthrough', 'go_live')),
    done_by             text NOT NULL CHECK (done_by IN ('partner', 'consultant', 'both')),
    may_be_asked        boolean NOT NULL,
    state               text NOT NULL CHECK (state IN ('open', 'claimed', 'accepted', 'returned', 'not_applicable')),
    stale_reason        text,
    not_applicable_reason text,
    confirmed_by        uuid REFERENCES users (id),
    confirmed_at        timestamptz,
    owner_id            uuid REFERENCES users (id),
    due_on              date,
    claimed_by          uuid REFERENCES users (id),
    claimed_at          timestamptz,
    decided_by          uuid REFERENCES users (id),
    decided_at          timestamptz,
    changed_at          timestamptz NOT NULL,
    row_version         integer NOT NULL DEFAULT 1,
    PRIMARY KEY (partner_id, id),
    UNIQUE (partner_id, integration_id, requirement_id),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    CHECK ((state = 'not_applicable') = (not_applicable_reason IS NOT NULL)),
    CHECK (state <> 'claimed' OR claimed_by IS NOT NULL),
    CHECK (state NOT IN ('accepted', 'returned') OR decided_by IS NOT NULL),
    CHECK (state <> 'accepted' OR claimed_by IS NULL OR claimed_by <> decided_by)
);
COMMENT ON COLUMN checklist_items.stale_reason IS 'set while the item is stale: what changed since it was claimed or accepted';
COMMENT ON COLUMN checklist_items.applies IS 'false when protocol, use case or configuration rule the requirement out';
COMMENT ON COLUMN checklist_items.confirmed_by IS 'the consultant who confirmed that the item does not apply';

CREATE TABLE comments (
    partner_id     uuid NOT NULL,
    id             uuid NOT NULL,
    integration_id uuid NOT NULL,
    item_id        uuid,
    capture_id     uuid,
    entry_n        integer,
    text           text NOT NULL CHECK (text <> ''),
    created_by     uuid NOT NULL REFERENCES users (id),
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (partner_id, id),
    FOREIGN KEY (partner_id, integration_id) REFERENCES integrations (partner_id, id),
    FOREIGN KEY (partner_id, item_id) REFERENCES checklist_items (partner_id, id)
);
CREATE INDEX comments_item_idx ON comments (partner_id, integration_id, item_id, created_at);

COMMIT;
