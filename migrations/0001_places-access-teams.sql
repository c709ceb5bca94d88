-- Up Migration
-- Who is where, and who may act: divisions with their calendar, accounts with dated roles, a pair of teams per village.

create extension if not exists btree_gist;

do $$ begin
  if not exists (select from pg_roles where rolname = 'doorstep_app') then create role doorstep_app nologin; end if;
  if not exists (select from pg_roles where rolname = 'doorstep_system') then create role doorstep_system nologin; end if;
exception when duplicate_object or unique_violation then null; -- roles belong to the cluster: another database's migration made them
end $$;

-- county 6 digits, town 9, village 12 (GB/T 2260, GB/T 10114): a code starts with its parent's code. Names repeat and are never keys.
create table division (
  county_code text not null check (county_code ~ '^\d{6}$'),
  code text not null check (code ~ '^(\d{6}|\d{9}|\d{12})$' and starts_with(code, county_code)),
  level text not null check (level = case length(code) when 6 then 'county' when 9 then 'town' else 'village' end),
  parent_code text generated always as (case length(code) when 9 then left(code, 6) when 12 then left(code, 9) end) stored,
  name text not null,
  merged_into text,
  primary key (county_code, code),
  foreign key (county_code, merged_into) references division
);

create table calendar_day (
  county_code text not null,
  day date not null,
  workday boolean not null,
  workday_no integer not null, -- working days up to and including this one since the calendar's first day: a difference of two counts the days between
  name text,
  provisional boolean not null default false,
  primary key (county_code, day)
);

create table calendar_span ( -- county layers: market days, farm slack, migrants' return
  county_code text not null,
  layer text not null check (layer in ('market', 'farm_slack', 'migrants_home')),
  from_on date not null,
  to_on date not null check (to_on >= from_on),
  name text not null,
  primary key (county_code, layer, from_on)
);

create table account (
  county_code text not null,
  id uuid not null default uuidv7(),
  login text not null,
  name text not null,
  password_hash text, -- null: invited, no password yet
  phone_enc text, -- AES-256-GCM with key id
  email text,
  locale text not null default 'zh-CN' check (locale in ('zh-CN', 'en')),
  disabled_at timestamptz,
  primary key (county_code, id),
  unique (login)
);

create table role_grant (
  county_code text not null,
  id uuid not null default uuidv7(),
  account_id uuid not null,
  role text not null check (role in ('admin', 'planner', 'supervisor', 'bureau', 'medical', 'cadre', 'facility')),
  area_code text not null,
  bureau text, -- which issuing bureau a 'bureau' grant speaks for
  from_on date not null,
  to_on date check (to_on >= from_on),
  primary key (county_code, id),
  check ((role = 'bureau') = (bureau is not null)),
  foreign key (county_code, account_id) references account,
  foreign key (county_code, area_code) references division,
  exclude using gist (county_code with =, account_id with =, role with =, area_code with =, daterange(from_on, to_on, '[]') with &&)
);

create table session ( -- connect-pg-simple's own shape
  sid varchar not null primary key,
  sess json not null,
  expire timestamp(6) not null
);
create index session_expire on session (expire);

create table attempt ( -- rate-limiter-flexible's own shape
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint -- ms since 1970
);

-- A village has a medical and a cadre team; a town its hospital and the county its training team, both 'facility'.
create table team (
  county_code text not null,
  id uuid not null default uuidv7(),
  area_code text not null,
  side text not null check (side in ('medical', 'cadre', 'facility')),
  name text not null,
  from_on date not null,
  to_on date,
  primary key (county_code, id),
  check (length(area_code) = 12 or side = 'facility'),
  foreign key (county_code, area_code) references division
);
create unique index team_of_area on team (county_code, area_code, side) where to_on is null;

create table team_member (
  county_code text not null,
  id uuid not null default uuidv7(),
  team_id uuid not null,
  area_code text not null,
  account_id uuid not null,
  role text not null check (role in ('lead', 'member')),
  source text not null check (source in ('medical_institution', 'town_hospital', 'village_resident_cadre', 'village_committee',
    'village_doctor', 'family_planning', 'first_secretary', 'assistance_team')), -- S1-6: eight sources
  from_on date not null,
  to_on date check (to_on >= from_on),
  primary key (county_code, id),
  foreign key (county_code, team_id) references team,
  foreign key (county_code, account_id) references account,
  exclude using gist (county_code with =, team_id with =, account_id with =, daterange(from_on, to_on, '[]') with &&)
);
create index team_member_account on team_member (county_code, account_id);

create table leave (
  county_code text not null,
  id uuid not null default uuidv7(),
  account_id uuid not null,
  from_on date not null,
  to_on date not null check (to_on >= from_on),
  substitute_id uuid not null,
  consented_at timestamptz, -- by the substitute: until then the leave changes nothing, and its holder is told
  primary key (county_code, id),
  check (substitute_id <> account_id),
  foreign key (county_code, account_id) references account,
  foreign key (county_code, substitute_id) references account,
  exclude using gist (county_code with =, account_id with =, daterange(from_on, to_on, '[]') with &&)
);

-- Who is told what is meant for somebody on a day: that person, or, on leave, whoever stands in. The one answer to "who can be
-- reached": an account not disabled, at work, with an address of the channel that is sent (e-mail). Anybody else is in no row.
create function reached(county text, day date) returns table (holder_id uuid, account_id uuid) language sql stable as $$
  select holder.id, told.id from account holder
  left join leave l on l.county_code = holder.county_code and l.account_id = holder.id and l.from_on <= day and l.to_on >= day
    and l.consented_at is not null
  join account told on told.county_code = holder.county_code and told.id = coalesce(l.substitute_id, holder.id)
    and told.disabled_at is null and told.email is not null
  where holder.county_code = county and (l.id is null or not exists (select from leave away
    where away.county_code = county and away.account_id = l.substitute_id and away.from_on <= day and away.to_on >= day and away.consented_at is not null))
$$;

create table duty_roster ( -- a shift has two people and a telephone
  county_code text not null,
  id uuid not null default uuidv7(),
  area_code text not null,
  from_at timestamptz not null,
  to_at timestamptz not null check (to_at > from_at),
  first_id uuid not null,
  second_id uuid not null check (second_id <> first_id),
  phone_enc text not null,
  primary key (county_code, id),
  foreign key (county_code, area_code) references division,
  foreign key (county_code, first_id) references account,
  foreign key (county_code, second_id) references account,
  exclude using gist (county_code with =, area_code with =, tstzrange(from_at, to_at) with &&)
);

create table device ( -- what a phone last said: the oldest record it has not sent bounds what its area can be accused of
  county_code text not null,
  id uuid not null, -- minted by the phone, bound to the account that registered it
  account_id uuid not null,
  area_code text not null, -- of the post in which it was registered: it speaks while that lasts
  heard_at timestamptz not null,
  oldest_unsent_at timestamptz,
  retired_at timestamptz,
  primary key (county_code, id),
  foreign key (county_code, account_id) references account
);
create index device_area on device (county_code, area_code) where retired_at is null;
