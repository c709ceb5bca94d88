-- Up Migration
-- The audit chain, idempotency, wakes and story time; then who sees what, table by table.

create table audit_entry (
  county_code text not null,
  id uuid not null default uuidv7(),
  at timestamptz not null,
  account_id uuid, -- null: the system
  act text not null,
  subject text not null,
  detail jsonb not null default '{}', -- codes, ids and counts: no personal data
  primary key (county_code, id)
);

create table audit_link (
  county_code text not null,
  seq bigint not null,
  entry_id uuid not null,
  hash bytea not null,
  primary key (county_code, seq),
  unique (county_code, entry_id)
);

create table audit_head (
  county_code text primary key,
  seq bigint not null,
  hash bytea not null
);

create function audit_hash(previous bytea, entry audit_entry) returns bytea language sql immutable as $$
  select sha256(previous || convert_to(jsonb_build_array(entry.county_code, entry.id, extract(epoch from entry.at), entry.account_id, entry.act, entry.subject, entry.detail)::text, 'UTF8'))
$$;

-- Deferred to the commit, so that the county's head is locked only then.
create function audit_chain() returns trigger language plpgsql security definer set search_path = public as $$
declare head audit_head;
begin
  insert into audit_head values (new.county_code, 0, sha256('')) on conflict do nothing;
  select * into head from audit_head where county_code = new.county_code for update;
  head.seq := head.seq + 1;
  head.hash := audit_hash(head.hash, new);
  insert into audit_link values (new.county_code, head.seq, new.id, head.hash);
  update audit_head set seq = head.seq, hash = head.hash where county_code = new.county_code;
  return null;
end $$;
create constraint trigger audit_chain after insert on audit_entry deferrable initially deferred for each row execute function audit_chain();

create function never_rewritten() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger never_rewritten before update or delete on audit_entry for each row execute function never_rewritten();
create trigger never_rewritten before update or delete on audit_link for each row execute function never_rewritten();
create trigger never_rewritten before update or delete on seal for each row execute function never_rewritten();
create trigger never_rewritten before update or delete on visit for each row execute function never_rewritten();
create trigger never_rewritten before update or delete on record for each row execute function never_rewritten();
create trigger never_rewritten before update or delete on judgement for each row execute function never_rewritten();
create trigger never_rewritten before update or delete on escalation for each row execute function never_rewritten();
create trigger never_rewritten before update or delete on campaign_stage for each row execute function never_rewritten();

create table idempotency (
  county_code text not null,
  account_id uuid not null,
  key text not null check (length(key) between 1 and 255),
  request_hash text not null, -- method, path and body
  status integer not null,
  response jsonb not null,
  at timestamptz not null,
  primary key (county_code, account_id, key)
);

create table recurrence ( -- what comes again: the register minder turns each into things by natural key
  county_code text not null,
  key text not null,
  what text not null check (what in ('clinic', 'round', 'review')),
  rule jsonb not null,
  next_on date not null,
  paused_by uuid,
  primary key (county_code, key)
);

create table wake (
  id bigint generated always as identity primary key,
  workflow_id text not null
);
create function wake_notify() returns trigger language plpgsql as $$ begin perform pg_notify('wake', ''); return null; end $$;
create trigger wake_notify after insert on wake for each statement execute function wake_notify();

create table story ( -- at most one row: how far the example's clock is from the wall's, in milliseconds
  only_one boolean primary key default true check (only_one),
  offset_ms bigint not null
);

-- Who is asking, as the transaction said: `app.account`, the civil date `app.day` and `app.roles`, the roles the route is for (empty: any).
-- The areas where this account holds one of these roles on that day (none named: any role). A role and an area are never checked
-- apart: who treats patients in one village and plans for the county sees the patients of one village.
-- Looked up once for a transaction, an account, a day and a set of roles: 0.08 ms each time, and a visit asks for them dozens of times.
create function my_areas(variadic roles text[] default '{}') returns text[] language plpgsql stable security definer set search_path = public as $$
declare
  slot text := 'app.areas_' || array_to_string(roles, '_');
  asks text := concat(current_setting('app.account', true), ' ', current_setting('app.day', true), ' ', current_setting('app.roles', true), ' ');
  known text := current_setting(slot, true);
  areas text[];
