-- Up Migration
-- Whom the county serves, what a drive demands, and every task somebody owes.

create table household (
  county_code text not null,
  id uuid not null default uuidv7(),
  village_code text not null,
  register_no text not null, -- the register's own number, unique in the county
  group_no integer not null check (group_no between 1 and 99), -- 村民小组
  name text not null, -- its head's name
  ended_on date,
  primary key (county_code, id),
  unique (county_code, register_no),
  foreign key (county_code, village_code) references division
);
create index household_village on household (county_code, village_code, group_no);

create table person (
  county_code text not null,
  id uuid not null default uuidv7(),
  household_id uuid not null,
  village_code text not null,
  name text not null,
  sex text not null check (sex in ('m', 'f')),
  born_on date not null,
  id_no_enc text, -- AES-256-GCM with key id
  id_no_index text, -- HMAC: look-up without the number
  phone_enc text,
  died_on date,
  moved_out_on date,
  primary key (county_code, id),
  unique (county_code, id_no_index),
  foreign key (county_code, household_id) references household,
  foreign key (county_code, village_code) references division
);
create index person_household on person (county_code, household_id);
create index person_village on person (county_code, village_code);

create table category_membership ( -- start + in − out = end: nobody leaves without a row that says when and why
  county_code text not null,
  id uuid not null default uuidv7(),
  village_code text not null,
  person_id uuid not null,
  category text not null,
  from_on date not null,
  to_on date check (to_on >= from_on),
  exit_reason text,
  primary key (county_code, id),
  check ((to_on is null) = (exit_reason is null)),
  foreign key (county_code, person_id) references person,
  exclude using gist (county_code with =, person_id with =, category with =, daterange(from_on, to_on, '[]') with &&)
);

create table presence ( -- who is home when; no row means home, and what was recorded later stands
  county_code text not null,
  id uuid not null default uuidv7(),
  village_code text not null,
  person_id uuid,
  household_id uuid, -- everybody of it, where nobody was told apart
  place text not null check (place in ('home', 'away')),
  from_on date not null,
  to_on date check (to_on >= from_on),
  recorded_at timestamptz not null,
  primary key (county_code, id),
  check (num_nonnulls(person_id, household_id) = 1),
  foreign key (county_code, person_id) references person,
  foreign key (county_code, household_id) references household
);
create index presence_person on presence (county_code, person_id) where person_id is not null;
create index presence_household on presence (county_code, household_id) where household_id is not null;
create index presence_away on presence (county_code, village_code) where place = 'away' and to_on is not null; -- who stops a clock

create table contract ( -- each side signs for itself; the register's own contracts have neither record nor account
  county_code text not null,
  id uuid not null default uuidv7(),
  village_code text not null,
  household_id uuid not null,
  medical_on date,
  medical_team_id uuid,
  medical_record_id uuid,
  medical_account_id uuid,
  cadre_on date,
  cadre_team_id uuid,
  cadre_record_id uuid,
  cadre_account_id uuid,
  signed_on date generated always as (case when medical_on is not null and cadre_on is not null then greatest(medical_on, cadre_on) end) stored, -- null: one side's signature alone
  primary key (county_code, id),
  unique (county_code, household_id, signed_on),
  check (num_nonnulls(medical_on, cadre_on) >= 1),
  check ((medical_on is null) = (medical_team_id is null)),
  check ((cadre_on is null) = (cadre_team_id is null)),
  foreign key (county_code, household_id) references household,
  foreign key (county_code, medical_team_id) references team,
  foreign key (county_code, cadre_team_id) references team
);

create unique index contract_one_sided on contract (county_code, household_id) where signed_on is null;

create table personal_plan ( -- 一人一策 (S0-23)
  county_code text not null,
  id uuid not null default uuidv7(),
  village_code text not null,
  person_id uuid not null,
  class text not null check (class in ('major', 'serious', 'chronic', 'other')),
  treated boolean not null,
  version integer not null default 1,
  from_on date not null,
  primary key (county_code, id),
  unique (county_code, person_id, version),
  foreign key (county_code, person_id) references person
);

