-- The tables. Nothing outside this schema reads or writes them: the functions of 0002 do.

create schema if not exists akool_faceswap;

create table akool_faceswap.version (v integer not null);
insert into akool_faceswap.version values (0);

-- One account of the API, with its request budget.
-- `tat` is the theoretical arrival time of GCRA: the moment at which the budget is whole again.
create table akool_faceswap.lane (
    name       text primary key,
    account    bytea,
    interval_  interval not null default '0',
    burst      integer not null default 1,
    tat        timestamptz not null default '-infinity',
    held_until timestamptz,
    -- Where a search for due jobs begins: entries of the index before it are granted, leased, or dead until the
    -- next vacuum. A job that was committed late may be due before it, and a lease may end there, so once a
    -- second the search begins at the first entry.
    due_from   timestamptz not null default '-infinity',
    scanned_at timestamptz not null default '-infinity'
) with (fillfactor = 10);

-- A tracked job. A lease ends by itself, so a job that a worker never returns is claimed again. A claim changes
-- no column of an index: most of these updates stay on their page and touch no index (HOT).
create table akool_faceswap.pending (
    lane          text not null,
    id            text collate "C" not null,
    due_at        timestamptz not null,
    -- From this time on it may join a request for jobs that are due.
    early_at      timestamptz not null,
    -- A random token: a crash cannot issue the same one twice.
    lease         uuid,
    leased_until  timestamptz,
    looked_up_at  timestamptz,
    hinted        boolean not null default false,
    status        integer,
    begun_at      timestamptz not null,
    changed_at    timestamptz not null,
    missing_since timestamptz,
    deadline      timestamptz,
    polls         integer not null default 0,
    faults        integer not null default 0,
    -- Set by the caller; null means the defaults of the worker's release.
    terms         jsonb,
    tag           text,
    -- The id first, because it decides most comparisons.
    primary key (id, lane)
) with (
    fillfactor = 85,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_cost_delay = 0
);
create index pending_due on akool_faceswap.pending (lane, due_at);

-- How a wait ended. `json`, not `jsonb`, keeps the API's row byte for byte, escaped NULs included.
create table akool_faceswap.outcome (
    seq        bigint generated always as identity primary key,
    lane       text not null,
    id         text collate "C" not null,
    tag        text,
    kind       text not null,
    job        json,
    error      text,
    ticket     json,
    settled_at timestamptz not null,
    unique (lane, id)
) with (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_cost_delay = 0
);

-- The submit journal: written before a submit is sent.
create table akool_faceswap.submission (
    token      text collate "C" primary key,
    lane       text not null,
    state      text not null check (state in ('intended', 'accepted', 'refused', 'unknown')),
    digest     text,
    tag        text,
    id         text collate "C",
    created_at timestamptz not null,
    changed_at timestamptz not null
);
create index submission_open on akool_faceswap.submission (lane, created_at)
    where state in ('intended', 'unknown');

-- Workers and their counters, for monitoring.
create table akool_faceswap.worker (
    lane     text not null,
    name     text not null,
    seen_at  timestamptz not null,
    counters jsonb not null,
    primary key (lane, name)
);

update akool_faceswap.version set v = 1;
