-- A database whose own locale is ICU's, and every sort of collation in it.
CREATE ROLE db_col_app LOGIN;
CREATE SCHEMA c AUTHORIZATION db_col_app;
SET ROLE db_col_app;
SET search_path = c;
CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION numbers (provider = icu, locale = 'en-u-kn-true');
CREATE COLLATION rules (provider = icu, locale = 'und', rules = '& V << w <<< W');
CREATE COLLATION old (provider = libc, locale = 'C');
CREATE DOMAIN word AS text COLLATE blind;
CREATE TABLE words (
  id int PRIMARY KEY, plain text, blind text COLLATE blind, numbered text COLLATE numbers, ruled text COLLATE rules,
  c text COLLATE "C", posix text COLLATE "POSIX", ucs text COLLATE ucs_basic, utf text COLLATE pg_c_utf8, word word
);
CREATE UNIQUE INDEX words_blind ON words (blind);
CREATE INDEX words_numbered ON words (numbered DESC, plain COLLATE "en-x-icu");
CREATE TABLE keyed (name text COLLATE blind PRIMARY KEY, v int);
CREATE TABLE by_name (name text COLLATE "en-x-icu" NOT NULL, PRIMARY KEY (name)) PARTITION BY RANGE (name);
CREATE TABLE by_name_low PARTITION OF by_name FOR VALUES FROM (MINVALUE) TO ('m');
CREATE TABLE by_name_high PARTITION OF by_name FOR VALUES FROM ('m') TO (MAXVALUE);
INSERT INTO words SELECT i, 'Ö' || i, 'Blind' || i, 'n' || i, 'w' || i, 'c' || i, 'p' || i, 'u' || i, 'f' || i, 'wörd' FROM generate_series(1, 300) i;
INSERT INTO keyed SELECT CASE i % 2 WHEN 0 THEN 'KEY' ELSE 'key' END || i, i FROM generate_series(1, 300) i;
INSERT INTO by_name SELECT CASE i % 2 WHEN 0 THEN 'ä' ELSE 'Z' END || i FROM generate_series(1, 100) i;
RESET ROLE;
