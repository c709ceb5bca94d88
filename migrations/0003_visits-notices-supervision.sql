-- Up Migration
-- What was done at a door, what was told to whom, and what was checked afterwards. Rows here are added, never rewritten.

create table visit ( -- one stop at one door
  county_code text not null,
  id uuid not null, -- minted on the device
  area_code text not null,
  household_id uuid, -- null: a stop at a village, a town or a team
  account_id uuid not null, -- who recorded it
  partner_id uuid,
  device_id uuid,
  arrived_at timestamptz not null, -- event time
  left_at timestamptz,
  recorded_at timestamptz not null,
  present uuid[] not null default '{}', -- people of the household who were there
  place jsonb, -- {lat, lon, accuracy_m} where the phone had one
  filing text not null check (filing in ('accepted', 'review')),
  review_reason text check (review_reason in ('closed_task', 'closed_campaign', 'moved_away', 'other_area', 'other_door', 'not_in_post', 'second_record',
    'same_id_other_body', 'clock_suspect', 'unknown_subject', 'impossible_day')),
  body_hash text not null, -- the same id with the same body gets the same answer
  body jsonb, -- what was sent of the stop itself, where it waits for review: its ids may point nowhere
  receipt jsonb not null,
  primary key (county_code, id, body_hash),
  check (left_at is null or left_at >= arrived_at),
  check ((filing = 'review') = (review_reason is not null)),
  foreign key (county_code, account_id) references account
);
create unique index visit_accepted on visit (county_code, id) where filing = 'accepted' or review_reason <> 'same_id_other_body';
create index visit_household on visit (county_code, household_id, arrived_at);
create index visit_area on visit (county_code, area_code, recorded_at);

create table record ( -- one thing done there
  county_code text not null,
  id uuid not null,
  visit_id uuid not null,
  visit_hash text not null,
  area_code text not null,
  kind text not null,
  clinical boolean not null,
  task_id uuid,
  household_id uuid,
  person_id uuid,
  enrolment_id uuid,
  side text check (side in ('medical', 'cadre', 'facility')),
  body jsonb not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  account_id uuid not null,
  filing text not null check (filing in ('accepted', 'review')),
  review_reason text,
  supersedes uuid,
  root_id uuid, -- the first record of a chain of edits; null: this one
  primary key (county_code, id, visit_hash),
  unique (county_code, supersedes),
  check ((filing = 'review') = (review_reason is not null)),
  foreign key (county_code, visit_id, visit_hash) references visit,
  foreign key (county_code, task_id) references task,
  foreign key (county_code, household_id) references household,
  foreign key (county_code, person_id) references person,
  foreign key (county_code, enrolment_id) references enrolment
);
create unique index record_accepted on record (county_code, id) where filing = 'accepted' or review_reason <> 'same_id_other_body';
create index record_kind on record (county_code, area_code, kind, occurred_at);
create index record_household on record (county_code, household_id, kind) where household_id is not null;
create index record_root on record (county_code, root_id) where root_id is not null;
create index record_visit on record (county_code, visit_id, visit_hash);
create index record_enrolment on record (county_code, enrolment_id, occurred_at) where enrolment_id is not null;

create table confirmation ( -- a joint duty needs both sides on one day's visit
  county_code text not null,
  record_id uuid not null,
  side text not null check (side in ('medical', 'cadre')),
  area_code text not null,
  account_id uuid not null,
  at timestamptz not null,
  primary key (county_code, record_id, side)
);

create table measurement (
  county_code text not null,
  record_id uuid not null,
  visit_hash text not null,
  area_code text not null,
  kind text not null,
  value numeric,
  censored text check (censored in ('HI', 'LO')),
  unit text not null,
  primary key (county_code, record_id, visit_hash, kind),
  check (num_nonnulls(value, censored) = 1),
  foreign key (county_code, record_id, visit_hash) references record
);

create table judgement (
  county_code text not null,
  id uuid not null default uuidv7(),
  record_id uuid not null,
  visit_hash text not null,
  area_code text not null,
  enrolment_id uuid not null,
  protocol text not null, -- programme and version
  inputs_hash text not null,
  class text not null check (class in ('SATISFIED', 'ADJUST', 'REFER', 'URGENT', 'INCOMPLETE', 'REJECT')),
  referral text check (referral in ('ordinary', 'urgent', 'specialist_advice')),
  unsatisfactory boolean not null, -- out of control, whatever the class: counted over consecutive visits
  next_due_on date,
  next_kind text,
  rule text not null,
  source text not null,
  grade text not null check (grade in ('A', 'B', 'M', 'D')),
  occurred_at timestamptz not null,
  at timestamptz not null,
  primary key (county_code, id),
  unique (county_code, record_id, protocol, inputs_hash),
  foreign key (county_code, record_id, visit_hash) references record,
  foreign key (county_code, enrolment_id) references enrolment
);
create index judgement_enrolment on judgement (county_code, enrolment_id, occurred_at);

