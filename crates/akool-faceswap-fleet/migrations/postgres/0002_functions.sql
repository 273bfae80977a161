-- The public interface. Each function sets its own search_path, so the caller's cannot change its meaning.
-- Durations are milliseconds. Time is `clock_timestamp()`: after waiting for a lock, `now()` is stale.

-- Returns the lane's name, or raises an error with the reason.
create function akool_faceswap.checked_lane(lane text) returns text
language plpgsql immutable set search_path = akool_faceswap, pg_temp as $$
begin
    if lane is null or lane !~ '^[a-z0-9_]{1,40}$' then
        raise exception 'a lane is 1 to 40 of the characters a-z, 0-9 and _'
            using errcode = 'AK002';
    end if;
    return lane;
end $$;

-- Tracks jobs: once the calling transaction commits, workers look them up until each has an outcome.
-- Returns how many were not tracked before. `tags` runs parallel to `ids`. `terms` is one object
-- for all ids, or an array parallel to `ids`: `timeout_ms`, or any field of a stored ticket.
create function akool_faceswap.track(
    lane text, ids text[], tags text[] default null, terms jsonb default null
) returns bigint
language plpgsql set search_path = akool_faceswap, pg_temp as $$
#variable_conflict use_column
declare
    at timestamptz := clock_timestamp();
    bad text;
    added bigint;