begin
  if starts_with(known, asks) then return substr(known, length(asks) + 1)::text[]; end if;
  select coalesce(array_agg(distinct d.code), '{}') into areas
    from role_grant g join division d on d.county_code = g.county_code and starts_with(d.code, g.area_code)
    where g.account_id = nullif(current_setting('app.account', true), '')::uuid
      and daterange(g.from_on, g.to_on, '[]') @> nullif(current_setting('app.day', true), '')::date
      and (roles = '{}' or g.role = any(roles))
      and (coalesce(current_setting('app.roles', true), '') = '' or g.role = any(string_to_array(current_setting('app.roles', true), ' ')));
  perform set_config(slot, asks || areas::text, true);
  return areas;
end $$;
create function my_counties() returns text[] language sql stable security definer set search_path = public as $$
  select coalesce(array_agg(distinct county_code), '{}') from account
  where id = nullif(current_setting('app.account', true), '')::uuid and disabled_at is null
$$;
-- The clinic sessions this account is named for, while it has a post.
create function my_sessions() returns uuid[] language sql stable security definer set search_path = public as $$
  select case when cardinality(my_areas()) = 0 then '{}' else
    coalesce((select array_agg(f.session_id) from clinic_staff f where f.account_id = nullif(current_setting('app.account', true), '')::uuid), '{}') end
$$;
-- For what belongs to no area of the county: whether this account holds one of these roles for the whole of it, and came in by it.
create function i_am(variadic roles text[]) returns boolean language sql stable security definer set search_path = public as $$
  select exists (select from role_grant g where g.account_id = nullif(current_setting('app.account', true), '')::uuid
    and g.role = any(roles) and g.area_code = g.county_code and daterange(g.from_on, g.to_on, '[]') @> nullif(current_setting('app.day', true), '')::date
    and (coalesce(current_setting('app.roles', true), '') = '' or g.role = any(string_to_array(current_setting('app.roles', true), ' '))))
$$;

grant usage on schema public to doorstep_app, doorstep_system;
grant usage on all sequences in schema public to doorstep_app, doorstep_system;

create function me() returns uuid language sql stable as $$ select nullif(current_setting('app.account', true), '')::uuid $$;

-- One policy form: the row's area is among those where I hold one of the roles that it is for. The system (workers, imports, relays) sees every row; nobody but the owner deletes.
-- `written`: what a row must be as well for people to write it, where more may read than write. `by_people`: how they write it, where the system alone writes more.
create procedure protect(tab regclass, condition text, writes text default 'insert', written text default 'true', by_people text default null) language plpgsql as $$
declare theirs text := coalesce(by_people, writes);
begin
  execute format('alter table %s enable row level security', tab);
  execute format('create policy mine on %s to doorstep_app using (%s) with check ((%2$s) and %s)', tab, condition, written);
  execute format('create policy everything on %s to doorstep_system using (true) with check (true)', tab);
  execute format('grant select%s on %s to doorstep_app', case when theirs = '' then '' else ', ' || theirs end, tab);
  execute format('grant select%s on %s to doorstep_system', case when writes = '' then '' else ', ' || writes end, tab);
end $$;