create table referral (
  county_code text not null,
  id uuid not null default uuidv7(),
  record_id uuid not null, -- the record, or the clinic's sign-in, that it came from
  area_code text not null, -- the village
  person_id uuid not null,
  enrolment_id uuid,
  kind text not null check (kind in ('ordinary', 'urgent')),
  advised_at timestamptz not null, -- when it was measured
  recorded_at timestamptz not null,
  ended_at timestamptz, -- set by the event that ends it
  primary key (county_code, id),
  unique (county_code, record_id),
  foreign key (county_code, person_id) references person
);
create index referral_person on referral (county_code, person_id);
create unique index referral_one_urgent on referral (county_code, person_id) where kind = 'urgent' and ended_at is null; -- a second reading joins it

create table referral_event ( -- append-only; the next seq is a compare-and-set
  county_code text not null,
  referral_id uuid not null,
  seq integer not null check (seq >= 1),
  area_code text not null,
  kind text not null check (kind in ('advised', 'joined', 'owned', 'left', 'arrived', 'outcome', 'stood_down')),
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  account_id uuid,
  record_id uuid, -- the further reading that joined
  note text,
  primary key (county_code, referral_id, seq),
  check (kind not in ('stood_down', 'outcome') or note is not null), -- it ends in words
  check ((kind = 'joined') = (record_id is not null)),
  foreign key (county_code, referral_id) references referral
);
create index referral_event_record on referral_event (county_code, record_id) where record_id is not null;

create function referral_ends() returns trigger language plpgsql security definer set search_path = public as $$
begin
  update referral set ended_at = new.recorded_at where county_code = new.county_code and id = new.referral_id and ended_at is null;
  return null;
end $$;
create trigger referral_ends after insert on referral_event for each row when (new.kind in ('outcome', 'stood_down')) execute function referral_ends();

create table clinic_session (
  county_code text not null,
  id uuid not null default uuidv7(),
  campaign_id uuid,
  area_code text not null, -- the town
  village_code text,
  held_on date not null, -- moved by a rescheduling, which keeps the old day in its stage row
  from_time time not null,
  to_time time not null check (to_time > from_time),
  place text not null,
  late_reason text, -- planned after its day, or closed more than three days after it: a late entry, and why
  created_by uuid not null,
  created_at timestamptz not null,
  primary key (county_code, id),
  unique (county_code, area_code, held_on, place),
  foreign key (county_code, campaign_id) references campaign,
  foreign key (county_code, area_code) references division
);

create table clinic_stage (
  county_code text not null,
  session_id uuid not null,
  seq integer not null check (seq >= 1),
  area_code text not null,
  stage text not null check (stage in ('planned', 'staffed', 'announced', 'open', 'closed', 'reported', 'rescheduled', 'cancelled')),
  at timestamptz not null,
  by_account uuid,
  reason text,
  detail jsonb,
  primary key (county_code, session_id, seq),
  foreign key (county_code, session_id) references clinic_session
);

create table clinic_staff (
  county_code text not null,
  session_id uuid not null,
  area_code text not null,
  account_id uuid not null,
  profession text not null check (profession in ('doctor', 'nurse', 'pharmacist', 'public_health', 'other')),
  primary key (county_code, session_id, account_id),
  foreign key (county_code, session_id) references clinic_session,
  foreign key (county_code, account_id) references account
);

create table clinic_attendance (
  county_code text not null,
  id uuid not null default uuidv7(),
  session_id uuid not null,
  area_code text not null,
  person_id uuid, -- null: somebody not on the register
  name text,
  services integer not null default 1 check (services between 1 and 50), -- person-times
  finding text,
  disposition text check (disposition in ('none', 'referral', 'enrolment', 'advice')),
  referral_id uuid, -- what a referral led to
  enrolment_id uuid, -- what an enrolment led to
  recorded_at timestamptz not null,
  account_id uuid not null,
  primary key (county_code, id),
  unique (county_code, session_id, person_id),
  check (num_nonnulls(person_id, name) >= 1),
  check ((disposition is not distinct from 'referral') = (referral_id is not null)),
  check ((disposition is not distinct from 'enrolment') = (enrolment_id is not null)),
  check (disposition is null or finding is not null), -- a finding may wait for its disposition until the session closes
  foreign key (county_code, session_id) references clinic_session,
  foreign key (county_code, person_id) references person,
  foreign key (county_code, referral_id) references referral,
  foreign key (county_code, enrolment_id) references enrolment
);