create table change_request ( -- what was found at a door changes the register only through a decision with evidence
  county_code text not null,
  id uuid not null default uuidv7(),
  village_code text not null,
  person_id uuid,
  household_id uuid not null,
  kind text not null check (kind in ('died', 'moved_out', 'unknown_person', 'correction')),
  whole_household boolean not null default false, -- said in so many words: it covers everything owed at the door
  occurred_on date not null,
  record_id uuid not null,
  requested_at timestamptz not null,
  requested_by uuid not null,
  decided_at timestamptz,
  decided_by uuid,
  decision text check (decision in ('approved', 'rejected', 'withdrawn')), -- withdrawn: a later record corrected the one that asked
  reason text,
  primary key (county_code, id),
  unique (county_code, record_id, kind),
  check (num_nonnulls(person_id) + whole_household::integer = 1),
  check ((decided_at is null) = (decision is null)),
  check (decided_by is null or decided_by <> requested_by),
  foreign key (county_code, household_id) references household
);
create index change_request_household on change_request (county_code, household_id);

create index change_request_asked on change_request (county_code, requested_at, id);
create unique index change_request_waiting_person on change_request (county_code, person_id, kind) where decided_at is null and person_id is not null;
create unique index change_request_waiting_household on change_request (county_code, household_id, kind) where decided_at is null and whole_household;

create table enrolment (
  county_code text not null,
  id uuid not null default uuidv7(),
  village_code text not null,
  person_id uuid not null,
  programme text not null check (programme in ('htn', 't2dm', 'tb', 'smi')),
  from_on date not null,
  to_on date check (to_on >= from_on),
  end_reason text,
  primary key (county_code, id),
  check ((to_on is null) = (end_reason is null)),
  foreign key (county_code, person_id) references person
);
create index enrolment_person on enrolment (county_code, person_id);
create unique index enrolment_open on enrolment (county_code, person_id, programme) where to_on is null;

create table campaign (
  county_code text not null,
  id uuid not null default uuidv7(),
  key text not null,
  revision integer not null default 1 check (revision >= 1),
  name text not null,
  window_from date not null,
  window_to date not null check (window_to >= window_from), -- moved by an extension, which keeps the old day in its stage row
  signed_to date, -- the end that the bureaus signed last; null: the definition's
  asked_to date, -- an end that waits for the bureaus' signatures under asked_revision
  asked_reason text,
  asked_revision integer check (asked_revision > revision or asked_to is null),
  notice_no text not null,
  notice_on date not null,
  definition jsonb not null, -- the YAML as validated: ladder, quiet hours, capacity, areas
  created_by uuid not null,
  created_at timestamptz not null,
  primary key (county_code, id),
  unique (county_code, key)
);

create table campaign_stage ( -- append-only; the next seq is a compare-and-set
  county_code text not null,
  campaign_id uuid not null,
  seq integer not null check (seq >= 1),
  stage text not null check (stage in ('draft', 'submitted', 'approved', 'ready', 'running', 'paused', 'closing', 'closed', 'cancelled')),
  at timestamptz not null,
  by_account uuid, -- null: the campaign's own workflow
  reason text,
  detail jsonb,
  primary key (county_code, campaign_id, seq),
  foreign key (county_code, campaign_id) references campaign
);

create table approval (
  county_code text not null,
  campaign_id uuid not null,
  revision integer not null,
  bureau text not null,
  account_id uuid not null,
  at timestamptz not null,
  primary key (county_code, campaign_id, bureau, revision),
  foreign key (county_code, campaign_id) references campaign
);

create table duty (
  county_code text not null,
  campaign_id uuid not null,
  key text not null,
  clause text not null,
  title text not null,
  subject text not null check (subject in ('household', 'person', 'village', 'town', 'team', 'enrolment')),
  mode text not null check (mode in ('create', 'adopt')),
  selects jsonb not null,
  side text not null check (side in ('medical', 'cadre', 'either', 'joint', 'facility')),
  record text not null,
  due jsonb not null,
  grace integer not null check (grace >= 0), -- working days
  preparation boolean not null default false, -- its tasks are made at approval
  primary key (county_code, campaign_id, key),
  foreign key (county_code, campaign_id) references campaign
);

create table goal ( -- no value column: a value is computed from facts, always
  county_code text not null,
  campaign_id uuid not null,
  key text not null,
  clause text not null,
  title text not null,
  counted text not null, -- the YAML's `of`: what is counted
  numerator text not null,
  denominator text not null,
  at_least numeric not null check (at_least > 0 and at_least <= 1),
  by_on date not null,
  primary key (county_code, campaign_id, key),
  foreign key (county_code, campaign_id) references campaign
);