-- Rows seen by area.
call protect('household', 'village_code = any((select my_areas())::text[])', 'insert, update');
call protect('person', 'village_code = any((select my_areas())::text[])', 'insert, update');
call protect('category_membership', 'village_code = any((select my_areas())::text[])', 'insert, update');
call protect('presence', 'village_code = any((select my_areas())::text[])', 'insert, update');
call protect('contract', 'village_code = any((select my_areas())::text[])', 'insert, update');
call protect('change_request', 'village_code = any((select my_areas())::text[])', 'insert, update');
call protect('task', 'area_code = any((select my_areas())::text[])', 'insert, update');
call protect('task_move', 'area_code = any((select my_areas())::text[])');
call protect('hold', 'area_code = any((select my_areas())::text[])', 'insert, update');
call protect('outage', 'county_code = any((select my_counties())::text[])', written => 'area_code = any((select my_areas(''planner'', ''supervisor'', ''admin''))::text[])');
call protect('escalation', 'area_code = any((select my_areas())::text[])');
call protect('acknowledgement', 'area_code = any((select my_areas())::text[])');
call protect('help_request', 'area_code = any((select my_areas())::text[])', 'insert, update');
call protect('area_sweep', 'area_code = any((select my_areas())::text[])', 'insert, update', by_people => '');
call protect('visit', 'area_code = any((select my_areas())::text[])');
call protect('record', 'area_code = any((select my_areas())::text[]) and (not clinical or area_code = any((select my_areas(''medical'', ''facility'', ''supervisor''))::text[]) or account_id = nullif(current_setting(''app.account'', true), '''')::uuid)');
call protect('confirmation', 'area_code = any((select my_areas())::text[])');
-- Where and when a session is, who serves there and what is on file of it, the county reads; it is written in its town, and at its
-- desk by whoever is named for it, from whichever village. Who came and what was found stays with them.
call protect('clinic_session', 'county_code = any((select my_counties())::text[])', 'insert, update', written => '(area_code = any((select my_areas())::text[]) or id = any((select my_sessions())::uuid[]))');
call protect('clinic_stage', 'county_code = any((select my_counties())::text[])', written => '(area_code = any((select my_areas())::text[]) or session_id = any((select my_sessions())::uuid[]))');
call protect('clinic_staff', 'county_code = any((select my_counties())::text[])', written => 'area_code = any((select my_areas())::text[])');
call protect('clinic_sheet', 'county_code = any((select my_counties())::text[])', written => 'area_code = any((select my_areas())::text[])');
call protect('clinic_attendance', '(area_code = any((select my_areas())::text[]) or session_id = any((select my_sessions())::uuid[]) and county_code = any((select my_counties())::text[]))', 'insert, update');
call protect('check_result', 'area_code = any((select my_areas())::text[])');
call protect('finding', 'area_code = any((select my_areas())::text[])', 'insert, update');
call protect('rectification', 'area_code = any((select my_areas())::text[])');
call protect('sample', 'area_code = any((select my_areas())::text[])');
call protect('device', 'area_code = any((select my_areas())::text[])', 'insert, update');
call protect('duty_roster', 'county_code = any((select my_counties())::text[])', 'insert, update', by_people => 'insert', written => 'area_code = any((select my_areas(''planner'', ''supervisor'', ''admin''))::text[])');

-- A task handed to a team elsewhere brings the sight that it needs, as long as it is open: its household and people, and for the
-- medical team what it is followed up for; and the right to make the task that follows, which is the village's own again.
-- Looked up once a transaction, as areas are: what was handed when it began is so until it ends.
create function handed(what text, variadic roles text[]) returns uuid[] language plpgsql stable security definer set search_path = public as $$
declare
  slot text := 'app.handed_' || what || array_to_string(roles, '_');
  asks text := concat(current_setting('app.account', true), ' ', current_setting('app.day', true), ' ', current_setting('app.roles', true), ' ');
  known text := current_setting(slot, true);
  ids uuid[];
begin
  if starts_with(known, asks) then return substr(known, length(asks) + 1)::uuid[]; end if;
  select coalesce(array_agg(case what when 'household' then t.household_id else t.person_id end), '{}') into ids from task t
    where t.handed_on is not null and t.closed_at is null and t.household_id is not null and t.area_code = any(my_areas(variadic roles));
  perform set_config(slot, asks || ids::text, true);
  return ids;
end $$;
create policy handed on household for select to doorstep_app using (id = any((select handed('household', 'medical', 'cadre', 'facility'))::uuid[]));
create policy handed on person for select to doorstep_app using (household_id = any((select handed('household', 'medical', 'cadre', 'facility'))::uuid[]));
create policy handed on task for insert to doorstep_app with check (household_id = any((select handed('household', 'medical', 'cadre', 'facility'))::uuid[])
  and exists (select from household h where h.county_code = task.county_code and h.id = task.household_id and h.village_code = task.area_code));
create policy handed_seen on task for select to doorstep_app using (household_id = any((select handed('household', 'medical', 'cadre', 'facility'))::uuid[]));

-- A record from the field is never refused: whoever made it may file it for review, wherever it says it was made, and find it again.
create policy for_review on visit for insert to doorstep_app with check (filing = 'review' and county_code = any((select my_counties())::text[])
  and account_id = nullif(current_setting('app.account', true), '')::uuid);
create policy made_by_me on visit for select to doorstep_app using (account_id = nullif(current_setting('app.account', true), '')::uuid);
create policy for_review on record for insert to doorstep_app with check (filing = 'review' and county_code = any((select my_counties())::text[])
  and account_id = nullif(current_setting('app.account', true), '')::uuid);
create policy made_by_me on record for select to doorstep_app using (account_id = nullif(current_setting('app.account', true), '')::uuid);

-- Clinical rows: by area and by purpose.
call protect('measurement', 'area_code = any((select my_areas(''medical'', ''facility'', ''supervisor''))::text[])');
call protect('judgement', 'area_code = any((select my_areas(''medical'', ''facility'', ''supervisor''))::text[])');
call protect('enrolment', 'village_code = any((select my_areas(''medical'', ''facility'', ''supervisor''))::text[])', 'insert, update');
call protect('personal_plan', 'village_code = any((select my_areas(''medical'', ''facility'', ''supervisor''))::text[])');
call protect('referral', 'area_code = any((select my_areas(''medical'', ''facility'', ''supervisor''))::text[])');
call protect('referral_event', 'area_code = any((select my_areas(''medical'', ''facility'', ''supervisor''))::text[])');

create policy handed on enrolment for select to doorstep_app using (person_id = any((select handed('person', 'medical', 'facility'))::uuid[]));
create policy handed on judgement for select to doorstep_app using (enrolment_id in (select e.id from enrolment e where e.person_id = any((select handed('person', 'medical', 'facility'))::uuid[])));

-- Rows the whole county shares.
call protect('division', 'county_code = any((select my_counties())::text[])', 'insert, update', by_people => '');
call protect('calendar_day', 'county_code = any((select my_counties())::text[])', 'insert, update', by_people => '');
call protect('calendar_span', 'county_code = any((select my_counties())::text[])', by_people => '');
-- Nobody reads another's password or telephone, and of one's own account one changes the language.
call protect('account', 'county_code = any((select my_counties())::text[])', 'insert, update', written => 'id = me()', by_people => 'update (locale)');
revoke select on account from doorstep_app;
grant select (county_code, id, login, name, email, locale, disabled_at) on account to doorstep_app;
-- Posts are given by whoever may in their area, every other role by an administrator; never to oneself. What was given is ended, not changed.
call protect('role_grant', 'county_code = any((select my_counties())::text[])', 'insert, update', by_people => 'insert, update (to_on)',
  written => '(area_code = any((select my_areas(''admin''))::text[]) or role in (''medical'', ''cadre'', ''facility'') and area_code = any((select my_areas(''planner'', ''supervisor'', ''admin''))::text[]))');
create policy never_to_oneself on role_grant as restrictive for insert to doorstep_app with check (account_id <> me());
call protect('team', 'county_code = any((select my_counties())::text[])', 'insert, update', written => 'area_code = any((select my_areas(''planner'', ''supervisor'', ''admin''))::text[])', by_people => 'update (to_on)');
call protect('team_member', 'county_code = any((select my_counties())::text[])', 'insert, update', written => 'area_code = any((select my_areas(''planner'', ''supervisor'', ''admin''))::text[])', by_people => 'insert, update (to_on)');
create policy never_oneself on team_member as restrictive for insert to doorstep_app with check (account_id <> me());
-- Asked for by oneself or by whoever is in charge; the substitute alone consents.
call protect('leave', 'county_code = any((select my_counties())::text[])', 'insert, update', by_people => 'insert, update (consented_at)');
create policy asked on leave as restrictive for insert to doorstep_app with check (consented_at is null and (account_id = me() or account_id in (
  select g.account_id from role_grant g where g.area_code = any((select my_areas('planner', 'supervisor', 'admin'))::text[])
    and daterange(g.from_on, g.to_on, '[]') @> nullif(current_setting('app.day', true), '')::date)));
create policy consented on leave as restrictive for update to doorstep_app using (true) with check (substitute_id = me());
call protect('campaign', 'county_code = any((select my_counties())::text[])', 'insert, update', written => '(select i_am(''planner'', ''admin''))');
call protect('campaign_stage', 'county_code = any((select my_counties())::text[])', written => '(select i_am(''planner'', ''admin'', ''bureau''))');
call protect('approval', 'county_code = any((select my_counties())::text[])', written => 'account_id = me() and (select i_am(''bureau''))');
call protect('duty', 'county_code = any((select my_counties())::text[])', written => '(select i_am(''planner'', ''admin''))');
call protect('goal', 'county_code = any((select my_counties())::text[])', written => '(select i_am(''planner'', ''admin''))');
grant update (by_on) on goal to doorstep_app, doorstep_system; -- moves with the campaign's end
call protect('waiver', 'county_code = any((select my_counties())::text[])', written => '(select i_am(''planner'', ''admin''))');
call protect('round', 'county_code = any((select my_counties())::text[])', written => 'area_code = any((select my_areas(''supervisor'', ''planner''))::text[])');
-- Blind: the teams read which of their records were drawn only when every re-visit is answered.
call protect('round_eligible', 'county_code = any((select my_counties())::text[]) and ((select cardinality(my_areas(''supervisor'', ''planner'', ''admin'', ''bureau''))) > 0
  or round_id in (select g.round_id from round_stage g where g.stage = ''answered''))');
call protect('round_stage', 'county_code = any((select my_counties())::text[])', written => 'round_id in (select r.id from round r where r.area_code = any((select my_areas(''supervisor'', ''planner''))::text[]))');
call protect('seal', 'county_code = any((select my_counties())::text[])', by_people => '');
call protect('recurrence', 'county_code = any((select my_counties())::text[])', 'insert, update', by_people => '');
call protect('import_batch', 'county_code = any((select my_counties())::text[]) and (select i_am(''planner'', ''admin''))', 'insert, update', by_people => '');
call protect('import_row', 'county_code = any((select my_counties())::text[]) and (select i_am(''planner'', ''admin''))', by_people => '');

-- One's own.
call protect('notice', 'account_id = me() or (select i_am(''planner'', ''admin''))', 'insert, update', by_people => '');
call protect('notice_line', 'account_id = me() or (select i_am(''planner'', ''admin''))', 'insert, update', by_people => '');
call protect('delivery', '(select i_am(''planner'', ''admin''))', 'insert, update', by_people => '');
call protect('preference', 'account_id = nullif(current_setting(''app.account'', true), '''')::uuid', 'insert, update');
call protect('idempotency', 'account_id = nullif(current_setting(''app.account'', true), '''')::uuid');
call protect('mailbox', '(select i_am(''planner'', ''admin''))', by_people => '');

-- An act that tells others writes their notices by these and by nothing else: in the actor's own county, and nothing of the
-- others' rows comes out but an id. `src/notices/store.ts` calls them.
create function tells_in(county text) returns boolean language sql stable as $$
  select current_setting('role') = 'doorstep_system' or county = any(my_counties())
$$;
create function write_notices(county text, notices jsonb, as_of timestamptz) returns setof uuid
language sql volatile security definer set search_path = public as $$
  insert into notice (county_code, key, kind, account_id, channel, urgent, subject_id, params, available_at, quiet_from, quiet_to, useful_until, created_at)
  select county, n.key, n.kind, n."accountId", 'email', n.urgent, n."subjectId", n.params, n."availableAt", n."quietFrom", n."quietTo", n."usefulUntil", as_of
  from jsonb_to_recordset(notices) as n(key text, kind text, "accountId" uuid, urgent boolean, "subjectId" text, params jsonb,
    "availableAt" timestamptz, "quietFrom" time, "quietTo" time, "usefulUntil" timestamptz)
  where tells_in(county) order by n.key
  on conflict (county_code, key) do nothing returning id
$$;
create function write_items(county text, items jsonb, as_of timestamptz) returns setof uuid
language sql volatile security definer set search_path = public as $$
  insert into notice_line (county_code, key, kind, account_id, task_id, subject_id, area_code, cycle, level, created_at)
  select county, n.key, n.kind, n."accountId", n."taskId", n."subjectId", n."areaCode", n.cycle, n.level, as_of
  from jsonb_to_recordset(items) as n(key text, kind text, "accountId" uuid, "taskId" uuid, "subjectId" uuid, "areaCode" text, cycle integer, level integer)
  where tells_in(county) order by n.key
  on conflict (county_code, key) do nothing returning account_id
$$;
-- Makes the digests that are missing and locks those that are still to leave, so that none leaves before this transaction's items
-- can be seen. `awaited`: the courier looks by then anyhow, at a notice that leaves ten minutes from now or later and no later than these.
create function ensure_digests(county text, digests jsonb, at timestamptz, again boolean, as_of timestamptz) returns table (account_id uuid, awaited boolean)
language sql volatile security definer set search_path = public as $$
  with awaited as materialized (select exists (select from notice n where n.county_code = county and n.channel = 'email' and n.state = 'due'
    and n.available_at > as_of + interval '10 minutes' and n.available_at <= ensure_digests.at) as yes)
  insert into notice (county_code, key, kind, account_id, channel, params, available_at, created_at)
  select county, e.key, 'digest', e."accountId", 'email', case when again then '{"again": true}'::jsonb else '{}' end, ensure_digests.at, as_of
  from jsonb_to_recordset(digests) as e(key text, "accountId" uuid) where tells_in(county) order by e."accountId"
  on conflict (county_code, key) do update set params = notice.params || excluded.params where notice.state = 'due'
  returning notice.account_id, (select yes from awaited)
$$;

-- The platform's.
call protect('audit_link', '(select i_am(''admin'', ''planner''))', '');
alter table audit_entry enable row level security;
create policy written on audit_entry for insert to doorstep_app with check (county_code = any((select my_counties())::text[]) and account_id = nullif(current_setting('app.account', true), '')::uuid);
create policy readers on audit_entry for select to doorstep_app using ((select i_am('admin', 'planner')) and county_code = any((select my_counties())::text[]));
create policy everything on audit_entry to doorstep_system using (true) with check (true);
grant select, insert on audit_entry to doorstep_app, doorstep_system;
alter table audit_head enable row level security; -- written by the chain's trigger alone
grant select on audit_head to doorstep_system;
create policy everything on audit_head for select to doorstep_system using (true);

grant maintain on all tables in schema public to doorstep_system; -- statistics after a bulk load: without them the first morning plans for an empty county

-- Named exemptions from row-level security: `wake` holds workflow ids, `session` and `attempt` are reached by the system role alone, `story` is a number.
grant insert on wake to doorstep_app;
grant select, insert, update, delete on wake, session, attempt to doorstep_system;
grant select on story to doorstep_app;
grant select, insert, update on story to doorstep_system;

-- Whether somebody re-visited for a round, was there at a visit it drew, confirmed one, or put right what it found: asked of oneself, whichever rows one sees.
create function had_part_in_round(county text, round uuid, account uuid) returns boolean language sql stable security definer set search_path = public as $$
  select exists (select from check_result c where c.county_code = county and c.round_id = round and c.checked_by = account)
    or exists (select from sample s
      join record r on r.county_code = s.county_code and r.id = s.record_id and r.filing = 'accepted'
      join visit v on v.county_code = r.county_code and v.id = r.visit_id and v.body_hash = r.visit_hash
      where s.county_code = county and s.round_id = round and (account in (r.account_id, v.account_id, v.partner_id)
        or exists (select from confirmation f where f.county_code = r.county_code and f.record_id = r.id and f.account_id = account)))
    or exists (select from check_result c
      join finding f on f.county_code = c.county_code and f.check_id = c.id
      join rectification x on x.county_code = f.county_code and x.finding_id = f.id
      where c.county_code = county and c.round_id = round and account in (f.owner_id, x.account_id))
$$;

-- How many people have a plan on file: a count for the planner, who does not see the plans themselves.
create function persons_with_plan(county text, areas text[]) returns bigint language sql stable security definer set search_path = public as $$
  select count(*) from person p
  where p.county_code = county and p.died_on is null and p.moved_out_on is null
    and exists (select from unnest(areas) as a(code) where starts_with(p.village_code, a.code))
    and exists (select from personal_plan l where l.county_code = p.county_code and l.person_id = p.id)
$$;