create table clinic_sheet ( -- a signed sheet of a session, kept on paper: evidence of its person-times
  county_code text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'), -- of its photo: one sheet proves one session
  session_id uuid not null,
  area_code text not null,
  reference text not null check (length(reference) between 1 and 100), -- where the paper is
  lines integer not null check (lines between 1 and 200), -- signatures on it, one a person-time
  at timestamptz not null,
  account_id uuid not null,
  primary key (county_code, sha256),
  foreign key (county_code, session_id) references clinic_session
);
create index clinic_sheet_session on clinic_sheet (county_code, session_id);

-- The turns of a session, for whoever may count them: no name and no finding comes out.
create function clinic_turns(county text, session uuid) returns table (person_id uuid, services integer, waits boolean)
language plpgsql stable security definer set search_path = public as $$
begin
  return query select a.person_id, a.services, a.finding is not null and a.disposition is null
    from clinic_attendance a where a.county_code = county and a.session_id = session and tells_in(county);
end $$;
-- Whether a reported session counts for a goal: a late entry only with signed sheets for all its person-times.
create function clinic_counts(session clinic_session) returns boolean language sql stable as $$
  select session.late_reason is null or (
    select coalesce(sum(a.services), 0) between 1 and (
      select coalesce(sum(h.lines), 0) from clinic_sheet h where h.county_code = session.county_code and h.session_id = session.id)
    from clinic_turns(session.county_code, session.id) a)
$$;

create table notice (
  county_code text not null,
  id uuid not null default uuidv7(),
  key text not null,
  kind text not null check (kind in ('digest', 'urgent', 'clinic', 'campaign', 'help')),
  account_id uuid not null,
  channel text not null check (channel in ('email')),
  urgent boolean not null default false,
  subject_id text, -- the referral, session or campaign it is about
  params jsonb not null default '{}', -- codes and instants only, never a person's name
  available_at timestamptz not null,
  quiet_from time not null default '20:00', -- routine waits between these two: the county's night, or the campaign's own
  quiet_to time not null default '07:30',
  waits_until timestamptz, -- of a digest whose areas were not all swept when it was first looked at: it leaves then at the latest
  useful_until timestamptz,
  state text not null default 'due' check (state in ('due', 'sending', 'sent', 'unknown', 'dead', 'overtaken')),
  attempt integer not null default 0,
  lease_until timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (county_code, id),
  unique (county_code, key),
  check ((state = 'sending') = (lease_until is not null)),
  foreign key (county_code, account_id) references account
);
create index notice_account on notice (county_code, account_id, created_at);
create index notice_due on notice (county_code, channel, urgent desc, available_at, id) where state = 'due';
create index notice_urgent on notice (county_code, subject_id) where urgent;
create index notice_leased on notice (county_code, channel, lease_until) where state = 'sending';

create function notice_ends_once() returns trigger language plpgsql as $$
begin
  if old.state in ('sent', 'dead', 'overtaken') and new.state is distinct from old.state then
    raise exception 'notice % has ended as %', old.id, old.state using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger notice_ends_once before update on notice for each row execute function notice_ends_once();

create table notice_line (
  county_code text not null,
  id uuid not null default uuidv7(),
  key text not null,
  kind text not null check (kind in ('opens', 'due', 'climb', 'owed', 'confirm', 'help')),
  account_id uuid not null,
  task_id uuid,
  subject_id uuid, -- the team that owes (`owed`), the call (`help`)
  area_code text not null,
  cycle integer,
  level integer,
  created_at timestamptz not null,
  notice_id uuid, -- the one digest that took it
  fate text check (fate in ('told', 'overtaken', 'unknown', 'undelivered')), -- what became of it: as its digest ended, or no longer so when that left
  primary key (county_code, id),
  unique (county_code, key),
  check ((fate is null) = (notice_id is null)),
  check ((kind in ('owed', 'help')) = (subject_id is not null)),
  check (kind in ('owed', 'help') or num_nulls(task_id, cycle) = 0),
  foreign key (county_code, task_id) references task,
  foreign key (county_code, notice_id) references notice
);
create index notice_line_taken on notice_line (county_code, account_id) where notice_id is not null and task_id is not null;
create index notice_line_untaken on notice_line (account_id) where notice_id is null; -- not by county: a fresh table has no statistics, and an area would be sought through it
create index notice_line_area_untaken on notice_line (county_code, area_code) where notice_id is null;
create index notice_line_notice on notice_line (county_code, notice_id);

create table delivery (
  county_code text not null,
  notice_id uuid not null,
  attempt integer not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  outcome text check (outcome in ('sent', 'unknown', 'temporary', 'permanent', 'released')),
  code text, -- the channel's own, never its text
  primary key (county_code, notice_id, attempt),
  check ((ended_at is null) = (outcome is null)),
  foreign key (county_code, notice_id) references notice
);