begin
    perform checked_lane(track.lane);
    select i into bad from unnest(track.ids) i
    where i is null or octet_length(i) not between 1 and 256
        or i ~ '[,[:space:][:cntrl:]]' or i ~ '^[0-9]{17}-[0-9]+$'
    limit 1;
    if found then
        raise exception 'not the _id of a job: %', coalesce(quote_literal(left(bad, 40)), 'null')
            using errcode = 'AK002', hint = case
                when bad ~ '^[0-9]{17}-[0-9]+$' then 'this is a job_id; results have an _id'
                else 'an id has 1 to 256 bytes, without comma, white space and control characters' end;
    end if;
    insert into lane (name) values (track.lane) on conflict do nothing;
    insert into pending (lane, id, due_at, early_at, status, begun_at, changed_at, missing_since,
                         deadline, polls, faults, terms, tag)
    select track.lane, i.id,
           t.due, t.due,
           (t.o ->> 'status')::integer,
           least(at, coalesce(to_timestamp((t.o ->> 'begun_unix_ms')::bigint / 1000.0), at)),
           least(at, coalesce(to_timestamp((t.o ->> 'changed_unix_ms')::bigint / 1000.0), at)),
           case when t.o ->> 'missing_since_unix_ms' is not null then
               least(at, to_timestamp((t.o ->> 'missing_since_unix_ms')::bigint / 1000.0)) end,
           case
               when t.o ? 'deadline_unix_ms'
                   then to_timestamp((t.o ->> 'deadline_unix_ms')::bigint / 1000.0)
               else at + coalesce((t.o ->> 'timeout_ms')::bigint, 14400000) * interval '1 ms'
           end,
           coalesce((t.o ->> 'polls')::integer, 0), coalesce((t.o ->> 'failures')::integer, 0),
           -- What a ticket has beyond the columns: its poll policy, and what later releases add.
           nullif(jsonb_strip_nulls(t.o - '{version, id, status, begun_unix_ms, changed_unix_ms,
               missing_since_unix_ms, deadline_unix_ms, timeout_ms, next_poll_unix_ms, polls, failures,
               tag}'::text[]), '{}'),
           track.tags[i.n]
    from unnest(track.ids) with ordinality as i (id, n)
    cross join lateral (select coalesce(
        case jsonb_typeof(track.terms) when 'array' then track.terms -> (i.n - 1)::integer
            else track.terms end, '{}') as o) o
    -- One after the other, so that a search can begin between any two.
    cross join lateral (select o.o, at + i.n * interval '1 us'
        + coalesce((o.o -> 'schedule' ->> 'first_after_ms')::bigint, 0) * interval '1 ms' as due) t
    -- The job already has an outcome that was not taken.
    where not exists (select from outcome o where o.lane = track.lane and o.id = i.id)
    -- A fixed order prevents deadlocks between callers.
    order by i.id
    on conflict (lane, id) do nothing;
    get diagnostics added = row_count;
    return added;
end $$;

-- Stops looking jobs up. Returns how many were tracked.
create function akool_faceswap.untrack(lane text, ids text[]) returns bigint
language plpgsql set search_path = akool_faceswap, pg_temp as $$
#variable_conflict use_column
declare removed bigint;
begin
    delete from pending p where p.lane = untrack.lane and p.id = any (untrack.ids);
    get diagnostics removed = row_count;
    return removed;
end $$;

-- Registers a worker's account and budget with the lane. `account` is a fingerprint. A different account is
-- refused: the API does not return its jobs, so they would be settled as missing.
create function akool_faceswap.enter(
    lane text, account bytea, interval_us bigint, burst integer
) returns void
language plpgsql set search_path = akool_faceswap, pg_temp as $$
#variable_conflict use_column
declare known bytea;
begin
    perform checked_lane(enter.lane);
    insert into lane (name) values (enter.lane) on conflict do nothing;
    update lane l set account = coalesce(l.account, enter.account),
                      interval_ = enter.interval_us * interval '1 us', burst = enter.burst
    where l.name = enter.lane returning l.account into known;
    if known is distinct from enter.account then
        raise exception 'the lane % belongs to another account', quote_literal(enter.lane)
            using errcode = 'AK001',
                hint = 'use another lane; after a change of the API key, call forget_account first';
    end if;
end $$;

-- After a change of the API key: the next worker's account becomes the lane's.
create function akool_faceswap.forget_account(lane text) returns void
language sql set search_path = akool_faceswap, pg_temp as $$
    update lane l set account = null where l.name = $1
$$;

-- Takes up to `n` requests out of the account's budget, if anything is due. Where nothing is granted,
-- `wait_ms` says for how long; null if nothing is tracked. Each grant is for up to `ids` due jobs of its own:
-- `claim` finds them from `due_from` on, and the next grant begins behind them, so that workers do not search
-- the same entries of the index. A search from the first entry, once a second, finds what was granted and
-- never claimed. The commit does not wait for the disk: that of the claim that follows does, and makes both durable.
create function akool_faceswap.slot(
    lane text, n integer default 1, ids integer default 100,
    out granted integer, out wait_ms bigint, out due_from timestamptz
)
language plpgsql set search_path = akool_faceswap, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    at timestamptz := clock_timestamp();
    l lane;
    due timestamptz;
    behind timestamptz;
    is_full_scan boolean;
    tolerance interval;
    base timestamptz;
begin
    perform set_config('synchronous_commit', 'off', true);
    granted := 0;
    select * into l from lane where name = slot.lane;
    is_full_scan := l.scanned_at not between at - interval '1 s' and at;
    if is_full_scan then
        l.due_from := '-infinity';
    end if;
    select p.due_at into due from pending p
    where p.lane = slot.lane and p.due_at >= l.due_from
        and (p.leased_until is null or p.leased_until <= at)
    order by p.due_at limit 1;
    if due is null or due > at then
        -- All that are due are leased; one of the leases may end before the next job is due.
        select least(due, min(p.leased_until)) into due from pending p
        where p.lane = slot.lane and p.due_at between l.due_from and at + interval '15 s'
            and p.leased_until > at;
        wait_ms := ceil(extract(epoch from due - at) * 1000);
        return;
    end if;
    select * into l from lane where name = slot.lane for update;
    at := clock_timestamp();
    is_full_scan := is_full_scan and l.scanned_at not between at - interval '1 s' and at;
    if not is_full_scan and l.due_from > due then
        -- Another worker was granted these jobs meanwhile.
        select p.due_at into due from pending p
        where p.lane = slot.lane and p.due_at between l.due_from and at
            and (p.leased_until is null or p.leased_until <= at)
        order by p.due_at limit 1;
        if not found then
            wait_ms := 1;
            return;
        end if;
    end if;
    if l.held_until > at then
        wait_ms := ceil(extract(epoch from l.held_until - at) * 1000);
        return;
    end if;
    tolerance := (l.burst - 1) * l.interval_;
    base := greatest(l.tat, at);
    while granted < slot.n and base <= at + tolerance loop
        base := base + l.interval_;
        granted := granted + 1;
    end loop;
    if granted = 0 then
        wait_ms := greatest(1, ceil(extract(epoch from base - at - tolerance) * 1000));
        return;
    end if;
    due_from := due;
    select p.due_at into behind from pending p
    where p.lane = slot.lane and p.due_at between due and at
        and (p.leased_until is null or p.leased_until <= at)
    order by p.due_at offset granted * slot.ids limit 1;
    update lane
    set tat = base, due_from = coalesce(behind, at),
        scanned_at = case when is_full_scan then at else scanned_at end
    where name = slot.lane;
end $$;

-- Charges `n` requests that were sent without a slot. A negative `n` returns unused slots.
create function akool_faceswap.charge(lane text, n integer) returns void
language sql set search_path = akool_faceswap, pg_temp as $$
    update lane l set tat = case when $2 > 0 then greatest(l.tat, clock_timestamp()) else l.tat end
                            + $2 * l.interval_
    where l.name = $1 and l.interval_ > interval '0'
$$;

-- Leases up to `n` due jobs, and fills the batch with jobs that are due within 15 s and may be looked up
-- early. `token` is needed to write to them. `due_from` is the slot's.
create function akool_faceswap.claim(
    lane text, n integer, lease_ms bigint, due_from timestamptz default null
)
returns table (
    token text, id text, tag text, due_at timestamptz, status integer, begun_at timestamptz,
    changed_at timestamptz, missing_since timestamptz, deadline timestamptz, polls integer,
    faults integer, terms text, was_leased boolean, claimed_at timestamptz
)
language plpgsql set search_path = akool_faceswap, pg_temp
-- The plan must not depend on statistics: for a queue they are always stale.
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off
set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    at timestamptz := clock_timestamp();
    new_token uuid := gen_random_uuid();
    lease_end timestamptz := at + claim.lease_ms * interval '1 ms';
    first timestamptz := coalesce(claim.due_from, '-infinity');
begin
    return query
    with chosen as materialized (
        select s.row_, s.was_leased from (
            select p.ctid as row_, p.early_at, p.lease is not null as was_leased from pending p
            where p.lane = claim.lane and p.due_at between first and at + interval '15 s'
                and (p.leased_until is null or p.leased_until <= at)
            order by p.due_at
            -- Bounds the search for jobs that may be looked up early.
            limit 20 * claim.n
            for update skip locked
        ) s
        where s.early_at <= at
        limit claim.n
    )
    update pending p
    set lease = new_token, leased_until = lease_end, looked_up_at = at, hinted = false
    from chosen c
    where p.ctid = c.row_
    returning new_token::text, p.id, p.tag, p.due_at, p.status, p.begun_at, p.changed_at,
              p.missing_since, p.deadline, p.polls, p.faults, p.terms::text, c.was_leased, at;
end $$;

-- Reschedules jobs that have not ended: each is due after its own `after_ms`, and may join another request
-- after `earliest_ms`. Returns how many jobs the token still holds. All arrays run parallel to `ids`. The
-- commit does not wait for the disk: if a crash loses it, the jobs are looked up once more.
create function akool_faceswap.again(
    lane text, token text, ids text[], after_ms bigint[], earliest_ms bigint[], status integer[],
    changed_at timestamptz[], missing_since timestamptz[], polls integer[], faults integer[],
    terms text[]
) returns bigint
language plpgsql set search_path = akool_faceswap, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off
set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    at timestamptz := clock_timestamp();
    written bigint;
begin
    perform set_config('synchronous_commit', 'off', true);
    update pending p
    set due_at = case when p.hinted then greatest(at, p.looked_up_at + interval '500 ms')
            else at + a.after_ms * interval '1 ms' end,
        early_at = case when p.hinted then greatest(at, p.looked_up_at + interval '500 ms')
            else at + a.earliest_ms * interval '1 ms' end,
        lease = null, leased_until = null, hinted = false, status = a.status,
        changed_at = a.changed_at, missing_since = a.missing_since, polls = a.polls, faults = a.faults, terms = a.terms::jsonb
    from unnest(again.ids, again.after_ms, again.earliest_ms, again.status, again.changed_at, again.missing_since,
                again.polls, again.faults, again.terms)
        as a (id, after_ms, earliest_ms, status, changed_at, missing_since, polls, faults, terms)
    where p.lane = again.lane and p.id = a.id and p.lease = again.token::uuid;
    get diagnostics written = row_count;
    return written;
end $$;

-- Settles jobs: each moves from `pending` to `outcome` in one statement. Returns how many jobs the token
-- still held. `jobs` and `tickets` are JSON texts; all arrays run parallel to `ids`.
create function akool_faceswap.settle(
    lane text, token text, ids text[], kinds text[], jobs text[], errors text[], tickets text[],
    notify boolean default true
) returns bigint
language plpgsql set search_path = akool_faceswap, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off
set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    at timestamptz := clock_timestamp();
    settled text[];
    payload text;
begin
    with s as materialized (
        select * from unnest(settle.ids, settle.kinds, settle.jobs, settle.errors, settle.tickets)
            as s (id, kind, job, error, ticket)
    ), gone as (
        delete from pending p using s
        where p.lane = settle.lane and p.id = s.id and p.lease = settle.token::uuid
        returning p.id, p.tag, s.kind, s.job, s.error, s.ticket
    ), put as (
        insert into outcome (lane, id, tag, kind, job, error, ticket, settled_at)
        select settle.lane, g.id, g.tag, g.kind, g.job::json, g.error, g.ticket::json, at from gone g
        -- The first outcome wins.
        on conflict (lane, id) do nothing
    )
    select array_agg(g.id) into settled from gone g;
    if settle.notify and settled is not null then
        payload := array_to_string(settled, ',');
        -- A payload is limited to 8000 bytes; an empty one means that any job may have been settled.
        perform pg_notify('akool_faceswap_' || settle.lane,
                          case when octet_length(payload) < 7900 then payload else '' end);
    end if;
    return coalesce(cardinality(settled), 0);
end $$;

-- Takes up to `n` outcomes, oldest first, or those of `ids`. They are deleted if and only if the calling
-- transaction commits, so whatever else it writes is written exactly once.
create function akool_faceswap.take(lane text, n integer default 100, ids text[] default null)
returns table (
    seq bigint, id text, tag text, kind text, job text, error text, ticket text,
    settled_at timestamptz
)
language plpgsql set search_path = akool_faceswap, pg_temp as $$
#variable_conflict use_column
begin
    return query
    with t as materialized (
        select o.seq from outcome o
        where o.lane = take.lane and (take.ids is null or o.id = any (take.ids))
        order by o.seq limit take.n for update skip locked
    ), d as (
        delete from outcome o using t where o.seq = t.seq
        returning o.seq, o.id, o.tag, o.kind, o.job::text as job, o.error, o.ticket::text as ticket,
                  o.settled_at
    )
    select d.* from d order by d.seq;
end $$;

-- Reads outcomes without taking them. `state` is `settled`, `pending`, or `absent`: not tracked, or already
-- taken.
create function akool_faceswap.peek(lane text, ids text[])
returns table (
    id text, state text, seq bigint, tag text, kind text, job text, error text, ticket text,
    settled_at timestamptz
)
language sql stable set search_path = akool_faceswap, pg_temp as $$
    select i.id, case when o.seq is not null then 'settled' when p.id is not null then 'pending'
                 else 'absent' end,
           o.seq, o.tag, o.kind, o.job::text, o.error, o.ticket::text, o.settled_at
    from unnest($2) as i (id)
    left join outcome o on o.lane = $1 and o.id = i.id
    left join pending p on p.lane = $1 and p.id = i.id
$$;

-- Pauses all requests of the account after a rate limit. Never shortens a pause.
create function akool_faceswap.hold(lane text, for_ms bigint) returns void
language sql set search_path = akool_faceswap, pg_temp as $$
    update lane l set held_until = greatest(l.held_until, clock_timestamp() + $2 * interval '1 ms')
    where l.name = $1
$$;

-- Makes jobs due at once, for example after a webhook. Anyone can call a webhook, so a job is looked up at
-- most every 500 ms. Returns how many of the ids are tracked.
create function akool_faceswap.hint(lane text, ids text[]) returns bigint
language plpgsql set search_path = akool_faceswap, pg_temp as $$
#variable_conflict use_column
declare
    at timestamptz := clock_timestamp();
    hinted_ bigint;
begin
    update pending p
    set hinted = p.lease is not null,
        due_at = case when p.lease is not null then p.due_at
            else least(p.due_at, greatest(at, p.looked_up_at + interval '500 ms')) end,
        early_at = case when p.lease is not null then p.early_at
            else least(p.early_at, greatest(at, p.looked_up_at + interval '500 ms')) end
    where p.lane = hint.lane and p.id = any (hint.ids);
    get diagnostics hinted_ = row_count;
    return hinted_;
end $$;

-- Figures for monitoring.
create function akool_faceswap.stats(
    lane text, out tracked bigint, out due bigint, out leased bigint, out expired bigint,
    out lag_ms bigint, out outcomes bigint, out oldest_outcome_ms bigint, out held_ms bigint,
    out budget_used double precision, out unknown_submits bigint, out workers bigint
)
language plpgsql stable set search_path = akool_faceswap, pg_temp as $$
#variable_conflict use_column
declare at timestamptz := clock_timestamp();
begin
    select count(*), count(*) filter (where p.due_at <= at and p.leased_until > at is not true),
           count(*) filter (where p.leased_until > at),
           count(*) filter (where p.leased_until <= at),
           coalesce(greatest(0, extract(epoch from
               at - min(p.due_at) filter (where p.leased_until > at is not true)) * 1000), 0)
    into tracked, due, leased, expired, lag_ms from pending p where p.lane = stats.lane;
    select count(*), coalesce(extract(epoch from at - min(o.settled_at)) * 1000, 0)
    into outcomes, oldest_outcome_ms from outcome o where o.lane = stats.lane;
    select greatest(0, extract(epoch from l.held_until - at) * 1000),
           case when l.interval_ > interval '0' then least(1, greatest(0,
               extract(epoch from l.tat - at) / extract(epoch from l.burst * l.interval_))) else 0 end
    into held_ms, budget_used from lane l where l.name = stats.lane;
    held_ms := coalesce(held_ms, 0);
    budget_used := coalesce(budget_used, 0);
    select count(*) into unknown_submits from submission s where s.lane = stats.lane
        and (s.state = 'unknown' or s.state = 'intended' and s.created_at < at - interval '5 min');
    select count(*) into workers from worker w
    where w.lane = stats.lane and w.seen_at > at - interval '30 s';
end $$;

-- Records that a worker is alive, with its counters.
create function akool_faceswap.beat(lane text, worker text, counters jsonb) returns void
language sql set search_path = akool_faceswap, pg_temp as $$
    insert into worker values ($1, $2, clock_timestamp(), $3)
    on conflict (lane, name) do update set seen_at = excluded.seen_at, counters = excluded.counters
$$;

-- Lists workers and their counters, those seen last first. Workers that ended stay listed for a day.
create function akool_faceswap.workers(lane text, n integer default 100)
returns table (name text, seen_ms bigint, counters text)
language sql stable set search_path = akool_faceswap, pg_temp as $$
    select w.name, greatest(0, extract(epoch from clock_timestamp() - w.seen_at) * 1000)::bigint,
           w.counters::text
    from worker w where w.lane = $1 order by w.seen_at desc limit $2
$$;

-- Deletes outcomes older than 8 days (results expire after 7), workers not seen for a day, and submissions
-- that ended 30 days ago. Returns the number of deleted outcomes; null if another session is sweeping.
create function akool_faceswap.sweep(lane text) returns bigint
language plpgsql set search_path = akool_faceswap, pg_temp as $$
#variable_conflict use_column
declare swept bigint;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('akool_faceswap.sweep.' || sweep.lane, 0)) then
        return null;
    end if;
    delete from worker w where w.lane = sweep.lane and w.seen_at < clock_timestamp() - interval '1 day';
    delete from submission s where s.lane = sweep.lane and s.state in ('accepted', 'refused')
        and s.changed_at < clock_timestamp() - interval '30 days';
    delete from outcome o where o.lane = sweep.lane
        and o.settled_at < clock_timestamp() - interval '8 days';
    get diagnostics swept = row_count;
    return swept;
