-- The same tables as in PostgreSQL. Times are Unix milliseconds; `tat_us` and `interval_us` microseconds.

create table akool_faceswap_version (v integer not null);
insert into akool_faceswap_version values (2);

create table akool_faceswap_lane (
    name        text primary key,
    account     blob,
    interval_us integer not null default 0,
    burst       integer not null default 1,
    tat_us      integer not null default 0,
    held_until  integer
) without rowid;

create table akool_faceswap_pending (
    lane          text not null,
    id            text not null,
    due_at        integer not null,
    early_at      integer not null,
    lease         text,
    leased_until  integer,
    looked_up_at  integer,
    hinted        integer not null default 0,
    status        integer,
    begun_at      integer not null,
    changed_at    integer not null,
    missing_since integer,
    deadline      integer,
    polls         integer not null default 0,
    faults        integer not null default 0,
    terms         text,
    tag           text,
    primary key (lane, id)
) without rowid;
create index akool_faceswap_pending_due on akool_faceswap_pending (lane, due_at);

create table akool_faceswap_outcome (
    seq        integer primary key autoincrement,
    lane       text not null,
    id         text not null,
    tag        text,
    kind       text not null,
    job        text,
    error      text,
    ticket     text,
    settled_at integer not null,
    unique (lane, id)
);

create table akool_faceswap_submission (
    token      text primary key,
    lane       text not null,
    state      text not null check (state in ('intended', 'accepted', 'refused', 'unknown')),
    digest     text,
    tag        text,
    id         text,
    created_at integer not null,
    changed_at integer not null
) without rowid;

create table akool_faceswap_worker (
    lane     text not null,
    name     text not null,
    seen_at  integer not null,
    counters text not null,
    primary key (lane, name)
) without rowid;