create table preference (
  county_code text not null,
  account_id uuid not null,
  class text not null check (class in ('reminder')),
  subscribed boolean not null,
  primary key (county_code, account_id, class),
  foreign key (county_code, account_id) references account
);

create table round (
  county_code text not null,
  id uuid not null default uuidv7(),
  campaign_id uuid,
  area_code text not null,
  rule jsonb not null, -- what is sampled, from when to when, how many of each team
  seed_hash text not null, -- sha256 of the seed, published before the period ends
  period_from date not null,
  period_to date not null check (period_to >= period_from),
  created_by uuid not null,
  created_at timestamptz not null,
  primary key (county_code, id),
  foreign key (county_code, campaign_id) references campaign
);

create table round_stage (
  county_code text not null,
  round_id uuid not null,
  seq integer not null check (seq >= 1),
  stage text not null check (stage in ('announced', 'drawn', 'in_field', 'answered', 'decided', 'sealed')),
  at timestamptz not null,
  by_account uuid,
  detail jsonb, -- the seed, once drawn
  primary key (county_code, round_id, seq),
  foreign key (county_code, round_id) references round
);

create table round_eligible ( -- what a round drew from, published with the draw: ids and lots, nothing of a person
  county_code text not null,
  round_id uuid not null,
  record_id uuid not null,
  lot text not null,
  drawn boolean not null,
  primary key (county_code, round_id, record_id),
  foreign key (county_code, round_id) references round
);

create table sample (
  county_code text not null,
  round_id uuid not null,
  record_id uuid not null,
  area_code text not null,
  task_id uuid,
  primary key (county_code, round_id, record_id),
  foreign key (county_code, round_id) references round,
  foreign key (county_code, task_id) references task
);

create table check_result ( -- a supervisor's checklist at a team, or a re-visit of a recorded visit
  county_code text not null,
  id uuid not null default uuidv7(),
  kind text not null check (kind in ('checklist', 'revisit')),
  area_code text not null,
  team_id uuid,
  record_id uuid, -- the record a re-visit looks into
  round_id uuid,
  checked_by uuid not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  items jsonb not null default '[]', -- checklist: [{code, met}]
  verdict text check (verdict in ('confirmed', 'refuted')),
  note text,
  primary key (county_code, id),
  check ((kind = 'checklist') = (team_id is not null)),
  check ((kind = 'revisit') = (record_id is not null)),
  check ((kind = 'revisit') = (verdict is not null)),
  foreign key (county_code, team_id) references team,
  foreign key (county_code, round_id) references round
);
create index check_record on check_result (county_code, record_id);

create table finding (
  county_code text not null,
  id uuid not null default uuidv7(),
  check_id uuid not null,
  area_code text not null,
  code text not null,
  text text not null check (length(text) between 1 and 500),
  owner_id uuid not null,
  raised_by uuid not null check (raised_by <> owner_id),
  due_on date not null,
  task_id uuid,
  primary key (county_code, id),
  unique (county_code, check_id, code),
  foreign key (county_code, check_id) references check_result,
  foreign key (county_code, owner_id) references account,
  foreign key (county_code, task_id) references task
);

create table rectification (
  county_code text not null,
  finding_id uuid not null,
  area_code text not null,
  account_id uuid not null,
  at timestamptz not null,
  proof text not null check (length(proof) between 1 and 500),
  primary key (county_code, finding_id),
  foreign key (county_code, finding_id) references finding
);

create table import_batch (
  county_code text not null,
  id uuid not null default uuidv7(),
  kind text not null check (kind in ('divisions', 'staff', 'households', 'persons', 'enrolments')),
  file_name text not null,
  file_hash text not null,
  account_id uuid not null,
  at timestamptz not null,
  applied_at timestamptz,
  rows integer not null check (rows >= 0),
  bad integer not null check (bad between 0 and rows),
  primary key (county_code, id)
);

create table import_row ( -- a row that was not taken, and why; its cells are not kept
  county_code text not null,
  batch_id uuid not null,
  line integer not null check (line >= 2), -- as a spreadsheet counts
  faults jsonb not null,
  primary key (county_code, batch_id, line),
  foreign key (county_code, batch_id) references import_batch
);

create table seal ( -- what was signed stands; what comes later is a named adjustment
  county_code text not null,
  id uuid not null default uuidv7(),
  campaign_id uuid not null,
  report jsonb not null,
  hash text not null, -- sha256 of the canonical report
  at timestamptz not null,
  primary key (county_code, id),
  unique (county_code, campaign_id),
  foreign key (county_code, campaign_id) references campaign
);

create table mailbox ( -- the example county's own post: every mail its SMTP server accepted
  id bigint generated always as identity primary key,
  message_id text not null,
  to_address text not null,
  subject text not null,
  body text not null,
  received_at timestamptz not null -- story time
);
create index mailbox_to on mailbox (to_address, id);