create table waiver (
  county_code text not null,
  campaign_id uuid not null,
  check_code text not null,
  subject text not null default '',
  reason text not null check (length(reason) > 0),
  owner_id uuid,
  account_id uuid not null,
  at timestamptz not null,
  primary key (county_code, campaign_id, check_code, subject),
  foreign key (county_code, campaign_id) references campaign
);

create table task (
  county_code text not null,
  id uuid not null default uuidv7(),
  source_key text not null, -- two runs of whatever makes a task give one row
  campaign_id uuid,
  duty_key text,
  in_goal boolean not null default true, -- a next task that falls due in the window is minded but not counted
  released_at timestamptz, -- the campaign's claim has ended; routine keeps the task open
  kind text not null, -- the kind of record that discharges it
  subject text not null check (subject in ('household', 'person', 'village', 'town', 'team', 'enrolment', 'referral', 'visit', 'finding', 'notice', 'county')),
  subject_id text not null, -- a division's code or a row's id
  area_code text not null, -- whose agenda minds it: a village, a town or the county
  household_id uuid,
  person_id uuid,
  enrolment_id uuid,
  team_id uuid, -- the owing team where it is not the area's team of that side
  side text not null check (side in ('medical', 'cadre', 'either', 'facility')),
  opens_on date not null,
  due_on date not null,
  grace integer not null default 0 check (grace >= 0), -- working days
  grace_until date check (grace_until >= due_on), -- a protocol's grace, as a date
  bounded_until date, -- somebody leaves on this day: every calendar morning counts
  cycle integer not null default 0, -- rises when the due date moves, and only then
  version integer not null default 0, -- rises with a hold and a hand-over: a sweep that read before it says nothing
  handed_on date, -- the day it was last handed to another team, which is told of it
  created_at timestamptz not null,
  closed_at timestamptz,
  closed_on date, -- the day it happened
  recorded_on date, -- the day its record reached the book, where that was not the day of closed_at
  close_reason text check (close_reason in ('done', 'excused', 'not_done')),
  close_detail text, -- why excused; 'single_side' for a joint duty closed by one
  closed_by uuid, -- the record that discharged it
  primary key (county_code, id),
  unique (county_code, source_key),
  check (due_on >= opens_on),
  check ((closed_at is null) = (close_reason is null)),
  check ((closed_at is null) = (closed_on is null)),
  check ((close_reason is not distinct from 'done') = (closed_by is not null)),
  check (close_reason <> 'excused' or close_detail is not null),
  check ((duty_key is null) or (campaign_id is not null)),
  foreign key (county_code, campaign_id, duty_key) references duty,
  foreign key (county_code, household_id) references household,
  foreign key (county_code, person_id) references person,
  foreign key (county_code, enrolment_id) references enrolment,
  foreign key (county_code, area_code) references division
);
create index task_open on task (county_code, area_code, due_on) where closed_at is null;
create index task_household on task (county_code, household_id) where household_id is not null;
create index task_village on task (county_code, subject_id) where subject = 'village';
create index task_enrolment on task (county_code, enrolment_id) where enrolment_id is not null;
create index task_campaign on task (county_code, campaign_id, duty_key) where campaign_id is not null;

create index task_handed on task (county_code, area_code) where handed_on is not null and closed_at is null;

create function task_stays_closed() returns trigger language plpgsql as $$
begin
  if old.closed_at is not null and (new.closed_at, new.closed_on, new.close_reason, new.close_detail, new.closed_by, new.recorded_on, new.due_on, new.cycle)
     is distinct from (old.closed_at, old.closed_on, old.close_reason, old.close_detail, old.closed_by, old.recorded_on, old.due_on, old.cycle) then
    raise exception 'task % is closed', old.id using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger task_stays_closed before update on task for each row execute function task_stays_closed();

create table task_move (
  county_code text not null,
  id uuid not null default uuidv7(),
  task_id uuid not null,
  area_code text not null,
  from_due date not null,
  to_due date not null,
  reason text not null,
  at timestamptz not null,
  primary key (county_code, id),
  foreign key (county_code, task_id) references task
);
create index task_move_task on task_move (county_code, task_id);