end $$;

-- Records that a submit is about to be sent. `token` is part of its callback URL. Commit before the first
-- byte is sent. Returns false if the token is already recorded.
create function akool_faceswap.intend(
    lane text, token text, digest text default null, tag text default null
) returns boolean
language plpgsql set search_path = akool_faceswap, pg_temp as $$
#variable_conflict use_column
begin
    insert into submission (token, lane, state, digest, tag, created_at, changed_at)
    values (intend.token, checked_lane(intend.lane), 'intended', intend.digest, intend.tag,
            clock_timestamp(), clock_timestamp())
    on conflict do nothing;
    return found;
end $$;

-- Records how a submit ended: `accepted` with its id, `refused`, or `unknown`. An accepted job is tracked
-- with the tag of the intent. Returns false if the token is unknown or already accepted.
create function akool_faceswap.settle_submission(
    lane text, token text, state text, id text default null
) returns boolean
language plpgsql set search_path = akool_faceswap, pg_temp as $$
#variable_conflict use_column
declare tag_ text;
begin
    if (settle_submission.state = 'accepted') <> (settle_submission.id is not null) then
        raise exception 'an accepted submit has an id, and no other has' using errcode = 'AK002';
    end if;
    update submission s set state = settle_submission.state, id = settle_submission.id,
                            changed_at = clock_timestamp()
    where s.token = settle_submission.token and s.lane = settle_submission.lane
        and s.state <> 'accepted'
    returning s.tag into tag_;
    if not found then
        return false;
    end if;
    if settle_submission.state = 'accepted' then
        perform track(settle_submission.lane, array[settle_submission.id], array[tag_]);
    end if;
    return true;
