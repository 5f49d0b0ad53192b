-- A warehouse as Waymark wrote it before warehouses had a version: every table, and a few invented rows.
CREATE TABLE "loads" ("load_id" TEXT NOT NULL, "source" TEXT NOT NULL, "title" TEXT NOT NULL, "publisher" TEXT NOT NULL, "licence" TEXT, "organisation" TEXT NOT NULL, "month" DATE NOT NULL, "coverage" TEXT NOT NULL, "covers_from" DATE NOT NULL, "covers_to" DATE NOT NULL, "file_name" TEXT NOT NULL, "sha256" TEXT NOT NULL, "content_sha256" TEXT NOT NULL, "rows_in" INTEGER NOT NULL, "rows_loaded" INTEGER NOT NULL, "rows_rejected" INTEGER NOT NULL, "loaded_at" TIMESTAMP NOT NULL, "loaded_by" TEXT NOT NULL, "public" BOOLEAN NOT NULL, "key_id" TEXT, "demonstration" BOOLEAN NOT NULL, "state" TEXT NOT NULL, "state_reason" TEXT);
CREATE TABLE "coverage" ("source" TEXT NOT NULL, "organisation" TEXT NOT NULL, "month" DATE NOT NULL, "load_id" TEXT NOT NULL, "basis" TEXT NOT NULL, "month_start_day" INTEGER NOT NULL, "month_end_day" INTEGER NOT NULL);
CREATE TABLE "areas" ("load_id" TEXT NOT NULL, "area" TEXT NOT NULL, "level" TEXT NOT NULL, "name" TEXT NOT NULL);
CREATE TABLE "pathways" ("load_id" TEXT NOT NULL, "clock" TEXT NOT NULL, "pathway_id" TEXT NOT NULL, "person_id" TEXT, "area" TEXT NOT NULL, "organisation" TEXT, "started_on" DATE, "stopped_on" DATE, "stop_reason" TEXT, "excepted" BOOLEAN NOT NULL, "locality" TEXT, "age_band" TEXT, "diagnosis" TEXT, "need" TEXT, "priority" TEXT, "sex" TEXT, "ethnic_group" TEXT, "deprivation" TEXT, "started_day" INTEGER, "stopped_day" INTEGER);
CREATE TABLE "band_counts" ("load_id" TEXT NOT NULL, "clock" TEXT NOT NULL, "state" TEXT NOT NULL, "area" TEXT NOT NULL, "breakdown" TEXT NOT NULL, "group" TEXT NOT NULL, "weeks_from" INTEGER, "weeks_to" INTEGER, "children" INTEGER, "flag" TEXT);
CREATE TABLE "measures" ("load_id" TEXT NOT NULL, "measure" TEXT NOT NULL, "area" TEXT NOT NULL, "month" DATE NOT NULL, "period_months" INTEGER NOT NULL, "breakdown" TEXT NOT NULL, "group" TEXT NOT NULL, "numerator" DOUBLE, "denominator" DOUBLE, "value" DOUBLE, "flag" TEXT);
CREATE TABLE "answers" ("load_id" TEXT NOT NULL, "survey" TEXT NOT NULL, "wave" TEXT NOT NULL, "respondent" TEXT NOT NULL, "respondent_group" TEXT NOT NULL, "question" TEXT NOT NULL, "answer" TEXT, "scale_position" INTEGER);
CREATE TABLE "rejects" ("load_id" TEXT NOT NULL, "sheet" TEXT, "row" INTEGER NOT NULL, "column" TEXT, "rule" TEXT NOT NULL);
CREATE TABLE "findings" ("load_id" TEXT NOT NULL, "rule" TEXT NOT NULL, "severity" TEXT NOT NULL, "sheet" TEXT, "row" INTEGER, "column" TEXT, "count" INTEGER NOT NULL, "message" TEXT NOT NULL, "explanation" TEXT);
CREATE TABLE "audit" ("at" TIMESTAMP NOT NULL, "who" TEXT NOT NULL, "role" TEXT NOT NULL, "act" TEXT NOT NULL, "subject" TEXT NOT NULL, "detail" TEXT);
INSERT INTO loads VALUES
  ('chs.nhs_england.2023-01.1', 'chs', 'SitRep', 'NHS England', 'OGL', 'nhs_england', '2023-01-01', 'snapshot', '2023-01-01', '2023-01-01',
   'january.xlsx', 'aa', 'bb', 3, 2, 1, '2026-11-01 10:00:00', 'A. Analyst', true, NULL, false, 'superseded', 'replaced by chs.nhs_england.2023-01.2'),
  ('chs.nhs_england.2023-01.2', 'chs', 'SitRep', 'NHS England', 'OGL', 'nhs_england', '2023-01-01', 'snapshot', '2023-01-01', '2023-01-01',
   'corrected.xlsx', 'cc', 'dd', 2, 2, 0, '2026-11-02 10:00:00', 'A. Analyst', true, NULL, false, 'current', NULL);
INSERT INTO coverage VALUES ('chs', 'nhs_england', '2023-01-01', 'chs.nhs_england.2023-01.2', 'snapshot', 19358, 19388);
INSERT INTO areas VALUES ('chs.nhs_england.2023-01.2', 'R1D', 'provider', 'A trust');
INSERT INTO pathways (load_id, clock, pathway_id, area, started_on, excepted) VALUES ('chs.nhs_england.2023-01.2', 'slt', 'p1', 'R1D', '2022-12-01', false);
INSERT INTO band_counts VALUES
  ('chs.nhs_england.2023-01.1', 'slt', 'waiting', 'R1D', 'all', 'all', 0, 12, 21, NULL),
  ('chs.nhs_england.2023-01.2', 'slt', 'waiting', 'R1D', 'all', 'all', 0, 12, 20, NULL),
  ('chs.nhs_england.2023-01.2', 'slt', 'waiting', 'R1D', 'all', 'all', 12, NULL, NULL, 'suppressed');
INSERT INTO measures VALUES ('chs.nhs_england.2023-01.2', 'm', 'R1D', '2023-01-01', 1, 'all', 'all', 1, 3, 33.3, NULL);
INSERT INTO answers VALUES ('chs.nhs_england.2023-01.2', 's', 'w1', '1', 'parents', 'q1', 'yes', 1);
INSERT INTO rejects VALUES ('chs.nhs_england.2023-01.1', 'Sheet 1', 4, 'Start', 'DATE_UNREADABLE');
INSERT INTO findings VALUES ('chs.nhs_england.2023-01.1', 'DATE_UNREADABLE', 'query', 'Sheet 1', 4, 'Start', 1, 'no date', 'the trust said so');
INSERT INTO audit VALUES
  ('2026-11-02 10:00:00', 'A. Analyst', 'analyst', 'load', 'chs.nhs_england.2023-01.2', '2 of 2 rows'),
  ('2026-11-01 10:00:00', 'A. Analyst', 'analyst', 'load', 'chs.nhs_england.2023-01.1', '2 of 3 rows'),
  ('2026-11-01 10:00:00', 'A. Analyst', 'analyst', 'refuse', 'notes.csv', NULL);
