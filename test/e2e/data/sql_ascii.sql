-- In a database of encoding SQL_ASCII: bytes that are no text in any encoding, in values, comments and functions.
CREATE ROLE db_ascii_app LOGIN;
CREATE SCHEMA b AUTHORIZATION db_ascii_app;
CREATE TABLE b.bytes (id int PRIMARY KEY, v text, w varchar(20) DEFAULT E'\xff');
ALTER TABLE b.bytes OWNER TO db_ascii_app;
CREATE TABLE b.keyed (v text PRIMARY KEY);
CREATE TABLE b."ütf8" (id int PRIMARY KEY);
INSERT INTO b.bytes SELECT i, E'\xff\xfe caf\xe9 \xc3\xa9 ' || i, E'\xc3' FROM generate_series(1, 250) i;
INSERT INTO b.keyed VALUES (E'\xe9'), (E'\xe8'), (E'\xc3\xa9'), ('plain');
INSERT INTO b."ütf8" VALUES (1);
COMMENT ON TABLE b.bytes IS E'caf\xe9';
CREATE FUNCTION b.f() RETURNS text LANGUAGE sql AS E'SELECT ''caf\xe9''';