end $$;

-- Resolves a submit by its webhook: a delivery to the callback URL with this token proves that it was
-- accepted. The job is tracked and due at once. Returns the state before; null if the token is unknown.
create function akool_faceswap.resolve(lane text, token text, id text) returns text
language plpgsql set search_path = akool_faceswap, pg_temp as $$
#variable_conflict use_column
declare before text;
begin
    select s.state into before from submission s
    where s.token = resolve.token and s.lane = resolve.lane for update;
    if before is not null then
        perform settle_submission(resolve.lane, resolve.token, 'accepted', resolve.id);
        perform hint(resolve.lane, array[resolve.id]);
    end if;
    return before;
end $$;

-- Lists submits whose outcome is unknown: those recorded as `unknown`, and intents older than `older_ms`.
create function akool_faceswap.unknown_submissions(
    lane text, older_ms bigint default 300000, n integer default 100
) returns table (token text, state text, digest text, tag text, created_at timestamptz)
language sql stable set search_path = akool_faceswap, pg_temp as $$
    select s.token, s.state, s.digest, s.tag, s.created_at from submission s
    where s.lane = $1 and (s.state = 'unknown' or s.state = 'intended'
        and s.created_at < clock_timestamp() - $2 * interval '1 ms')
    order by s.created_at limit $3
$$;

update akool_faceswap.version set v = 2;