create table hold (
  county_code text not null,
  id uuid not null default uuidv7(),
  area_code text not null, -- the area it is seen in
  task_id uuid,
  household_id uuid,
  village_code text,
  team_id uuid,
  campaign_id uuid,
  from_on date not null,
  to_on date not null check (to_on >= from_on),
  reason text not null check (length(reason) > 0),
  requested_by uuid not null,
  requested_at timestamptz not null,
  approved_by uuid,
  approved_at timestamptz, -- in force from here; a hold that needs no approver is approved by nobody at its request
  lifted_at timestamptz,
  lifted_on date, -- the first day it no longer covers
  primary key (county_code, id),
  check (num_nonnulls(task_id, household_id, village_code, team_id, campaign_id) = 1),
  check (approved_by is null or approved_by <> requested_by),
  check ((lifted_at is null) = (lifted_on is null)),
  foreign key (county_code, task_id) references task,
  foreign key (county_code, household_id) references household,
  foreign key (county_code, village_code) references division,
  foreign key (county_code, team_id) references team,
  foreign key (county_code, campaign_id) references campaign
);
create index hold_area on hold (county_code, area_code);

create table outage ( -- days on which an area could send nothing: what it records within three days after them is no late entry
  county_code text not null,
  id uuid not null default uuidv7(),
  area_code text not null,
  from_on date not null,
  to_on date not null check (to_on >= from_on),
  reason text not null check (length(reason) between 1 and 200),
  declared_by uuid not null,
  declared_at timestamptz not null,
  primary key (county_code, id),
  foreign key (county_code, area_code) references division
);
create index outage_area on outage (county_code, area_code);

create table escalation (
  county_code text not null,
  task_id uuid not null,
  cycle integer not null,
  level integer not null check (level >= 1),
  area_code text not null,
  kind text not null check (kind in ('told', 'skipped', 'no_word')),
  reason text,
  horizon_on date, -- the last day of which the area had sent everything, where nothing has been heard of it since
  decided_on date not null, -- the morning
  due_at timestamptz not null, -- the sweep of the day the threshold was first reached
  at timestamptz not null,
  primary key (county_code, task_id, cycle, level),
  check ((kind = 'skipped') = (reason is not null)),
  check ((kind = 'no_word') = (horizon_on is not null)),
  foreign key (county_code, task_id) references task
);
create unique index escalation_morning on escalation (county_code, task_id, decided_on) where kind <> 'skipped'; -- one step a morning, over cycles
create index escalation_area on escalation (county_code, area_code, decided_on);

create table acknowledgement ( -- stops the climb until the promised day
  county_code text not null,
  id uuid not null default uuidv7(),
  task_id uuid not null,
  cycle integer not null,
  area_code text not null,
  account_id uuid not null,
  promised_on date not null,
  at timestamptz not null,
  primary key (county_code, id),
  foreign key (county_code, task_id) references task
);
create index acknowledgement_task on acknowledgement (county_code, task_id, cycle);

create table help_request (
  county_code text not null,
  id uuid not null default uuidv7(),
  task_id uuid,
  area_code text not null,
  account_id uuid not null,
  text text not null check (length(text) between 1 and 500),
  urgent boolean not null default false, -- whoever is on duty is told at once
  at timestamptz not null,
  answered_at timestamptz,
  answered_by uuid,
  answer text check (length(answer) between 1 and 500),
  primary key (county_code, id),
  check ((answered_at is null) = (answered_by is null)),
  check (answer is null or answered_at is not null),
  foreign key (county_code, task_id) references task
);
create index help_open on help_request (county_code, at, id) where answered_at is null;

create table area_sweep ( -- when an area's agenda last looked and when it means to look again: a digest waits for those it may hear from
  county_code text not null,
  area_code text not null,
  swept_at timestamptz not null,
  next_at timestamptz, -- null: nothing is open
  primary key (county_code, area_code),
  foreign key (county_code, area_code) references division
);

-- Working days after `from_on` up to and including `day` that no hold covers; every calendar day for a task bounded by presence.
create function late_days(county text, from_on date, day date, bounded boolean, held datemultirange) returns integer
language sql stable as $$
  select case
    when day <= from_on then 0
    when isempty(held) and bounded then day - from_on
    when isempty(held) then (select workday_no from calendar_day c where c.county_code = county and c.day = late_days.day)
                           - (select workday_no from calendar_day c where c.county_code = county and c.day = late_days.from_on)
    else (select count(*)::integer from calendar_day c
          where c.county_code = county and c.day > late_days.from_on and c.day <= late_days.day and (c.workday or bounded) and not (held @> c.day))
  end
$$;
